import { integerText, signedText, unsigned16, unsigned32 } from './numbers.ts';
import type { PackedElements } from './packed.ts';
import { Damage } from './rdb-parse-error.ts';

const headerBytes = 6;
const end = 0xff;

/**
 * A listpack (redis/src/listpack.c): size of all u32, count u16 (65535: not known), elements, ff. An element is a
 * head that says what it is, its data, and its own length once more, written so that it can be read backwards.
 *
 * @throws Damage when the frame is not that of a listpack
 */
export function listpackElements(block: Uint8Array): PackedElements {
  if (block.length < headerBytes + 1 || unsigned32(block, 0) !== block.length) {
    throw new Damage('a listpack says another size than it has');
  }
  if (block[block.length - 1] !== end) throw new Damage('a listpack has no end mark');
  return new ListpackElements(block);
}

class ListpackElements implements PackedElements {
  readonly #block: Uint8Array;
  readonly #last: number;
  #at = headerBytes;
  #seen = 0;

  constructor(block: Uint8Array) {
    this.#block = block;
    this.#last = block.length - 1;
  }

  next(): Uint8Array | undefined {
    const block = this.#block;
    const at = this.#at;
    if (at === this.#last) {
      const count = unsigned16(block, 4);
      if (count !== 65535 && count !== this.#seen)
        throw new Damage('a listpack says another count than it has');
      return undefined;
    }
    const head = block[at] as number;
    let element: Uint8Array;
    let bytes: number;
    if (head < 0x80) {
      bytes = 1;
      element = integerText(head);
    } else if (head < 0xc0) {
      bytes = 1 + (head & 0x3f);
      element = this.#text(1, bytes);
    } else if (head < 0xe0) {
      bytes = 2;
      this.#check(bytes);
      const value = ((head & 0x1f) << 8) | (block[at + 1] as number);
      element = integerText(value < 4096 ? value : value - 8192);
    } else if (head < 0xf0) {
      this.#check(2);
      bytes = 2 + (((head & 0x0f) << 8) | (block[at + 1] as number));
      element = this.#text(2, bytes);
    } else if (head === 0xf0) {
      this.#check(5);
      bytes = 5 + unsigned32(block, at + 1);
      element = this.#text(5, bytes);
    } else if (head <= 0xf4) {
      const size = head === 0xf4 ? 8 : head - 0xef;
      bytes = 1 + size;
      this.#check(bytes);
      element = signedText(block, at + 1, size);
    } else throw new Damage(`a listpack element begins with ${head.toString(16)}`);
    this.#at = this.#backward(at + bytes, bytes);
    this.#seen++;
    return element;
  }

  #text(head: number, bytes: number): Uint8Array {
    this.#check(bytes);
    return this.#block.subarray(this.#at + head, this.#at + bytes);
  }

  #check(bytes: number): void {
    if (this.#at + bytes >= this.#last) throw new Damage('a listpack element runs past the end');
  }

  /** Checks the element's length written after it, lowest seven bits last; gives the place after it. */
  #backward(at: number, bytes: number): number {
    const size = bytes <= 127 ? 1 : bytes < 16383 ? 2 : bytes < 2097151 ? 3 : bytes < 268435455 ? 4 : 5;
    if (at + size > this.#last) throw new Damage('a listpack element runs past the end');
    let value = 0;
    for (let i = 0; i < size; i++) {
      const byte = this.#block[at + i] as number;
      if (byte >= 0x80 !== i > 0) throw new Damage('a listpack element has a damaged length');
      value = value * 128 + (byte & 0x7f);
    }
    if (value !== bytes) throw new Damage('a listpack element says another length than it has');
    return at + size;
  }
}
