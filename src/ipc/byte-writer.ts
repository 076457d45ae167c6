const firstBytes = 4096;
const keptBytes = 1024 * 1024;

/** Writes numbers (big-endian), texts and bytes one after the other, into memory that is used again. */
export class ByteWriter {
  #memory = Buffer.allocUnsafeSlow(firstBytes);
  #used = 0;

  /** Begins anew. */
  clear(): void {
    this.#used = 0;
    // One large message does not keep its memory for ever.
    if (this.#memory.length > keptBytes) this.#memory = Buffer.allocUnsafeSlow(firstBytes);
  }

  /** What was written, in memory of its own. */
  copy(): Buffer {
    return Buffer.from(this.#memory.subarray(0, this.#used));
  }

  /** Bytes written since it began. */
  get size(): number {
    return this.#used;
  }

  uint8(value: number): void {
    const at = this.#take(1);
    this.#memory.writeUInt8(value, at);
  }

  int8(value: number): void {
    const at = this.#take(1);
    this.#memory.writeInt8(value, at);
  }

  uint16(value: number): void {
    const at = this.#take(2);
    this.#memory.writeUInt16BE(value, at);
  }

  int16(value: number): void {
    const at = this.#take(2);
    this.#memory.writeInt16BE(value, at);
  }

  uint32(value: number): void {
    const at = this.#take(4);
    this.#memory.writeUInt32BE(value, at);
  }

  int32(value: number): void {
    const at = this.#take(4);
    this.#memory.writeInt32BE(value, at);
  }

  uint64(value: bigint): void {
    const at = this.#take(8);
    this.#memory.writeBigUInt64BE(value, at);
  }

  int64(value: bigint): void {
    const at = this.#take(8);
    this.#memory.writeBigInt64BE(value, at);
  }

  float(value: number): void {
    const at = this.#take(4);
    this.#memory.writeFloatBE(value, at);
  }

  double(value: number): void {
    const at = this.#take(8);
    this.#memory.writeDoubleBE(value, at);
  }

  /** Text with its length in one byte before it. @throws RangeError when it has more than 255 bytes */
  shortText(value: string): void {
    const size = Buffer.byteLength(value);
    if (size > 255) throw new RangeError(`'${value.slice(0, 40)}…' has more than 255 bytes`);
    const at = this.#take(1 + size);
    this.#memory[at] = size;
    this.#memory.write(value, at + 1, 'utf8');
  }

  /** Text with its length in four bytes before it. */
  longText(value: string): void {
    const size = Buffer.byteLength(value);
    const at = this.#take(4 + size);
    this.#memory.writeUInt32BE(size, at);
    this.#memory.write(value, at + 4, 'utf8');
  }

  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#memory.set(value, at);
  }

  /** What `write` writes, with its length in four bytes before it. */
  sized(write: () => void): void {
    const at = this.#take(4);
    write();
    this.#memory.writeUInt32BE(this.#used - at - 4, at);
  }

  #take(size: number): number {
    const at = this.#used;
    this.#used += size;
    if (this.#used > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#used, this.#memory.length * 2));
      this.#memory.copy(larger, 0, 0, at);
      this.#memory = larger;
    }
    return at;
  }
}
