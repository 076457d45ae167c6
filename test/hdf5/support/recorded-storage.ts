import type { Hdf5Storage } from '../../../src/hdf5/index.ts';

export type Operation =
  | { readonly do: 'write'; readonly position: number; readonly bytes: Uint8Array }
  | { readonly do: 'extend' | 'shrink'; readonly sizeBytes: number }
  /** A sync has resolved: of the operations, so many are safe. */
  | { readonly do: 'sync'; readonly safe: number };

/** A storage in memory that remembers every operation in its order. */
export class RecordedStorage implements Hdf5Storage {
  readonly operations: Operation[] = [];
  isClosed = false;
  #sizeBytes = 0;

  async writeAt(position: number, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
    const whole = Buffer.concat(bytes instanceof Uint8Array ? [bytes] : bytes);
    await undefined;
    this.operations.push({ do: 'write', position, bytes: whole });
    this.#sizeBytes = Math.max(this.#sizeBytes, position + whole.length);
  }

  async sync(): Promise<void> {
    const safe = this.operations.length;
    // The writer may write on meanwhile.
    await new Promise((resolve) => setImmediate(resolve));
    this.operations.push({ do: 'sync', safe });
  }

  async truncate(sizeBytes: number): Promise<void> {
    await undefined;
    this.operations.push({ do: sizeBytes < this.#sizeBytes ? 'shrink' : 'extend', sizeBytes });
    this.#sizeBytes = sizeBytes;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
