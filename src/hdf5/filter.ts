import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Filter } from './hdf5-file.ts';
import type { FilterCode } from './messages.ts';
import { refusal } from './refusal.ts';

const deflateAsync = promisify(deflate);

/** A {@link Filter}, resolved. */
export interface ChunkFilter {
  readonly label: string;
  readonly code: FilterCode;
  /** Encodes a whole chunk, off the event loop; undefined where only ready-made chunks are taken. */
  readonly encode: ((chunk: Uint8Array) => Promise<Uint8Array>) | undefined;
  /** Whether an encoded chunk begins with its plain size, as an unsigned big-endian 64-bit integer. */
  readonly startsWithSize: boolean;
}

const defaultLevel = 4;

/** Undefined for none. @throws ALI_HDF5_REFUSED */
export function chunkFilter(filter: Filter, itemBytes: number): ChunkFilter | undefined {
  if (filter === 'none') return undefined;
  if (filter === 'deflate') return deflateFilter(defaultLevel);
  if (filter === 'bitshuffle-lz4') {
    // Version 0.3 of the filter, size of an item, default block size, LZ4.
    const code = {
      id: 32008,
      name: 'bitshuffle; see https://github.com/kiyo-masui/bitshuffle',
      values: [0, 3, itemBytes, 0, 2],
    };
    return { label: filter, code, encode: undefined, startsWithSize: true };
  }
  if (filter === 'lz4') {
    const code = { id: 32004, name: 'lz4', values: [] };
    return { label: filter, code, encode: undefined, startsWithSize: true };
  }
  const level: unknown = typeof filter === 'object' ? filter.deflate : undefined;
  if (typeof level !== 'number') {
    throw refusal(
      `${JSON.stringify(filter)} is no filter; there are none, deflate, {deflate: level}, bitshuffle-lz4 and lz4`,
    );
  }
  if (!Number.isInteger(level) || level < 0 || level > 9) {
    throw refusal(`the level of deflate is 0 to 9, not ${level}`);
  }
  return deflateFilter(level);
}

function deflateFilter(level: number): ChunkFilter {
  const code = { id: 1, name: 'deflate', values: [level] };
  const encode = (chunk: Uint8Array) => deflateAsync(chunk, { level });
  return { label: 'deflate', code, encode, startsWithSize: false };
}
