const smallest = 4096;
const largestKept = 1024 * 1024;

/** Appends numbers and byte strings to one growing buffer, so that a whole group crosses to a thread in one piece. */
export class ByteWriter {
  #buffer: Buffer;
  #length = 0;

  constructor() {
    this.#buffer = Buffer.from(new ArrayBuffer(smallest));
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#room(1);
    this.#buffer[this.#length++] = value;
  }

  u32(value: number): void {
    this.#room(4);
    this.#buffer.writeUInt32LE(value, this.#length);
    this.#length += 4;
  }

  f64(value: number): void {
    this.#room(8);
    this.#buffer.writeDoubleLE(value, this.#length);
    this.#length += 8;
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.raw(value);
  }

  /** What `write` appends, as one byte string. */
  measured(write: () => void): void {
    const start = this.#length;
    this.u32(0);
    write();
    this.#buffer.writeUInt32LE(this.#length - start - 4, start);
  }

  raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** Forgets what was written after the first `length` bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** What was written, in a buffer of its own that can be transferred to a thread; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#buffer.subarray(0, this.#length) as Uint8Array<ArrayBuffer>;
    // The next group is probably as large as this one.
    const capacity = Math.min(largestKept, Math.max(smallest, this.#length + (this.#length >> 2)));
    this.#buffer = Buffer.from(new ArrayBuffer(capacity));
    this.#length = 0;
    return taken;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = Buffer.from(new ArrayBuffer(Math.max(this.#buffer.length * 2, this.#length + more)));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

/** Reads what {@link ByteWriter} wrote. Byte strings are views into the buffer. */
export class ByteReader {
  #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#buffer.length;
  }

  u8(): number {
    return this.#buffer[this.#at++] as number;
  }

  u32(): number {
    const value = this.#buffer.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  f64(): number {
    const value = this.#buffer.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  bytes(): Uint8Array {
    return this.raw(this.u32());
  }

  raw(length: number): Uint8Array {
    const value = this.#buffer.subarray(this.#at, this.#at + length);
    this.#at += length;
    return value;
  }
}
