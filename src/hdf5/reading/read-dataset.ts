import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { Item } from '../type-name.ts';
import { ChunkLookup } from './chunk-lookup.ts';
import { damaged } from './damage.ts';
import { addressAt, type FileBytes } from './file-bytes.ts';
import type { ReadMessage } from './header-messages.ts';
import type { Attributes } from './open-hdf5-file.ts';
import { ItemReader, type ReadType, readType } from './read-type.ts';

const inflateAsync = promisify(inflate);
const types = { dataspace: 0x01, datatype: 0x03, fillValue: 0x05, layout: 0x08, filters: 0x0b } as const;
const mostChunkBytes = 2 ** 32;
const deflateId = 1;

/** A chunk as it stands in the file. */
export interface ReadChunk {
  readonly firstRow: number;
  /** Rows that the dataset has of it. */
  readonly rows: number;
  /** Undefined where nothing was written: all rows are the fill value. */
  readonly bytes: Buffer | undefined;
  /** Whether the bytes are not encoded by the dataset's filter, though it has one. */
  readonly isPlain: boolean;
}

/** A dataset, with as many rows as it had when it was opened. */
export class ReadDataset {
  readonly path: string;
  /** Where its header stands: the same under each of its names. */
  readonly address: number;
  readonly type: ReadType;
  /** Of one that grows, the rows come first. */
  readonly shape: readonly number[];
  /** Rows in a chunk; undefined where the data stands in one piece. */
  readonly chunkRows: number | undefined;
  /** The number of its filter, as HDF5 has it. */
  readonly filter: number | undefined;
  readonly attributes: Attributes;
  readonly #file: FileBytes;
  readonly #dataAddress: number | undefined;
  readonly #fill: Buffer | undefined;

  private constructor(
    file: FileBytes,
    path: string,
    address: number,
    messages: readonly ReadMessage[],
    attributes: Attributes,
  ) {
    const find = (type: number) => messages.find((message) => message.type === type)?.body;
    const [space, datatype, layout] = [find(types.dataspace), find(types.datatype), find(types.layout)];
    if (space === undefined || datatype === undefined || layout === undefined) {
      throw damaged(`${file.path}: ${path} is no dataset`);
    }
    const rank = space[1] as number;
    this.#file = file;
    this.path = path;
    this.address = address;
    this.attributes = attributes;
    this.type = readType(datatype);
    this.shape = Array.from({ length: rank }, (_, i) => addressAt(space, 4 + 8 * i) ?? 0);
    const isChunked = layout[1] === 2;
    if (isChunked) {
      const width = layout[4] as number;
      this.chunkRows = layout.readUIntLE(5, width);
      this.#dataAddress = addressAt(layout, 5 + width * (layout[3] as number) + 6);
      if (this.chunkRows < 1 || this.rowBytes * this.chunkRows >= mostChunkBytes) {
        throw damaged(`${file.path}: ${path} has impossible chunks`);
      }
    } else this.#dataAddress = addressAt(layout, 2);
    this.filter = find(types.filters)?.readUInt16LE(2);
    const fill = find(types.fillValue);
    this.#fill = fill !== undefined && ((fill[1] as number) & 0x20) !== 0 ? fill.subarray(6) : undefined;
  }

  static open(
    file: FileBytes,
    path: string,
    address: number,
    messages: readonly ReadMessage[],
    attributes: Attributes,
  ): ReadDataset {
    return new ReadDataset(file, path, address, messages, attributes);
  }

  get rows(): number {
    return this.shape[0] ?? 1;
  }

  /** The chunks as they stand in the file, from the one with row `firstRow` on. */
  async *chunks(firstRow = 0): AsyncGenerator<ReadChunk> {
    const { chunkRows } = this;
    if (chunkRows === undefined || this.#dataAddress === undefined) return;
    const lookup = await ChunkLookup.open(this.#file, this.#dataAddress, chunkRows * this.rowBytes);
    const count = Math.ceil(this.rows / chunkRows);
    for (let number = Math.floor(firstRow / chunkRows); number < count; number++) {
      const stored = await lookup.chunk(number);
      const start = number * chunkRows;
      const rows = Math.min(chunkRows, this.rows - start);
      const bytes = stored && (await this.#file.read(stored.address, stored.sizeBytes));
      yield { firstRow: start, rows, bytes, isPlain: stored !== undefined && stored.filterMask !== 0 };
    }
  }

  /**
   * The bytes of rows, as the dataset's type has them.
   *
   * @param decode for filters that HDF5 itself does not know
   * @throws ALI_HDF5_DAMAGED
   */
  async bytes(firstRow: number, rows: number, decode?: (chunk: Buffer) => Uint8Array): Promise<Buffer> {
    const rowBytes = this.rowBytes;
    if (this.chunkRows === undefined) {
      if (this.#dataAddress === undefined) return Buffer.alloc(0);
      return this.#file.read(this.#dataAddress + firstRow * rowBytes, rows * rowBytes);
    }
    const end = Math.min(this.rows, firstRow + rows);
    const parts: Uint8Array[] = [];
    for await (const chunk of this.chunks(firstRow)) {
      if (chunk.firstRow >= end) break;
      const plain = await this.#plain(chunk, decode);
      const from = Math.max(0, firstRow - chunk.firstRow);
      const to = Math.min(chunk.rows, end - chunk.firstRow);
      parts.push(plain.subarray(from * rowBytes, to * rowBytes));
    }
    return Buffer.concat(parts);
  }

  /**
   * The first `rows` rows, chunk by chunk, as the dataset's type has them. What was never written has no bytes: all of
   * it is zero.
   *
   * @param decode for filters that HDF5 itself does not know
   * @throws ALI_HDF5_DAMAGED
   */
  async *blocks(
    rows: number,
    decode?: (chunk: Buffer) => Uint8Array,
  ): AsyncGenerator<{ readonly rows: number; readonly bytes: Buffer | undefined }> {
    if (this.chunkRows === undefined) {
      yield { rows, bytes: await this.bytes(0, rows) };
      return;
    }
    for await (const chunk of this.chunks()) {
      if (chunk.firstRow >= rows) return;
      const count = Math.min(chunk.rows, rows - chunk.firstRow);
      const isHole = chunk.bytes === undefined && this.#fill === undefined;
      const plain = isHole ? undefined : await this.#plain(chunk, decode);
      const sizeBytes = count * this.rowBytes;
      if (plain !== undefined && plain.length < sizeBytes) {
        throw damaged(`a chunk of ${this.path} has ${plain.length} bytes, not ${sizeBytes}`);
      }
      const bytes = plain && Buffer.from(plain.buffer, plain.byteOffset, sizeBytes);
      yield { rows: count, bytes };
    }
  }

  /** The texts that items of a dataset of `string` lead to. @throws ALI_HDF5_DAMAGED */
  async *texts(items: Buffer): AsyncGenerator<string> {
    const reader = new ItemReader(this.#file);
    for (let at = 0; at + this.type.sizeBytes <= items.length; at += this.type.sizeBytes) {
      yield* (await reader.items(this.type, items.subarray(at, at + this.type.sizeBytes))) as string[];
    }
  }

  /** The items of rows, one after the other; of a dataset of a fixed size all, by default. */
  async items(firstRow = 0, rows = this.rows): Promise<Item[]> {
    return new ItemReader(this.#file).items(this.type, await this.bytes(firstRow, rows));
  }

  /** Bytes of a row. */
  get rowBytes(): number {
    return this.shape.slice(1).reduce((product, size) => product * size, this.type.sizeBytes);
  }

  async #plain(chunk: ReadChunk, decode: ((chunk: Buffer) => Uint8Array) | undefined): Promise<Uint8Array> {
    const sizeBytes = (this.chunkRows ?? 1) * this.rowBytes;
    if (chunk.bytes === undefined) return this.#filled(sizeBytes);
    if (this.filter === undefined || chunk.isPlain) return chunk.bytes;
    let plain: Uint8Array;
    if (decode !== undefined) plain = decode(chunk.bytes);
    else if (this.filter === deflateId)
      plain = await inflateAsync(chunk.bytes, { maxOutputLength: sizeBytes });
    else throw damaged(`${this.path} has filter ${this.filter}, which is not decoded here`);
    if (plain.length !== sizeBytes)
      throw damaged(`a chunk of ${this.path} has ${plain.length} bytes, not ${sizeBytes}`);
    return plain;
  }

  #filled(sizeBytes: number): Buffer {
    return this.#fill === undefined ? Buffer.alloc(sizeBytes) : Buffer.alloc(sizeBytes, this.#fill);
  }
}
