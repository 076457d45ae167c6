import { unsigned32 } from './numbers.ts';
import type { PackedElements } from './packed.ts';
import { Damage } from './rdb-parse-error.ts';

const end = 0xff;

/**
 * A zipmap (redis/src/zipmap.c; hashes before Redis 2.6): a count (254: not known), then fields and values in turn,
 * ff. Each begins with its length (a byte, or fe and u32); a value has one byte more, for how many unused bytes
 * follow it.
 *
 * @throws Damage when the frame is not that of a zipmap
 */
export function zipmapElements(block: Uint8Array): PackedElements {
  if (block.length < 2 || block[block.length - 1] !== end) throw new Damage('a zipmap has no end mark');
  const last = block.length - 1;
  let at = 1;
  let seen = 0;
  const check = (after: number): void => {
    if (after > last) throw new Damage('a zipmap entry runs past the end');
  };
  return {
    next() {
      const isValue = seen % 2 === 1;
      if (at === last && !isValue) {
        const count = block[0] as number;
        if (count < 254 && count * 2 !== seen) throw new Damage('a zipmap says another count than it has');
        return undefined;
      }
      check(at + 1);
      let size = block[at++] as number;
      if (size === 0xff) throw new Damage('a zipmap ends early');
      if (size === 0xfe) {
        check(at + 4);
        size = unsigned32(block, at);
        at += 4;
      }
      let unused = 0;
      if (isValue) {
        check(at + 1);
        unused = block[at++] as number;
      }
      check(at + size + unused);
      const element = block.subarray(at, at + size);
      at += size + unused;
      seen++;
      return element;
    },
  };
}
