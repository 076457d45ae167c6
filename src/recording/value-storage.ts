import type { ChannelDefinition } from '../bsread/index.ts';
import type { Dataset, DatasetOptions } from '../hdf5/index.ts';
import type { Block } from './block.ts';
import { Column } from './column.ts';
import { CompressedValues, leastCompressedBytes } from './compressed-values.ts';
import { datasetType, type Form } from './form.ts';
import { LargeValues } from './large-values.ts';
import { SmallValues, TextValues, type Values } from './values.ts';
import { Verifier } from './verifier.ts';

export interface StorageOptions {
  /**
   * - `as-sent`: compressed arrays stay as they came
   * - `none`: they are stored plain
   * - `bitshuffle-lz4`: arrays that came plain are compressed
   */
  readonly compression: 'as-sent' | 'none' | 'bitshuffle-lz4';
  /** Whether frames that are stored as they came are decoded too, in a thread, as far as it keeps up. */
  readonly verify: 'full' | 'structure';
}

export type MakeDataset = (options: DatasetOptions) => Dataset;

export interface NewValues {
  readonly form: Form;
  readonly definition: ChannelDefinition;
  readonly block: Block;
  /** The first row that may have a value. */
  readonly firstRow: number;
  readonly make: MakeDataset;
  readonly onUndecodable: (row: number, reason: string) => void;
}

/** Up to so many bytes a row is gathered with others before it goes to the file. */
export const mostSmallBytes = 64;

/** Decides how the values of a form are stored. */
export class ValueStorage {
  readonly verifier: Verifier | undefined;
  readonly #compression: StorageOptions['compression'];

  constructor({ compression, verify }: StorageOptions) {
    this.#compression = compression;
    this.verifier = verify === 'full' ? new Verifier() : undefined;
  }

  /** @throws ALI_HDF5_REFUSED when a row is larger than HDF5 takes */
  newValues({ form, definition, block, firstRow, make, onUndecodable }: NewValues): Values {
    const { type, rowShape, rowBytes, key } = form;
    const { flushedRows, chunkRows, capacityRows } = block;
    const isBigEndian = definition.encoding === 'big';
    const compression = this.#compressionOf(form, definition);
    const isSmall = rowBytes <= mostSmallBytes;
    const dataset = make({
      type: datasetType(type, isBigEndian),
      shape: rowShape,
      chunkRows: isSmall ? chunkRows : compression === undefined ? LargeValues.chunkRows(form, chunkRows) : 1,
      filter: compression === undefined ? 'none' : compression === 'lz4' ? 'lz4' : 'bitshuffle-lz4',
      attributes: {
        ...(firstRow > 0 && { first_row: BigInt(firstRow) }),
        ...(rowShape.length === 2 && { interpretation: 'image' }),
        ...(rowShape.length === 1 && key !== `${type}[1]` && { interpretation: 'spectrum' }),
      },
    });
    dataset.skip(flushedRows);
    if (type === 'string') return new TextValues(dataset);
    if (compression !== undefined) {
      const isCompressing = this.#compression === 'bitshuffle-lz4';
      const { verifier } = this;
      return new CompressedValues(dataset, {
        form,
        compression,
        isBigEndian,
        isCompressing,
        verifier,
        block,
        onUndecodable,
      });
    }
    if (!isSmall) return new LargeValues(dataset, isBigEndian, block);
    return new SmallValues(new Column(dataset, rowBytes, capacityRows), isBigEndian);
  }

  /** Undefined where values are stored plain. Truth values are: readers know no others than 0 and 1. */
  #compressionOf(
    { rowBytes, type }: Form,
    { compression }: ChannelDefinition,
  ): 'lz4' | 'bitshuffle_lz4' | undefined {
    if (this.#compression === 'none' || rowBytes < leastCompressedBytes || type === 'bool') return undefined;
    if (compression === 'lz4' || compression === 'bitshuffle_lz4') return compression;
    return this.#compression === 'bitshuffle-lz4' ? 'bitshuffle_lz4' : undefined;
  }
}
