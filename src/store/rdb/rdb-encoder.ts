import { AlidadeError } from '../../shared/errors.ts';
import type { Crc64 } from './crc64.ts';

/** Takes bytes in order. They may be overwritten once the promise has resolved. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

const bufferBytes = 256 * 1024;
/** Room that is always left after a string, for what stands between it and the next. */
const slackBytes = 64;
/** Longer strings are passed on without being copied. */
const longBytes = 64 * 1024;
const maxLength = 0xffff_ffff;

/**
 * Writes the pieces of which an RDB file consists. Bytes, times and lengths find room at once; a string may have to wait
 * for the sink, and gives a promise then: between two strings there may be {@link slackBytes} of the others.
 */
export class RdbEncoder {
  readonly #sink: ByteSink;
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  readonly #crc: Crc64 | undefined;
  #at = 0;
  #flushedBytes = 0;

  /** @param crc gathers the checksum of what is written */
  constructor(sink: ByteSink, crc?: Crc64) {
    this.#sink = sink;
    this.#crc = crc;
  }

  /** How much was written since the beginning. */
  get sizeBytes(): number {
    return this.#flushedBytes + this.#at;
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value;
  }

  /** Unix milliseconds, 64 bits. */
  time(milliseconds: number): void {
    this.#at = this.#buffer.writeBigInt64LE(BigInt(milliseconds), this.#at);
  }

  /** @throws ALI_VALUE_TOO_LARGE where a length of 32 bits, which every reader knows, does not do */
  length(count: number): void {
    if (count < 0x40) this.byte(count);
    else if (count < 0x4000) this.#at = this.#buffer.writeUInt16BE(0x4000 | count, this.#at);
    else if (count <= maxLength) {
      this.byte(0x80);
      this.#at = this.#buffer.writeUInt32BE(count, this.#at);
    } else {
      throw new AlidadeError(
        'ALI_VALUE_TOO_LARGE',
        `a snapshot holds at most ${maxLength} elements a key, not ${count}`,
      );
    }
  }

  /** A string with its length. The promise, where there is one, must be waited for before anything else is written. */
  string(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.length > longBytes || this.#at + bytes.length + slackBytes > bufferBytes) {
      return this.#waitAndWrite(bytes);
    }
    this.length(bytes.length);
    this.#copy(bytes);
    return undefined;
  }

  /** Bytes that are encoded already. */
  async raw(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.#pass(bytes);
  }

  /** The checksum of all that was written so far. */
  async checksum(crc: Crc64): Promise<void> {
    await this.flush();
    this.#at = this.#buffer.writeUInt32LE(crc.low, this.#at);
    this.#at = this.#buffer.writeUInt32LE(crc.high, this.#at);
    await this.flush();
  }

  async flush(): Promise<void> {
    const size = this.#at;
    if (size === 0) return;
    this.#at = 0;
    await this.#pass(this.#buffer.subarray(0, size));
  }

  async #waitAndWrite(bytes: Uint8Array): Promise<void> {
    if (bytes.length <= longBytes) {
      await this.flush();
      this.length(bytes.length);
      this.#copy(bytes);
      return;
    }
    this.length(bytes.length);
    await this.raw(bytes);
  }

  #copy(bytes: Uint8Array): void {
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  async #pass(bytes: Uint8Array): Promise<void> {
    this.#crc?.update(bytes, 0, bytes.length);
    this.#flushedBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
