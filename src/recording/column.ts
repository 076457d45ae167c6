import { crc32 } from 'node:zlib';
import type { Dataset } from '../hdf5/index.ts';

const zeros = new Uint8Array(64 * 1024);

/** CRC-32 of so many zeros. */
export function zerosChecksum(sizeBytes: number): number {
  let checksum = 0;
  for (let left = sizeBytes; left > 0; left -= zeros.length) {
    checksum = crc32(zeros.subarray(0, Math.min(left, zeros.length)), checksum);
  }
  return checksum;
}

/**
 * One value of a fixed size in each row, gathered in memory for as many rows as are between two flushes: appending to an
 * HDF5 dataset row by row would cost more than all else. Rows that got nothing are zeros.
 */
export class Column {
  bytes: Uint8Array;
  view: DataView;
  /** Whether a row since the last flush got something. */
  isUsed = false;
  /** CRC-32 of all rows of the dataset that were flushed. */
  checksum: number;
  readonly dataset: Dataset;
  readonly #rowBytes: number;

  constructor(dataset: Dataset, rowBytes: number, capacityRows: number) {
    this.dataset = dataset;
    this.#rowBytes = rowBytes;
    this.checksum = zerosChecksum(dataset.rows * rowBytes);
    this.bytes = new Uint8Array(rowBytes * capacityRows);
    this.view = new DataView(this.bytes.buffer);
  }

  grow(capacityRows: number): void {
    const larger = new Uint8Array(this.#rowBytes * capacityRows);
    larger.set(this.bytes);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }

  /** Hands the first `rows` rows on. */
  flush(rows: number): Promise<void> | undefined {
    const used = this.bytes.subarray(0, rows * this.#rowBytes);
    this.checksum = crc32(used, this.checksum);
    if (!this.isUsed) return this.dataset.skip(rows);
    this.isUsed = false;
    const waiting = this.dataset.appendBytes(used);
    used.fill(0);
    return waiting;
  }
}
