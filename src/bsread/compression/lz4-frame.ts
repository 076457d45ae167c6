import type { ByteOrder, CompressedForm } from './compressed-form.ts';
import { undecodable } from './fault.ts';

/** A length (of the plain value, 32 bits) stands before the LZ4 block. */
export const lz4PrefixBytes = 4;

/** Sizes beyond are refused by all who speak this wire. */
export const mostLz4Bytes = 2 ** 31 - 1;

function lengthAt(frame: Uint8Array, order: ByteOrder): number {
  return new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0, order === 'little');
}

/**
 * What the plain size may be: the length in the order of the channel, then in the other one. Senders disagree about
 * that order (Python writes little-endian lengths, C++ big-endian ones, Java and Rust those of the channel). Where the
 * header tells the size, the length only has to suffice, as for the reference, which takes it for a capacity.
 */
export function lz4Sizes(frame: Uint8Array, { byteOrder, sizeBytes }: CompressedForm): number[] {
  if (frame.length < lz4PrefixBytes) {
    throw undecodable(`the frame has ${frame.length} bytes, and the length before lz4 alone needs 4`);
  }
  const lengths = [lengthAt(frame, byteOrder), lengthAt(frame, byteOrder === 'little' ? 'big' : 'little')];
  if (sizeBytes === undefined) return lengths.filter((length) => length <= mostLz4Bytes);
  if (lengths.some((length) => length >= sizeBytes && length <= mostLz4Bytes)) return [sizeBytes];
  throw undecodable(
    `the length before lz4 is ${lengths[0]}, and the header of the channel says ${sizeBytes} bytes`,
  );
}
