import { maxValueBytes } from '../store.ts';
import type { ByteSource } from './byte-source.ts';
import { Crc64 } from './crc64.ts';
import { decompressLzf } from './lzf.ts';
import { scoreOf, signedText } from './numbers.ts';
import { Damage } from './rdb-parse-error.ts';

const windowBytes = 256 * 1024;

/** What {@link ByteWindow.length} gives when the window ends too early. Real lengths are not negative. */
export const short = -1;

/**
 * The part of an RDB file that is in memory, with a reading position. A read that needs more than is there takes
 * nothing, remembers how much it needs and says so (`undefined` or {@link short}); after {@link fill} it is simply
 * called again. So the readers are plain functions, and only filling is asynchronous.
 *
 * Memory follows what has arrived, not what a length in the file claims. A buffer is never written twice at one place:
 * views of it stay good.
 */
export class ByteWindow {
  readonly #source: ByteSource;
  readonly #crc = new Crc64();
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;
  #end = 0;
  #checked = 0;
  #needed = 0;
  #base = 0;
  #special = false;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Place in the file of the next byte. */
  get offsetBytes(): number {
    return this.#base + this.#at;
  }

  /** The checksum of everything taken so far. */
  crc(): Crc64 {
    this.#crc.update(this.#bytes, this.#checked, this.#at);
    this.#checked = this.#at;
    return this.#crc;
  }

  /** Gets at least what the last read needed. False when the file ends before. */
  async fill(): Promise<boolean> {
    if (this.#at + this.#needed > this.#bytes.length) this.#move();
    while (this.#end - this.#at < this.#needed) {
      if (this.#end === this.#bytes.length) this.#move();
      const count = await this.#source.read(this.#bytes, this.#end);
      if (count === 0) return false;
      this.#end += count;
    }
    return true;
  }

  /** Goes on in a new buffer that begins with the bytes not yet taken, at most doubling what has arrived. */
  #move(): void {
    this.crc();
    const rest = this.#bytes.subarray(this.#at, this.#end);
    const bytes = new Uint8Array(Math.max(windowBytes, Math.min(this.#needed, 2 * rest.length)));
    bytes.set(rest);
    this.#base += this.#at;
    this.#end -= this.#at;
    this.#at = 0;
    this.#checked = 0;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  byte(): number {
    if (!this.#has(1)) return short;
    return this.#bytes[this.#at++] as number;
  }

  /** `count` bytes as they are. */
  raw(count: number): Uint8Array | undefined {
    if (!this.#has(count)) return undefined;
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  /** A double, lowest byte first. */
  double(): number | undefined {
    if (!this.#has(8)) return undefined;
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** A signed integer of 64 bits, lowest byte first; exact up to 2^53. */
  signed64(): number | undefined {
    if (!this.#has(8)) return undefined;
    this.#at += 8;
    return this.#view.getInt32(this.#at - 4, true) * 2 ** 32 + this.#view.getUint32(this.#at - 8, true);
  }

  signed32(): number | undefined {
    if (!this.#has(4)) return undefined;
    this.#at += 4;
    return this.#view.getInt32(this.#at - 4, true);
  }

  /** A length or other unsigned integer, exact up to 2^53; {@link short} when more bytes are needed. */
  length(): number {
    const start = this.#at;
    const length = this.#lengthOrForm();
    if (length !== short && this.#special) {
      this.#at = start;
      throw new Damage('a length was expected, not an encoded string');
    }
    return length;
  }

  /**
   * A string, as a view of the window unless it was packed: plain, an integer of 8, 16 or 32 bits, or LZF.
   *
   * @throws Damage when it is longer than a value may be, or its packing is damaged
   */
  string(): Uint8Array | undefined {
    const start = this.#at;
    const length = this.#lengthOrForm();
    if (length === short) return undefined;
    if (!this.#special) {
      checkSize(length);
      return this.#rest(start, length);
    }
    if (length < 3) {
      const size = 1 << length;
      const bytes = this.#rest(start, size);
      return bytes === undefined ? undefined : signedText(bytes, 0, size);
    }
    if (length === 3) return this.#lzf(start);
    throw new Damage(`a string has the unknown encoding ${length}`);
  }

  /** A score written as text: its length, then the text; 253, 254 and 255 are NaN and the infinities. */
  scoreText(): number | undefined {
    const start = this.#at;
    const length = this.byte();
    if (length === short) return undefined;
    if (length === 253) return Number.NaN;
    if (length > 253) return length === 254 ? Infinity : -Infinity;
    const text = this.#rest(start, length);
    return text === undefined ? undefined : scoreOf(text);
  }

  #lzf(start: number): Uint8Array | undefined {
    const packedBytes = this.length();
    const plainBytes = packedBytes === short ? short : this.length();
    if (plainBytes === short) {
      this.#needFrom(start);
      return undefined;
    }
    checkSize(packedBytes);
    checkSize(plainBytes);
    const packed = this.#rest(start, packedBytes);
    if (packed === undefined) return undefined;
    const plain = decompressLzf(packed, plainBytes);
    if (plain === undefined) throw new Damage('an LZF-compressed string is damaged');
    return plain;
  }

  /** Sets `#special` where the two upper bits say that a form follows rather than a length. */
  #lengthOrForm(): number {
    if (!this.#has(1)) return short;
    const head = this.#bytes[this.#at] as number;
    this.#special = head >= 0xc0;
    if (head < 0x40) {
      this.#at++;
      return head;
    }
    if (head < 0x80) {
      if (!this.#has(2)) return short;
      this.#at += 2;
      return ((head & 0x3f) << 8) | (this.#bytes[this.#at - 1] as number);
    }
    if (head === 0x80) {
      if (!this.#has(5)) return short;
      this.#at += 5;
      return this.#view.getUint32(this.#at - 4);
    }
    if (head === 0x81) {
      if (!this.#has(9)) return short;
      this.#at += 9;
      return this.#view.getUint32(this.#at - 8) * 2 ** 32 + this.#view.getUint32(this.#at - 4);
    }
    if (this.#special) {
      this.#at++;
      return head & 0x3f;
    }
    throw new Damage(`a length begins with ${head.toString(16)}`);
  }

  /** `count` bytes of something that began at `start`; when they are not there, all of it waits. */
  #rest(start: number, count: number): Uint8Array | undefined {
    if (this.#has(count)) {
      this.#at += count;
      return this.#bytes.subarray(this.#at - count, this.#at);
    }
    this.#needFrom(start);
    return undefined;
  }

  /** Steps back to `start` after a short read further on, which then needs all from there. */
  #needFrom(start: number): void {
    this.#needed += this.#at - start;
    this.#at = start;
  }

  #has(count: number): boolean {
    if (this.#end - this.#at >= count) return true;
    this.#needed = count;
    return false;
  }
}

function checkSize(bytes: number): void {
  if (bytes > maxValueBytes) {
    throw new Damage(`it holds ${bytes} bytes as one string, and the store takes ${maxValueBytes}`);
  }
}
