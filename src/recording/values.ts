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

/** Characters of texts that are gathered before they go to the file. */
const mostGathered = 1024 * 1024;

/** Texts of any length. */
export class TextValues implements Values {
  readonly dataset: Dataset;
  checksum: number;
  /** Of the rows that the dataset does not have yet. */
  #texts: string[] = [];
  #gathered = 0;

  constructor(dataset: Dataset) {
    this.dataset = dataset;
    this.checksum = zerosChecksum(dataset.rows);
  }

  put(_at: number, row: number, { text = '' }: PlainValue): Promise<void> | undefined {
    this.#pad(row);
    this.#texts.push(text);
    this.#gathered += text.length;
    return this.#gathered < mostGathered ? undefined : this.#handOn();
  }

  flush(_blockRows: number, rowEnd: number): Promise<void> | undefined {
    if (this.#texts.length > 0) {
      this.#pad(rowEnd);
      return this.#handOn();
    }
    const rows = rowEnd - this.dataset.rows;
    this.checksum = crc32(new Uint8Array(rows), this.checksum);
    return this.dataset.skip(rows);
  }

  /** Rows without a value, up to `rowEnd`. */
  #pad(rowEnd: number): void {
    for (let row = this.dataset.rows + this.#texts.length; row < rowEnd; row++) this.#texts.push('');
  }

  #handOn(): Promise<void> | undefined {
    const texts = this.#texts;
    this.#texts = [];
    this.#gathered = 0;
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
