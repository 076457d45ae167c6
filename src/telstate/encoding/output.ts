const firstCapacityBytes = 16 * 1024;
const maxKeptCapacityBytes = 512 * 1024;

/** One growing buffer that values are written to, in MessagePack's pieces. Every write makes its own room. */
export class Output {
  private bytes = new Uint8Array(firstCapacityBytes);
  private view = new DataView(this.bytes.buffer);
  private text = Buffer.from(this.bytes.buffer);
  /** Bytes written. */
  length = 0;

  /** Makes room for so many more bytes. */
  private reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.adopt(grown);
  }

  private adopt(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.text = Buffer.from(bytes.buffer);
  }

  /** What was written, as an array of the caller's own; the buffer is empty again. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.length = 0;
    if (bytes.length > maxKeptCapacityBytes) {
      this.adopt(new Uint8Array(firstCapacityBytes));
      if (length > 0.75 * bytes.length) return bytes.subarray(0, length);
    }
    const out = new Uint8Array(length);
    if (length <= 48) for (let i = 0; i < length; i++) out[i] = bytes[i] as number;
    else out.set(bytes.subarray(0, length));
    return out;
  }

  /** Gives up what was written. */
  discard(): void {
    this.length = 0;
    if (this.bytes.length > maxKeptCapacityBytes) this.adopt(new Uint8Array(firstCapacityBytes));
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Raw bytes. */
  raw(data: Uint8Array): void {
    this.reserve(data.length);
    const { bytes } = this;
    if (data.length <= 32) {
      for (let i = 0; i < data.length; i++) bytes[this.length + i] = data[i] as number;
    } else bytes.set(data, this.length);
    this.length += data.length;
  }

  zeros(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.length, this.length + count);
    this.length += count;
  }

  /** A safe integer in its shortest form. */
  integer(value: number): void {
    this.reserve(9);
    const { bytes } = this;
    if (value >= 0) {
      if (value < 0x80) bytes[this.length++] = value;
      else if (value < 0x100) this.headed(0xcc, 1, value);
      else if (value < 0x10000) this.headed(0xcd, 2, value);
      else if (value < 0x100000000) this.headed(0xce, 4, value);
      else this.long(0xcf, value);
    } else if (value >= -0x20) bytes[this.length++] = value + 0x100;
    else if (value >= -0x80) this.headed(0xd0, 1, value);
    else if (value >= -0x8000) this.headed(0xd1, 2, value);
    else if (value >= -0x80000000) this.headed(0xd2, 4, value);
    else this.long(0xd3, value);
  }

  /** An integer of -2^63 to 2^64 - 1 in its shortest form. */
  bigInteger(value: bigint): void {
    const number = Number(value);
    if (Number.isSafeInteger(number)) {
      this.integer(number);
      return;
    }
    this.reserve(9);
    this.bytes[this.length] = value < 0n ? 0xd3 : 0xcf;
    this.view.setBigUint64(this.length + 1, BigInt.asUintN(64, value));
    this.length += 9;
  }

  private long(type: number, value: number): void {
    this.bytes[this.length] = type;
    this.view.setInt32(this.length + 1, Math.floor(value / 0x100000000));
    this.view.setUint32(this.length + 5, value >>> 0);
    this.length += 9;
  }

  /** A type byte and the low `size` bytes of a number; the room is there. */
  private headed(type: number, size: 1 | 2 | 4, value: number): void {
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = type;
    if (size === 4) {
      bytes[at++] = value >>> 24;
      bytes[at++] = value >>> 16;
    }
    if (size >= 2) bytes[at++] = value >>> 8;
    bytes[at++] = value;
    this.length = at;
  }

  /** A float64; every NaN becomes Python's `float('nan')`. */
  float(value: number): void {
    this.reserve(9);
    this.bytes[this.length] = 0xcb;
    if (Number.isNaN(value)) this.view.setBigUint64(this.length + 1, 0x7ff8000000000000n);
    else this.view.setFloat64(this.length + 1, value);
    this.length += 9;
  }

  /** 64 bits as they are. */
  bits(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.length, value);
    this.length += 8;
  }

  /** Text with its header; false, with nothing written, when it holds a lone surrogate. */
  string(text: string): boolean {
    const { length } = text;
    if (length > 40) return this.longString(text);
    this.reserve(length + 2);
    const { bytes } = this;
    let at = this.length;
    if (length < 32) bytes[at++] = 0xa0 | length;
    else {
      bytes[at++] = 0xd9;
      bytes[at++] = length;
    }
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return this.longString(text);
      bytes[at++] = code;
    }
    this.length = at;
    return true;
  }

  private longString(text: string): boolean {
    if (!text.isWellFormed()) return false;
    const size = Buffer.byteLength(text, 'utf8');
    this.reserve(size + 5);
    if (size < 32) this.byte(0xa0 | size);
    else this.sized(0xd9, 0xda, 0xdb, size);
    this.text.write(text, this.length, size, 'utf8');
    this.length += size;
    return true;
  }

  binary(data: Uint8Array): void {
    this.reserve(data.length + 5);
    this.sized(0xc4, 0xc5, 0xc6, data.length);
    this.raw(data);
  }

  listHeader(count: number): void {
    if (count < 16) this.byte(0x90 | count);
    else this.sized(undefined, 0xdc, 0xdd, count);
  }

  mapHeader(count: number): void {
    if (count < 16) this.byte(0x80 | count);
    else this.sized(undefined, 0xde, 0xdf, count);
  }

  extensionHeader(type: number, size: number): void {
    const fixed = fixedExtension(size);
    if (fixed !== undefined) this.byte(fixed);
    else this.sized(0xc7, 0xc8, 0xc9, size);
    this.byte(type & 0xff);
  }

  /**
   * Puts the header of an extension before everything written since `start`: for content whose size is not known
   * beforehand. Costs one move of the content.
   */
  wrapExtension(type: number, start: number): void {
    const size = this.length - start;
    const headerBytes = fixedExtension(size) !== undefined ? 2 : size < 0x100 ? 3 : size < 0x10000 ? 4 : 6;
    this.reserve(headerBytes);
    this.bytes.copyWithin(start + headerBytes, start, this.length);
    this.length = start;
    this.extensionHeader(type, size);
    this.length += size;
  }

  private sized(type8: number | undefined, type16: number, type32: number, size: number): void {
    this.reserve(5);
    if (type8 !== undefined && size < 0x100) this.headed(type8, 1, size);
    else if (size < 0x10000) this.headed(type16, 2, size);
    else this.headed(type32, 4, size);
  }
}

function fixedExtension(size: number): number | undefined {
  if (size === 1) return 0xd4;
  if (size === 2) return 0xd5;
  if (size === 4) return 0xd6;
  if (size === 8) return 0xd7;
  return size === 16 ? 0xd8 : undefined;
}
