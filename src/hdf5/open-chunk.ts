import type { ChunkIndex } from './chunk-index.ts';
import type { CommitPlan } from './commit-plan.ts';
import type { DatasetLayout } from './dataset-layout.ts';
import type { ItemEncoder } from './items.ts';
import { SlotPool } from './slot-pool.ts';
import type { Items } from './type-name.ts';
import type { Writer } from './writer.ts';

const smallestBufferBytes = 512;
const largestBufferBytes = 256 * 1024;

/**
 * The last chunk of a dataset, while it is filled row by row.
 *
 * A commit puts the rows it does not have on the disk yet behind those it has, at the chunk's own place, where readers
 * look only as far as the extent of the dataset. A filtered chunk stands so, unencoded (its element says so), in a slot
 * until it is full; then it is encoded as a whole into its final place, and its element changed.
 */
export class OpenChunk {
  readonly #writer: Writer;
  readonly #layout: DatasetLayout;
  readonly #index: ChunkIndex;
  readonly #encoder: ItemEncoder;
  readonly #fill: Uint8Array | undefined;
  readonly #slots = new SlotPool();
  /** Slots whose chunks have got their final place since the last commit. */
  #left: number[] = [];
  #chunkNumber = 0;
  /** Rows in the chunk, and how many of them were handed to the disk. */
  #filled = 0;
  #flushed = 0;
  #address: number | undefined;
  /** Rows from `#bufferStart` on. */
  #buffer = new Uint8Array(0);
  #view = new DataView(this.#buffer.buffer);
  #bufferStart = 0;
  #bufferRows = 0;
  /** Of the next buffer, unless the chunk ends before. */
  #nextRows: number;

  constructor(
    writer: Writer,
    layout: DatasetLayout,
    index: ChunkIndex,
    encoder: ItemEncoder,
    fill: Uint8Array | undefined,
  ) {
    this.#writer = writer;
    this.#layout = layout;
    this.#index = index;
    this.#encoder = encoder;
    this.#fill = fill;
    this.#nextRows = Math.max(1, Math.floor(smallestBufferBytes / layout.rowBytes));
  }

  append(rows: Items, count: number): void {
    const { rowItems, rowBytes, chunkRows } = this.#layout;
    for (let done = 0; done < count; ) {
      if (this.#filled - this.#bufferStart === this.#bufferRows) this.#makeRoom();
      const at = this.#filled - this.#bufferStart;
      const step = Math.min(count - done, this.#bufferRows - at);
      this.#encoder.put(rows, done * rowItems, step * rowItems, this.#buffer, this.#view, at * rowBytes);
      this.#filled += step;
      done += step;
      if (this.#filled === chunkRows) this.#complete();
    }
  }

  /** A ready-made chunk, between two that are filled row by row. */
  place(bytes: Uint8Array, filterMask: number): void {
    this.#put(this.#chunkNumber, bytes, filterMask);
    this.#chunkNumber++;
  }

  /** Hands over the rows that were not yet. */
  flush(): void {
    if (this.#filled === this.#flushed) return;
    const { chunkBytes, rowBytes, filter } = this.#layout;
    if (this.#address === undefined) {
      const isFiltered = filter !== undefined;
      const slot = isFiltered ? this.#slots.take(this.#writer.commitCount) : undefined;
      this.#address = slot ?? this.#writer.allocation.raw(chunkBytes);
      this.#index.set(this.#chunkNumber, {
        address: this.#address,
        sizeBytes: chunkBytes,
        filterMask: isFiltered ? 1 : 0,
        isFinal: !isFiltered,
      });
    }
    const from = this.#flushed - this.#bufferStart;
    const to = this.#filled - this.#bufferStart;
    const bytes = this.#buffer.subarray(from * rowBytes, to * rowBytes);
    const address = this.#address + this.#flushed * rowBytes;
    this.#whenComplete(() => this.#writer.put(address, bytes));
    this.#flushed = this.#filled;
  }

  /** Hands over everything for the last time: a filtered chunk is encoded although it is not full. */
  finish(): void {
    if (this.#filled === 0) return;
    const { filter, rowBytes, chunkBytes, type } = this.#layout;
    if (filter?.encode === undefined) {
      this.flush();
      return;
    }
    if (type.kind === 'string') this.#writer.heap.seal();
    const bytes = new Uint8Array(chunkBytes);
    const end = this.#filled * rowBytes;
    bytes.set(this.#buffer.subarray(0, end));
    if (this.#fill !== undefined) {
      for (let at = end; at < chunkBytes; at += this.#fill.length) bytes.set(this.#fill, at);
    }
    this.#encode(filter.encode, bytes);
    this.#flushed = this.#filled;
  }

  /** Before the index is written: slots that it leads to no more rest from the end of this commit on. */
  write(plan: CommitPlan): void {
    const left = this.#left;
    if (left.length === 0) return;
    this.#left = [];
    plan.afterwards(() => {
      for (const address of left) this.#slots.give(address, this.#writer.commitCount);
    });
  }

  #makeRoom(): void {
    const { rowBytes, chunkRows, filter, type } = this.#layout;
    const largest = filter === undefined ? Math.max(1, Math.floor(largestBufferBytes / rowBytes)) : chunkRows;
    let kept = new Uint8Array(0);
    if (filter === undefined) {
      this.flush();
      this.#bufferStart = this.#filled;
    } else {
      // What the heap still has to put into the buffer must be there before it is copied.
      if (this.#filled > 0 && type.kind === 'string') this.#writer.heap.seal();
      kept = this.#buffer.subarray(0, this.#filled * rowBytes);
    }
    this.#bufferRows = Math.min(this.#nextRows, chunkRows - this.#bufferStart);
    this.#nextRows = Math.min(2 * this.#nextRows, largest);
    this.#buffer = Buffer.allocUnsafeSlow(this.#bufferRows * rowBytes);
    this.#view = new DataView(this.#buffer.buffer);
    this.#buffer.set(kept);
  }

  #complete(): void {
    const encode = this.#layout.filter?.encode;
    if (encode === undefined) {
      this.flush();
    } else {
      this.#encode(encode, this.#buffer);
    }
    this.#chunkNumber++;
    this.#address = undefined;
    this.#filled = 0;
    this.#flushed = 0;
    this.#bufferStart = 0;
    this.#bufferRows = 0;
  }

  #encode(encode: (chunk: Uint8Array) => Promise<Uint8Array>, chunk: Uint8Array): void {
    const number = this.#chunkNumber;
    const slot = this.#address;
    const done = (encoded: Uint8Array) => {
      const helps = encoded.length < chunk.length;
      this.#put(number, helps ? encoded : chunk, helps ? 0 : 1);
      if (slot !== undefined) this.#left.push(slot);
    };
    this.#whenComplete(() => this.#writer.encode(chunk, encode, done));
  }

  /** Calls when the heap has put in place what leads to the texts among the rows. */
  #whenComplete(call: () => void): void {
    if (this.#layout.type.kind === 'string') this.#writer.heap.whenSealed(call);
    else call();
  }

  #put(number: number, bytes: Uint8Array, filterMask: number): void {
    const address = this.#writer.allocation.raw(bytes.length);
    this.#writer.put(address, bytes);
    this.#index.set(number, { address, sizeBytes: bytes.length, filterMask, isFinal: true });
  }
}
