import { crc32 } from 'node:zlib';
import type { ChannelDefinition } from '../bsread/index.ts';
import type { Dataset } from '../hdf5/index.ts';
import { type Column, zerosChecksum } from './column.ts';
import { type PlainValue, swapped } from './plain-value.ts';

/**
 * The values of a channel while its form stays the same: one dataset. What no value came for are rows of the fill value.
 *
 * What {@link checksum} covers: of small values the bytes of all rows; of texts each text in UTF-8 with a NUL behind it;
 * of large values the bytes that were stored, row by row, without those of rows that got none.
 */
export interface Values {
  readonly dataset: Dataset;
  /** CRC-32. */
  readonly checksum: number;
  /**
   * Keeps a value of this form.
   *
   * @param at the row's place among those since the last flush
   * @param row its number in the recording
   * @returns a promise where the disk does not keep up
   */
  put(at: number, row: number, value: PlainValue, definition: ChannelDefinition): Promise<void> | undefined;
  /** Hands on all rows up to `rowEnd`, `blockRows` of them since the last flush. */
  flush(blockRows: number, rowEnd: number): Promise<void> | undefined;
}

/** Numbers and short arrays, gathered in a {@link Column}, which the fastest way of all writes to directly. */
export class SmallValues implements Values {
  readonly column: Column;
  readonly isBigEndian: boolean;

  constructor(column: Column, isBigEndian: boolean) {
    this.column = column;
    this.isBigEndian = isBigEndian;
  }

  get dataset(): Dataset {
    return this.column.dataset;
  }

  get checksum(): number {
    return this.column.checksum;
  }

  put(at: number, _row: number, value: PlainValue, definition: ChannelDefinition): undefined {
    this.column.bytes.set(bytesFor(value, definition, this.isBigEndian), at * value.form.rowBytes);
    this.column.isUsed = true;
  }

  flush(blockRows: number): Promise<void> | undefined {
    return this.column.flush(blockRows);
  }
}

/** Texts of any length. */
export class TextValues implements Values {
  readonly dataset: Dataset;
  checksum: number;
  #texts: string[] = [];

  constructor(dataset: Dataset) {
    this.dataset = dataset;
    this.checksum = zerosChecksum(dataset.rows);
  }

  put(at: number, _row: number, { text = '' }: PlainValue): undefined {
    while (this.#texts.length < at) this.#texts.push('');
    this.#texts[at] = text;
  }

  flush(blockRows: number): Promise<void> | undefined {
    const texts = this.#texts;
    if (texts.length === 0) {
      this.checksum = crc32(new Uint8Array(blockRows), this.checksum);
      return this.dataset.skip(blockRows);
    }
    while (texts.length < blockRows) texts.push('');
    this.#texts = [];
    this.checksum = crc32(`${texts.join('\0')}\0`, this.checksum);
    return this.dataset.append(texts);
  }
}

/** The bytes of a row in the byte order of its dataset. */
export function bytesFor(
  { bytes, form }: PlainValue,
  { encoding }: ChannelDefinition,
  isBigEndian: boolean,
): Uint8Array {
  return isBigEndian === (encoding === 'big') ? bytes : swapped(bytes, form.itemBytes);
}
