import { signedText, unsigned32 } from './numbers.ts';
import type { PackedElements } from './packed.ts';
import { Damage } from './rdb-parse-error.ts';

const headerBytes = 8;

/**
 * An intset (redis/src/intset.c): bytes of each integer u32 (2, 4 or 8), count u32, integers, all little-endian.
 *
 * @throws Damage when the sizes do not agree
 */
export function intsetElements(block: Uint8Array): PackedElements {
  if (block.length < headerBytes) throw new Damage('an intset is cut off');
  const size = unsigned32(block, 0);
  if (size !== 2 && size !== 4 && size !== 8) throw new Damage(`an intset holds integers of ${size} bytes`);
  if (unsigned32(block, 4) * size !== block.length - headerBytes) {
    throw new Damage('an intset says another count than it has');
  }
  let at = headerBytes;
  return {
    next() {
      if (at === block.length) return undefined;
      at += size;
      return signedText(block, at - size, size);
    },
  };
}
