import { decompress } from '../bsread/compression/index.ts';
import type { ReadDataset } from '../hdf5/index.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';

/** The numbers that the filters are registered under. */
const lz4Id = 32004;
const bitshuffleId = 32008;

/** What stands in a chunk of filter 32004 before the length of its one block. */
const lz4LengthAt = 12;

/** Decodes a chunk as `CompressedValues` writes it: one row, as it was sent. @throws ALI_HDF5_DAMAGED */
export function plainChunk(
  chunk: Buffer,
  { path, filter, chunkRows = 1, rowBytes, type }: ReadDataset,
): Uint8Array {
  const sizeBytes = chunkRows * rowBytes;
  const form = { elementBytes: type.sizeBytes, byteOrder: 'big', sizeBytes, maxBytes: sizeBytes } as const;
  try {
    if (filter === bitshuffleId) return decompress(chunk, { ...form, compression: 'bitshuffle_lz4' });
    if (filter !== lz4Id) {
      throw new AlidadeError('ALI_HDF5_DAMAGED', `${path} has filter ${filter}, which no recording has`);
    }
    const frame = chunk.subarray(lz4LengthAt);
    if (chunk.length < lz4LengthAt + 4 || frame.readUInt32BE(0) !== frame.length - 4) {
      throw new AlidadeError('ALI_HDF5_DAMAGED', `${path} has a chunk that is not of one block`);
    }
    frame.writeUInt32BE(sizeBytes);
    return decompress(frame, { ...form, compression: 'lz4' });
  } catch (cause) {
    if (!isAlidadeError(cause, 'ALI_DECODE')) throw cause;
    throw new AlidadeError(
      'ALI_HDF5_DAMAGED',
      `${path} has a value that cannot be decoded: ${cause.message}`,
      { cause },
    );
  }
}
