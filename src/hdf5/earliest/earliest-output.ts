import type { FileStorage } from '../file-storage.ts';
import { superblockBytes } from './group-blocks.ts';
import { aligned } from './messages.ts';

/** What follows itself in the file is gathered up to this size: headers are small. */
const handyBytes = 1024 * 1024;

/** The space of a file, given out from its beginning to its end, and what is written there. */
export class EarliestOutput {
  readonly #storage: FileStorage;
  #endAddress = superblockBytes;
  #waiting: Uint8Array[] = [];
  #waitingAt = 0;
  #waitingEnd = 0;

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  get endAddress(): number {
    return this.#endAddress;
  }

  /** Space at a multiple of 8 bytes. */
  raw(sizeBytes: number): number {
    const address = this.#endAddress;
    this.#endAddress += aligned(sizeBytes);
    return address;
  }

  /** The bytes must not change any more. */
  async write(address: number, bytes: Uint8Array): Promise<void> {
    const gap = address - this.#waitingEnd;
    if (gap < 0 || gap >= 8) {
      await this.flush();
      this.#waitingAt = address;
    } else if (gap > 0) this.#waiting.push(new Uint8Array(gap));
    this.#waiting.push(bytes);
    this.#waitingEnd = address + bytes.length;
    if (this.#waitingEnd - this.#waitingAt >= handyBytes) await this.flush();
  }

  async flush(): Promise<void> {
    const [bytes, at] = [this.#waiting, this.#waitingAt];
    if (bytes.length === 0) return;
    this.#waiting = [];
    this.#waitingAt = this.#waitingEnd;
    await this.#storage.writeAt(at, bytes.length === 1 ? (bytes[0] as Uint8Array) : Buffer.concat(bytes));
  }
}
