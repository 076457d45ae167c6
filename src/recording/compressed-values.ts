import { crc32 } from 'node:zlib';
import { type CompressedForm, compress, inspectCompressed } from '../bsread/compression/index.ts';
import type { ChannelDefinition } from '../bsread/index.ts';
import type { ChunkOptions, Dataset } from '../hdf5/index.ts';
import type { Block } from './block.ts';
import type { Form } from './form.ts';
import type { PlainValue } from './plain-value.ts';
import { undecodable } from './undecodable.ts';
import { bytesFor, type Values } from './values.ts';
import type { Verifier } from './verifier.ts';

/** Small arrays would cost more as chunks of their own than they save. */
export const leastCompressedBytes = 1024;

/** The length of the whole, the length of a block, and that of the one block compressed (filter 32004). */
const lz4ChunkPrefixBytes = 16;

interface WaitingChunk {
  readonly row: number;
  readonly chunk: Uint8Array;
  readonly options: ChunkOptions;
  /** Undefined while the verifier has it. */
  isGood: boolean | undefined;
}

export interface CompressedOptions {
  readonly form: Form;
  readonly compression: 'lz4' | 'bitshuffle_lz4';
  readonly isBigEndian: boolean;
  /** Whether values that came without compression get it here. */
  readonly isCompressing: boolean;
  readonly verifier: Verifier | undefined;
  readonly block: Block;
  /** Told of a frame that was kept, and then could not be decoded. */
  readonly onUndecodable: (row: number, reason: string) => void;
}

/** Compressed arrays that go to the file as they came, one in a chunk. */
export class CompressedValues implements Values {
  readonly dataset: Dataset;
  checksum = 0;
  readonly #options: CompressedOptions;
  readonly #sent: CompressedForm;
  /** In the order of their rows. */
  #waiting: WaitingChunk[] = [];
  #rowEnd = 0;

  constructor(dataset: Dataset, options: CompressedOptions) {
    this.dataset = dataset;
    this.#options = options;
    const { form, compression, isBigEndian } = options;
    this.#sent = {
      compression,
      elementBytes: form.itemBytes,
      byteOrder: isBigEndian ? 'big' : 'little',
      sizeBytes: form.rowBytes,
    };
  }

  /** Whether a frame of this definition can stand in the file as it is, if it is whole. */
  takes({ compression, encoding }: ChannelDefinition): boolean {
    return compression === this.#sent.compression && encoding === this.#sent.byteOrder;
  }

  /**
   * Keeps a frame as it came, once it is verified.
   *
   * @throws ALI_DECODE when its prefix or the lengths of its blocks are wrong, or no reader of the filter could take it
   */
  putFrame(row: number, frame: Uint8Array): void {
    const { body } = inspectCompressed(frame, this.#sent);
    if (!isReadable(frame, body, this.#sent)) throw undecodable('the filter of HDF5 would not read it');
    const chunk = this.#sent.compression === 'lz4' ? lz4Chunk(body, this.#options.form.rowBytes) : frame;
    const waiting: WaitingChunk = {
      row,
      chunk,
      options: this.#options.block.chunkOptions(chunk),
      isGood: undefined,
    };
    const isChecked = this.#options.verifier?.check(frame, this.#sent, (verdict) => {
      waiting.isGood = verdict === undefined;
      if (verdict !== undefined) this.#options.onUndecodable(row, verdict);
      try {
        this.#place();
      } catch (error) {
        this.#options.block.failure ??= error;
      }
    });
    if (isChecked !== true) waiting.isGood = true;
    if (chunk !== frame) this.#options.block.letGo(frame);
    this.#add(waiting);
  }

  put(_at: number, row: number, value: PlainValue, definition: ChannelDefinition): undefined {
    const bytes = bytesFor(value, definition, this.#options.isBigEndian);
    if (this.#options.isCompressing) {
      const frame = compress(bytes, this.#sent);
      if (frame.length < bytes.length) {
        this.#options.block.letGo(bytes);
        this.#add({ row, chunk: frame, options: this.#options.block.chunkOptions(frame), isGood: true });
        return;
      }
    }
    const options = { filterMask: 1, ...this.#options.block.chunkOptions(bytes) };
    this.#add({ row, chunk: bytes, options, isGood: true });
  }

  flush(_blockRows: number, rowEnd: number): undefined {
    this.#rowEnd = rowEnd;
    this.#place();
  }

  #add(waiting: WaitingChunk): void {
    this.#waiting.push(waiting);
    this.#place();
  }

  /** Hands on what is decided, from the first row on. */
  #place(): void {
    const { dataset } = this;
    while (this.#waiting[0]?.isGood !== undefined) {
      const { row, chunk, options, isGood } = this.#waiting.shift() as WaitingChunk;
      if (!isGood) continue;
      dataset.skip(row - dataset.rows);
      this.checksum = crc32(chunk, this.checksum);
      this.#options.block.hold(dataset.appendChunk(chunk, options));
    }
    if (this.#waiting.length === 0 && this.#rowEnd > dataset.rows) dataset.skip(this.#rowEnd - dataset.rows);
  }
}

/**
 * Whether HDF5's filters take a frame that is whole: they know no default block size, and take an LZ4 block that is as
 * long as its content for the content.
 */
function isReadable(
  frame: Uint8Array,
  body: Uint8Array,
  { compression, sizeBytes }: CompressedForm,
): boolean {
  if (compression === 'lz4') return body.length !== sizeBytes;
  return frame.subarray(8, 12).some((byte) => byte > 0);
}

/** A chunk of one block. */
function lz4Chunk(body: Uint8Array, sizeBytes: number): Uint8Array {
  const chunk = new Uint8Array(lz4ChunkPrefixBytes + body.length);
  const view = new DataView(chunk.buffer);
  view.setBigUint64(0, BigInt(sizeBytes));
  view.setUint32(8, sizeBytes);
  view.setUint32(12, body.length);
  chunk.set(body, lz4ChunkPrefixBytes);
  return chunk;
}
