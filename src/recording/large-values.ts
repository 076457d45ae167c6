import { crc32 } from 'node:zlib';
import type { ChannelDefinition } from '../bsread/index.ts';
import type { Dataset } from '../hdf5/index.ts';
import type { Block } from './block.ts';
import type { Form } from './form.ts';
import type { PlainValue } from './plain-value.ts';
import { bytesFor, type Values } from './values.ts';

/** From so many bytes on a row is a chunk. */
const chunkBytes = 32 * 1024;
/**
 * From so many bytes on a row goes to the disk from where it was received, without a copy. Until then it keeps all that
 * was received with it in memory: 64 KiB, which is four times what the file counts at most.
 */
const borrowedBytes = 16 * 1024;
const handyChunkBytes = 256 * 1024;

/** Arrays, each on its way to the disk as soon as it comes. */
export class LargeValues implements Values {
  readonly dataset: Dataset;
  checksum = 0;
  readonly #isBigEndian: boolean;
  readonly #block: Block;

  constructor(dataset: Dataset, isBigEndian: boolean, block: Block) {
    this.dataset = dataset;
    this.#isBigEndian = isBigEndian;
    this.#block = block;
  }

  /** Rows in a chunk of such a dataset. */
  static chunkRows({ rowBytes }: Form, mostRows: number): number {
    if (rowBytes >= chunkBytes) return 1;
    return Math.max(1, Math.min(mostRows, Math.floor(handyChunkBytes / rowBytes)));
  }

  put(_at: number, row: number, value: PlainValue, definition: ChannelDefinition): Promise<void> | undefined {
    const bytes = bytesFor(value, definition, this.#isBigEndian);
    this.dataset.skip(row - this.dataset.rows);
    this.checksum = crc32(bytes, this.checksum);
    if (bytes.length >= chunkBytes) return this.dataset.appendChunk(bytes, this.#block.chunkOptions(bytes));
    return this.dataset.appendBytes(bytes, { borrow: bytes.length >= borrowedBytes });
  }

  flush(_blockRows: number, rowEnd: number): Promise<void> | undefined {
    return this.dataset.skip(rowEnd - this.dataset.rows);
  }
}
