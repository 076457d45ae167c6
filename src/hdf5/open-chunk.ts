import type { ChunkIndex } from './chunk-index.ts';
import type { CommitPlan } from './commit-plan.ts';
import type { DatasetLayout } from './dataset-layout.ts';
import type { ItemEncoder } from './items.ts';
import { SlotPool } from './slot-pool.ts';
import type { Items } from './type-name.ts';
import type { Writer } from './writer.ts';

const smallestBufferBytes = 512;
const largestBufferBytes = 256 * 1024;
/** Chunks up to this size are written whole at each commit, so that those of many datasets go to the disk in few calls. */
const mostWholeBytes = 16 * 1024;
const padding = new Uint8Array(mostWholeBytes);

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
  /** Whether the buffer holds the chunk from its beginning. */
  readonly #isWhole: boolean;
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
  /** Borrowed rows that were not handed over yet. All rows before them were. */
  #borrowed: Uint8Array[] = [];
  #borrowedBytes = 0;
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
    this.#isWhole = layout.filter !== undefined || layout.chunkBytes <= mostWholeBytes;
    this.#nextRows = Math.max(1, Math.floor(smallestBufferBytes / layout.rowBytes));
  }

  append(rows: Items, count: number): void {
    const { rowItems } = this.#layout;
    this.#add(count, (first, rowCount, at) => {
      this.#encoder.put(rows, first * rowItems, rowCount * rowItems, this.#buffer, this.#view, at);
    });
  }

  /** Rows as they are to stand in the file. */
  appendBytes(bytes: Uint8Array, count: number): void {
    const { rowBytes } = this.#layout;
    this.#add(count, (first, rowCount, at) => {
      this.#buffer.set(bytes.subarray(first * rowBytes, (first + rowCount) * rowBytes), at);
    });
  }

  /**
   * As {@link appendBytes}, but they are handed over as they are, where the chunk is written in pieces: until they are on
   * the disk they may not change.
   */
  borrowBytes(bytes: Uint8Array, count: number): void {
    if (this.#isWhole) {
      this.appendBytes(bytes, count);
      return;
    }
    const { rowBytes, chunkRows } = this.#layout;
    for (let done = 0; done < count; ) {
      if (this.#borrowed.length === 0) this.flush();
      const step = Math.min(count - done, chunkRows - this.#filled);
      this.#borrowed.push(bytes.subarray(done * rowBytes, (done + step) * rowBytes));
      this.#borrowedBytes += step * rowBytes;
      this.#filled += step;
      done += step;
      if (this.#filled === chunkRows) this.#complete();
      else if (this.#borrowedBytes >= largestBufferBytes) this.flush();
    }
  }

  /** Rows of the fill value. Chunks of nothing else take no space. */
  skip(count: number): void {
    const { chunkRows } = this.#layout;
    const inOpenChunk = this.#filled === 0 ? 0 : Math.min(count, chunkRows - this.#filled);
    this.#addFill(inOpenChunk);
    const wholeChunks = Math.floor((count - inOpenChunk) / chunkRows);
    this.#chunkNumber += wholeChunks;
    this.#addFill(count - inOpenChunk - wholeChunks * chunkRows);
  }

  /** A ready-made chunk, between two that are filled row by row. */
  place(bytes: Uint8Array, filterMask: number, onWritten?: () => void): void {
    this.#put(this.#chunkNumber, bytes, filterMask, onWritten);
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
    if (this.#borrowed.length > 0) {
      this.#flushBorrowed(this.#address + this.#flushed * rowBytes);
      return;
    }
    // Rows that are on the disk already are written there once more: the same bytes, so that no cut can do harm.
    const isRewritten = filter === undefined && this.#isWhole;
    const first = isRewritten ? 0 : this.#flushed;
    const from = (first - this.#bufferStart) * rowBytes;
    const bytes = this.#buffer.subarray(from, (this.#filled - this.#bufferStart) * rowBytes);
    const address = this.#address + first * rowBytes;
    this.#whenComplete(() => {
      this.#writer.put(address, bytes);
      if (isRewritten && bytes.length < chunkBytes) {
        this.#writer.put(address + bytes.length, padding.subarray(0, chunkBytes - bytes.length));
      }
    });
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
    this.#putFill(bytes, end, chunkBytes);
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

  #flushBorrowed(address: number): void {
    let at = address;
    for (const piece of this.#borrowed) {
      this.#writer.put(at, piece);
      at += piece.length;
    }
    this.#borrowed = [];
    this.#borrowedBytes = 0;
    this.#flushed = this.#filled;
    this.#bufferStart = this.#filled;
    this.#bufferRows = 0;
  }

  #addFill(count: number): void {
    const { rowBytes } = this.#layout;
    const sizeBytes = count * rowBytes;
    if (this.#borrowed.length > 0 && sizeBytes > 0 && sizeBytes <= largestBufferBytes) {
      // Between rows that are borrowed: a buffer would take the rest of the chunk.
      const rows = new Uint8Array(sizeBytes);
      if (this.#fill !== undefined) this.#putFill(rows, 0, sizeBytes);
      this.borrowBytes(rows, count);
      return;
    }
    this.#add(count, (_, rowCount, at) => this.#putFill(this.#buffer, at, at + rowCount * rowBytes));
  }

  #putFill(target: Uint8Array, from: number, to: number): void {
    if (this.#fill === undefined) target.fill(0, from, to);
    else for (let at = from; at < to; at += this.#fill.length) target.set(this.#fill, at);
  }

  /** @param put puts `rowCount` rows, from row `first` of those to be added on, at `at` of the buffer */
  #add(count: number, put: (first: number, rowCount: number, at: number) => void): void {
    const { rowBytes, chunkRows } = this.#layout;
    if (count > 0 && this.#borrowed.length > 0) this.flush();
    for (let done = 0; done < count; ) {
      if (this.#filled - this.#bufferStart === this.#bufferRows) this.#makeRoom();
      const at = this.#filled - this.#bufferStart;
      const step = Math.min(count - done, this.#bufferRows - at);
      put(done, step, at * rowBytes);
      this.#filled += step;
      done += step;
      if (this.#filled === chunkRows) this.#complete();
    }
  }

  #makeRoom(): void {
    const { rowBytes, chunkRows, type } = this.#layout;
    const largest = this.#isWhole ? chunkRows : Math.max(1, Math.floor(largestBufferBytes / rowBytes));
    let kept = new Uint8Array(0);
    if (!this.#isWhole) {
      this.flush();
      this.#bufferStart = this.#filled;
    } else {
      // What the heap still has to put into the buffer must be there before it is copied.
      if (this.#filled > 0 && type.kind === 'string') this.#writer.heap.seal();
      kept = this.#buffer.subarray(0, this.#filled * rowBytes);
    }
    this.#bufferRows = Math.min(this.#nextRows, chunkRows - this.#bufferStart);
    this.#nextRows = Math.min(4 * this.#nextRows, largest);
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

  #put(number: number, bytes: Uint8Array, filterMask: number, onWritten?: () => void): void {
    const address = this.#writer.allocation.raw(bytes.length);
    this.#writer.put(address, bytes, onWritten);
    this.#index.set(number, { address, sizeBytes: bytes.length, filterMask, isFinal: true });
  }
}
