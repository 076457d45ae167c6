import { ElementFormat } from './chunk-element.ts';
import { ChunkIndex } from './chunk-index.ts';
import type { CommitPlan } from './commit-plan.ts';
import { type DatasetLayout, datasetLayout } from './dataset-layout.ts';
import type { BytesOptions, ChunkOptions, Dataset, DatasetOptions } from './hdf5-file.ts';
import { countOf, ItemEncoder } from './items.ts';
import {
  chunkedLayoutMessage,
  datatypeMessage,
  fillValueMessage,
  filterMessage,
  growingDataspaceMessage,
} from './messages.ts';
import { OpenChunk } from './open-chunk.ts';
import { refusal } from './refusal.ts';
import { StoredObject } from './stored-object.ts';
import type { Items } from './type-name.ts';
import type { Writer } from './writer.ts';

const roomBytes = 64;
/** So that it fits in a message. */
const mostFillBytes = 60_000;

export class GrowingDataset extends StoredObject implements Dataset {
  readonly #layout: DatasetLayout;
  readonly #encoder: ItemEncoder;
  readonly #index: ChunkIndex;
  readonly #chunk: OpenChunk;
  #rows = 0;
  /** Rows that the next {@link write} tells. */
  #flushedRows = 0;
  #hasShortChunk = false;
  #isReachable = false;
  #isLast = false;

  constructor(writer: Writer, path: string, options: DatasetOptions) {
    const layout = datasetLayout(options);
    const { type, rowShape, chunkRows, chunkBytes, filter } = layout;
    const encoder = new ItemEncoder(type, writer.heap, path);
    const fill = fillBytes(encoder, options);
    const format = new ElementFormat(filter !== undefined, chunkBytes);
    const index = new ChunkIndex(writer.allocation, format);
    const messages = [
      growingDataspaceMessage(rowShape),
      datatypeMessage(type.datatype),
      fillValueMessage(fill),
      chunkedLayoutMessage([chunkRows, ...rowShape], type.sizeBytes, index.address),
      ...(filter === undefined ? [] : [filterMessage(filter.code)]),
    ];
    super(writer, path, messages, { attributes: options.attributes, roomBytes });
    this.#layout = layout;
    this.#encoder = encoder;
    this.#index = index;
    this.#chunk = new OpenChunk(writer, layout, index, encoder, fill);
    writer.finishAtClose(this);
  }

  get rows(): number {
    return this.#rows;
  }

  append(rows: Items): Promise<void> | undefined {
    this.writer.assertUsable();
    this.#assertTakesRows();
    const { rowItems } = this.#layout;
    const count = countOf(rows) / rowItems;
    if (!Number.isInteger(count)) {
      throw refusal(`${this.path} has ${rowItems} items in a row; ${countOf(rows)} do not fill whole rows`);
    }
    this.#encoder.check(rows);
    this.#chunk.append(rows, count);
    return this.#appended(count);
  }

  appendBytes(bytes: Uint8Array, { borrow = false }: BytesOptions = {}): Promise<void> | undefined {
    this.writer.assertUsable();
    this.#assertTakesRows();
    const { type, rowBytes } = this.#layout;
    if (type.kind === 'string') {
      throw refusal(`${this.path} takes texts (append): their bytes only tell where in the file they stand`);
    }
    const count = bytes.length / rowBytes;
    if (!Number.isInteger(count)) {
      throw refusal(`${this.path} has rows of ${rowBytes} bytes; ${bytes.length} do not fill whole rows`);
    }
    if (borrow) this.#chunk.borrowBytes(bytes, count);
    else this.#chunk.appendBytes(bytes, count);
    return this.#appended(count);
  }

  skip(rows: number): Promise<void> | undefined {
    this.writer.assertUsable();
    const { filter, chunkRows } = this.#layout;
    if (!Number.isSafeInteger(rows) || rows < 0) {
      throw refusal(`${this.path} can be told to skip a number of rows, not ${rows}`);
    }
    if (filter === undefined || filter.encode !== undefined) this.#assertNotEnded();
    else if (this.#hasShortChunk || rows % chunkRows !== 0) {
      throw refusal(`${this.path} takes ready-made chunks of ${chunkRows} rows, and skips whole ones only`);
    }
    this.#chunk.skip(rows);
    return this.#appended(rows);
  }

  appendChunk(bytes: Uint8Array, options: ChunkOptions = {}): Promise<void> | undefined {
    this.writer.assertUsable();
    const rows = options.rows ?? this.#layout.chunkRows;
    const filterMask = options.filterMask ?? 0;
    this.#assertTakesChunk(bytes, rows, filterMask);
    this.#chunk.place(bytes, filterMask, options.onWritten);
    this.#hasShortChunk = rows < this.#layout.chunkRows;
    return this.#appended(rows);
  }

  override flush(): void {
    this.#chunk.flush();
    this.#flushedRows = this.#rows;
  }

  /** As {@link flush}, for the last time. */
  finish(): void {
    this.#chunk.finish();
    this.#flushedRows = this.#rows;
    this.#isLast = true;
    this.writer.touch(this);
  }

  override write(plan: CommitPlan): boolean {
    this.#chunk.write(plan);
    this.#index.write(plan, this.#isReachable, this.#isLast);
    this.header.write(plan, this.#flushedRows);
    this.#isReachable = true;
    return this.#flushedRows === this.#rows;
  }

  #appended(rows: number): Promise<void> | undefined {
    this.#rows += rows;
    this.writer.touch(this);
    return this.writer.pressure();
  }

  #assertTakesRows(): void {
    const { filter } = this.#layout;
    if (filter !== undefined && filter.encode === undefined) {
      throw refusal(
        `${this.path} takes ready-made chunks (appendChunk): rows are not encoded as ${filter.label} here`,
      );
    }
    this.#assertNotEnded();
  }

  #assertNotEnded(): void {
    if (!this.#hasShortChunk) return;
    throw refusal(`${this.path} ended with a ready-made chunk that was not full; nothing can follow it`);
  }

  #assertTakesChunk(bytes: Uint8Array, rows: number, filterMask: number): void {
    const { type, chunkRows, chunkBytes, filter } = this.#layout;
    if (type.kind === 'string') {
      throw refusal(`${this.path} takes texts (append): its chunks only tell where in the file they stand`);
    }
    this.#assertNotEnded();
    if (this.#rows % chunkRows !== 0) {
      throw refusal(
        `${this.path} has a chunk that is being filled row by row; a ready-made one cannot follow it`,
      );
    }
    if (!Number.isInteger(rows) || rows < 1 || rows > chunkRows) {
      throw refusal(`a chunk of ${this.path} has 1 to ${chunkRows} rows, not ${rows}`);
    }
    if (filterMask !== 0 && (filterMask !== 1 || filter === undefined)) {
      throw refusal(
        `${this.path} takes the filter mask ${filter === undefined ? '0' : '0 or 1'}, not ${filterMask}`,
      );
    }
    if (filter === undefined || filterMask === 1) {
      if (bytes.length === chunkBytes) return;
      throw refusal(`a plain chunk of ${this.path} has ${chunkBytes} bytes, not ${bytes.length}`);
    }
    if (bytes.length === 0 || bytes.length >= 2 ** 32) {
      throw refusal(`${bytes.length} bytes cannot be a chunk of ${this.path}`);
    }
    if (filter.startsWithSize && plainSize(bytes) !== chunkBytes) {
      throw refusal(
        `a chunk of ${this.path} stands for ${chunkBytes} bytes; this one says ${plainSize(bytes)} (is it ${filter.label}?)`,
      );
    }
  }
}

function fillBytes(encoder: ItemEncoder, { fillValue }: DatasetOptions): Uint8Array | undefined {
  if (fillValue === undefined) return undefined;
  if (encoder.type.kind === 'string')
    throw refusal('a dataset of string has no fill value; use {string: bytes}');
  encoder.check(fillValue);
  if (encoder.type.sizeBytes > mostFillBytes) {
    throw refusal(
      `a fill value of ${encoder.type.label} is too large: at most ${mostFillBytes} bytes are possible`,
    );
  }
  return encoder.encode(fillValue);
}

function plainSize(bytes: Uint8Array): number {
  if (bytes.length < 8) return Number.NaN;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return view.getUint32(0) * 2 ** 32 + view.getUint32(4);
}
