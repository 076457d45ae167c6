const firstBytes = 4096;
const keptBytes = 1024 * 1024;
/** Up to here it is quicker to write a text character by character than to have the system's encoder do it. */
const fewCharacters = 64;

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
    if (this.#shortAscii(value)) return;
    const size = Buffer.byteLength(value);
    if (size > 255) throw new RangeError(`'${value.slice(0, 40)}…' has more than 255 bytes`);
    const at = this.#take(1 + size);
    this.#memory[at] = size;
    this.#memory.write(value, at + 1, 'utf8');
  }

  /** Text with its length in four bytes before it. */
  longText(value: string): void {
    const start = this.beginSized();
    if (!this.#ascii(value)) {
      const at = this.#take(Buffer.byteLength(value));
      this.#memory.write(value, at, 'utf8');
    }
    this.endSized(start);
  }

  bytes(value: Uint8Array): void {
    const at = this.#take(value.length);
    this.#memory.set(value, at);
  }

  /** What is written from here to {@link endSized} has its length in four bytes before it. */
  beginSized(): number {
    return this.#take(4);
  }

  /** @param start what {@link beginSized} gave */
  endSized(start: number): void {
    this.#memory.writeUInt32BE(this.#used - start - 4, start);
  }

  /** Writes over two bytes that were written before, `at` being the {@link size} then. */
  overwriteUint16(value: number, at: number): void {
    this.#memory.writeUInt16BE(value, at);
  }

  #shortAscii(value: string): boolean {
    const at = this.#take(1);
    this.#memory[at] = value.length;
    if (this.#ascii(value)) return true;
    this.#used = at;
    return false;
  }

  /** Writes a text of few characters, all of them ASCII; false, and nothing, if it is another one. */
  #ascii(value: string): boolean {
    const size = value.length;
    if (size > fewCharacters) return false;
    const at = this.#take(size);
    const memory = this.#memory;
    for (let i = 0; i < size; i++) {
      const code = value.charCodeAt(i);
      if (code > 0x7f) {
        this.#used = at;
        return false;
      }
      memory[at + i] = code;
    }
    return true;
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
