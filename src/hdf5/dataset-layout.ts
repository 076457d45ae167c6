import { type ChunkFilter, chunkFilter } from './filter.ts';
import type { DatasetOptions } from './hdf5-file.ts';
import { type ItemType, itemType } from './item-type.ts';
import { refusal } from './refusal.ts';
import { checkedShape } from './value.ts';

/** {@link DatasetOptions}, resolved, without fill value and attributes. */
export interface DatasetLayout {
  readonly type: ItemType;
  readonly rowShape: readonly number[];
  readonly rowItems: number;
  readonly rowBytes: number;
  readonly chunkRows: number;
  readonly chunkBytes: number;
  readonly filter: ChunkFilter | undefined;
}

const handyChunkBytes = 64 * 1024;

/** @throws ALI_HDF5_REFUSED */
export function datasetLayout(options: DatasetOptions): DatasetLayout {
  const type = itemType(options.type);
  const rowShape = checkedShape(options.shape ?? [], 1);
  const rowItems = rowShape.reduce((product, size) => product * size, 1);
  const rowBytes = rowItems * type.sizeBytes;
  const chunkRows = options.chunkRows ?? Math.max(1, Math.floor(handyChunkBytes / rowBytes));
  if (!Number.isSafeInteger(chunkRows) || chunkRows < 1) {
    throw refusal(`a chunk has 1 row or more, not ${chunkRows}`);
  }
  const chunkBytes = chunkRows * rowBytes;
  if (chunkBytes >= 2 ** 32) {
    throw refusal(
      `a chunk of ${chunkRows} rows of ${rowBytes} bytes is too large: HDF5 takes chunks below 4 GiB; use fewer rows, or cut the row`,
    );
  }
  const filter = chunkFilter(options.filter ?? 'none', type.sizeBytes);
  if (type.kind === 'string' && filter !== undefined && filter.encode === undefined) {
    throw refusal(
      `a dataset of string cannot have the filter ${filter.label}: it would take ready-made chunks`,
    );
  }
  return { type, rowShape, rowItems, rowBytes, chunkRows, chunkBytes, filter };
}
