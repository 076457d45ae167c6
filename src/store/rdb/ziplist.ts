import { integerText, signedText, unsigned16, unsigned32 } from './numbers.ts';
import type { PackedElements } from './packed.ts';
import { Damage } from './rdb-parse-error.ts';

const headerBytes = 10;
const end = 0xff;

/**
 * A ziplist (redis/src/ziplist.c): size of all u32, place of the last entry u32, count u16 (65535: not known),
 * entries, ff. An entry is the length of the one before it (a byte, or fe and u32), a head that says what it is, and
 * its data. Lengths of text are big-endian, all else is little-endian.
 *
 * @throws Damage when the frame is not that of a ziplist
 */
export function ziplistElements(block: Uint8Array): PackedElements {
  if (block.length < headerBytes + 1 || unsigned32(block, 0) !== block.length) {
    throw new Damage('a ziplist says another size than it has');
  }
  if (block[block.length - 1] !== end) throw new Damage('a ziplist has no end mark');
  return new ZiplistElements(block);
}

class ZiplistElements implements PackedElements {
  readonly #block: Uint8Array;
  readonly #last: number;
  #at = headerBytes;
  #previous = headerBytes;
  #seen = 0;

  constructor(block: Uint8Array) {
    this.#block = block;
    this.#last = block.length - 1;
  }

  next(): Uint8Array | undefined {
    const block = this.#block;
    const start = this.#at;
    if (start === this.#last) {
      const count = unsigned16(block, 8);
      if (count !== 65535 && count !== this.#seen)
        throw new Damage('a ziplist says another count than it has');
      if (unsigned32(block, 4) !== this.#previous)
        throw new Damage('a ziplist has a wrong place of its tail');
      return undefined;
    }
    let at = start;
    let before = block[at++] as number;
    if (before === 0xfe) {
      this.#check(at + 4);
      before = unsigned32(block, at);
      at += 4;
    }
    if (before !== start - this.#previous) throw new Damage('a ziplist entry says another length before it');
    this.#check(at + 1);
    const head = block[at++] as number;
    let element: Uint8Array;
    let size: number;
    if (head < 0xc0) {
      if (head < 0x40) size = head;
      else if (head < 0x80) {
        this.#check(at + 1);
        size = ((head & 0x3f) << 8) | (block[at++] as number);
      } else {
        this.#check(at + 4);
        size =
          (block[at] as number) * 0x1000000 +
          (((block[at + 1] as number) << 16) | ((block[at + 2] as number) << 8) | (block[at + 3] as number));
        at += 4;
      }
      this.#check(at + size);
      element = block.subarray(at, at + size);
    } else {
      size = integerSize(head);
      this.#check(at + size);
      element = size === 0 ? integerText((head & 0x0f) - 1) : signedText(block, at, size);
    }
    this.#previous = start;
    this.#at = at + size;
    this.#seen++;
    return element;
  }

  #check(after: number): void {
    if (after > this.#last) throw new Damage('a ziplist entry runs past the end');
  }
}

/** Bytes of the integer that a head announces; 0 where the head holds it itself (f1 to fd: 0 to 12). */
function integerSize(head: number): number {
  switch (head) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      if (head > 0xf0 && head < 0xfe) return 0;
      throw new Damage(`a ziplist entry begins with ${head.toString(16)}`);
  }
}
