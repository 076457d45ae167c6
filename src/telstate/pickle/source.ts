import { Fault } from '../encoding/fault.ts';
import { copyOf } from '../encoding/input.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Numbers and names of the text protocol; texts may be as long as the pickle. */
const maxWord = 8192;

/** The bytes of a pickle, read from front to back: numbers are little-endian, words end with a line feed. */
export class Source {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  #take(size: number): number {
    const start = this.#position;
    if (size > this.#bytes.length - start) throw new Fault('it is cut off');
    this.#position = start + size;
    return start;
  }

  uint8(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  uint16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  int32(): number {
    return this.#bytes.readInt32LE(this.#take(4));
  }

  /** A length, which cannot be more than what is left. */
  length64(): number {
    const length = this.#bytes.readBigUInt64LE(this.#take(8));
    if (length > BigInt(this.remaining)) throw new Fault('it is cut off');
    return Number(length);
  }

  /** The bits of a float64, which is big-endian. */
  floatBits(): bigint {
    return this.#bytes.readBigUInt64BE(this.#take(8));
  }

  copy(size: number): Uint8Array {
    return copyOf(this.#bytes, this.#take(size), size);
  }

  latin1(size: number): string {
    const start = this.#take(size);
    return this.#bytes.toString('latin1', start, start + size);
  }

  utf8(size: number): string {
    const start = this.#take(size);
    try {
      return utf8.decode(this.#bytes.subarray(start, start + size));
    } catch {
      throw new Fault('a text is not UTF-8');
    }
  }

  /** What comes before the next line feed, one character a byte. */
  line(maxLength = maxWord): string {
    const end = this.#bytes.indexOf(10, this.#position);
    if (end < 0) throw new Fault('it is cut off');
    if (end - this.#position > maxLength) throw new Fault('a number or name in it is too long');
    const text = this.#bytes.toString('latin1', this.#position, end);
    this.#position = end + 1;
    return text;
  }
}
