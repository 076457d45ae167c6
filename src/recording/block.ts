import { releaseMemory } from '../bsread/index.ts';
import type { ChunkOptions } from '../hdf5/index.ts';

/** The rows since the last flush, which all columns have in common, and what is waited for when the disk is slow. */
export class Block {
  /** Rows in the file. */
  flushedRows = 0;
  /** Rows since then. */
  rows = 0;
  /** Rows that the columns have room for. */
  capacityRows: number;
  /** Rows in a chunk of small values, and the most that are gathered. */
  readonly chunkRows: number;
  /** Whether nobody else has the frames of the row that is being written: their memory is freed when they are on the disk. */
  isGiven = false;
  /** What the file threw while nobody called: met by the next who does. */
  failure: unknown;
  #waiting: Promise<void> | undefined;

  constructor(chunkRows: number) {
    this.chunkRows = chunkRows;
    this.capacityRows = Math.min(64, chunkRows);
  }

  /** @throws the failure */
  assertUsable(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  hold(waiting: Promise<void> | undefined): void {
    if (waiting !== undefined) this.#waiting = waiting;
  }

  /** What the file is told with an array of the row that goes there as it is. */
  chunkOptions(bytes: Uint8Array): ChunkOptions {
    return this.isGiven ? { onWritten: () => releaseMemory(bytes) } : {};
  }

  /** Frees an array of the row that something else goes to the file for. */
  letGo(bytes: Uint8Array): void {
    if (this.isGiven) releaseMemory(bytes);
  }

  /** What to wait for before more is written. */
  takeWaiting(): Promise<void> | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
