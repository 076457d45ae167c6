import type { CompressedForm } from './compressed-form.ts';
import { undecodable } from './fault.ts';

/** Plain size (64 bits) and block size in bytes (32 bits), both big-endian; the same as of HDF5's filter 32008. */
export const bitshufflePrefixBytes = 12;

export interface BitshufflePrefix {
  readonly sizeBytes: number;
  readonly blockElements: number;
}

/** Bitshuffle's own choice: blocks of 8 KiB, but 128 elements at least. */
export function defaultBlockElements(elementBytes: number): number {
  return Math.max(128, Math.floor(8192 / elementBytes / 8) * 8);
}

/** The prefix of a frame. A block size of 0 stands for the default. @throws ALI_DECODE */
export function bitshufflePrefix(frame: Uint8Array, { elementBytes }: CompressedForm): BitshufflePrefix {
  if (frame.length < bitshufflePrefixBytes) {
    throw undecodable(`the frame has ${frame.length} bytes, and the prefix of bitshuffle_lz4 alone needs 12`);
  }
  const view = new DataView(frame.buffer, frame.byteOffset, bitshufflePrefixBytes);
  const sizeBytes = view.getInt32(0) * 2 ** 32 + view.getUint32(4);
  if (sizeBytes % elementBytes !== 0) {
    throw undecodable(
      `the length ${sizeBytes} in the prefix is no multiple of the ${elementBytes} bytes of an element`,
    );
  }
  const blockBytes = view.getInt32(8);
  if (blockBytes < 0 || blockBytes % (8 * elementBytes) !== 0) {
    throw undecodable(`the block size ${blockBytes} is no multiple of 8 elements of ${elementBytes} bytes`);
  }
  const blockElements = blockBytes === 0 ? defaultBlockElements(elementBytes) : blockBytes / elementBytes;
  return { sizeBytes, blockElements };
}

export function storeBitshufflePrefix(frame: Uint8Array, sizeBytes: number, blockBytes: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, bitshufflePrefixBytes);
  view.setBigInt64(0, BigInt(sizeBytes));
  view.setInt32(8, blockBytes);
}
