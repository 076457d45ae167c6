import { Fault } from './fault.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const scratch = new Uint8Array(8);
const scratchView = new DataView(scratch.buffer);
const maxLoopedText = 12;
const maxLoopedCopy = 32;
const minBufferCopy = 4096;

/** Stored bytes, read from front to back; every read is checked against what is left. */
export class Input {
  position: number;
  private readonly bytes: Uint8Array;
  private end: number;

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = bytes.length;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  /** Steps over `size` bytes; the position before them. */
  private take(size: number): number {
    const start = this.position;
    if (size > this.end - start) throw new Fault('it is cut off');
    this.position = start + size;
    return start;
  }

  /** Lets the input end after `size` more bytes; gives the end there was, for {@link widen}. */
  narrow(size: number): number {
    const outer = this.end;
    if (size > this.remaining) throw new Fault('it is cut off');
    this.end = this.position + size;
    return outer;
  }

  widen(outer: number): void {
    this.end = outer;
  }

  /** The next byte, left where it is; -1 at the end. */
  peek(): number {
    return this.position < this.end ? (this.bytes[this.position] as number) : -1;
  }

  byte(): number {
    if (this.position >= this.end) throw new Fault('it is cut off');
    return this.bytes[this.position++] as number;
  }

  uint16(): number {
    const at = this.take(2);
    return ((this.bytes[at] as number) << 8) | (this.bytes[at + 1] as number);
  }

  uint32(): number {
    const { bytes } = this;
    const at = this.take(4);
    const low =
      ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    return (bytes[at] as number) * 0x1000000 + low;
  }

  /** A number up to 2^53 - 1, a bigint beyond. */
  uint64(): number | bigint {
    const high = this.uint32();
    const low = this.uint32();
    return high < 0x200000 ? high * 0x100000000 + low : (BigInt(high) << 32n) | BigInt(low);
  }

  /** A number from -(2^53 - 1) to 2^53 - 1, a bigint beyond. */
  int64(): number | bigint {
    const high = this.uint32() | 0;
    const low = this.uint32();
    const number = high * 0x100000000 + low;
    return Number.isSafeInteger(number) ? number : (BigInt(high) << 32n) | BigInt(low);
  }

  float32(): number {
    const at = this.take(4);
    for (let i = 0; i < 4; i++) scratch[i] = this.bytes[at + i] as number;
    return scratchView.getFloat32(0);
  }

  float64(): number {
    const at = this.take(8);
    for (let i = 0; i < 8; i++) scratch[i] = this.bytes[at + i] as number;
    return scratchView.getFloat64(0);
  }

  /** The 64 bits of the next 8 bytes. */
  bits(): bigint {
    const at = this.take(8);
    for (let i = 0; i < 8; i++) scratch[i] = this.bytes[at + i] as number;
    return scratchView.getBigUint64(0);
  }

  /** The bits that the last {@link float64} read. */
  bitsBefore(): bigint {
    return scratchView.getBigUint64(0);
  }

  text(size: number): string {
    const start = this.take(size);
    const { bytes } = this;
    if (size <= maxLoopedText) {
      let text = '';
      let at = start;
      for (; at < this.position; at++) {
        const byte = bytes[at] as number;
        if (byte >= 0x80) break;
        text += String.fromCharCode(byte);
      }
      if (at === this.position) return text;
    }
    try {
      return utf8.decode(bytes.subarray(start, this.position));
    } catch {
      throw new Fault('a text is not UTF-8');
    }
  }

  /** The next bytes without a copy: for reading only. */
  borrow(size: number): Uint8Array {
    const start = this.take(size);
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, size);
  }

  /** A copy of the next bytes. */
  copy(size: number): Uint8Array {
    const start = this.take(size);
    return copyOf(this.bytes, start, size);
  }

  /** What was read since `start`, one character a byte. */
  latin1From(start: number): string {
    const { buffer, byteOffset } = this.bytes;
    return Buffer.from(buffer, byteOffset + start, this.position - start).toString('latin1');
  }
}

/** A copy that shares no memory and begins at the start of its own buffer, so that every typed array can view it. */
export function copyOf(bytes: Uint8Array, start: number, size: number): Uint8Array {
  if (size >= minBufferCopy && bytes.buffer instanceof ArrayBuffer) {
    const from = bytes.byteOffset + start;
    return new Uint8Array(bytes.buffer.slice(from, from + size));
  }
  const copy = new Uint8Array(size);
  if (size <= maxLoopedCopy) for (let i = 0; i < size; i++) copy[i] = bytes[start + i] as number;
  else copy.set(bytes.subarray(start, start + size));
  return copy;
}
