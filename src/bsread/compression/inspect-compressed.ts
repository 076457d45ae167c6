import { bitshufflePrefix, bitshufflePrefixBytes } from './bitshuffle-frame.ts';
import { type CompressedForm, mostPerByte } from './compressed-form.ts';
import { blockCut, undecodable } from './fault.ts';
import { lz4Room } from './kernel.ts';
import { lz4PrefixBytes, lz4Sizes } from './lz4-frame.ts';

/** What a frame says of itself. */
export interface CompressedFrame {
  /** Bytes of the plain value. */
  readonly sizeBytes: number;
  /** What follows the prefix: the bare LZ4 block, or the blocks of bitshuffle. A view of the frame. */
  readonly body: Uint8Array;
}

/**
 * Checks what can be checked of a compressed frame without decoding it: its prefix, the length of every block, and that
 * it ends where the last one does. For those who hand frames on, or store them, as they came.
 *
 * @throws ALI_DECODE with the reason; also where a given `sizeBytes` is not what the frame says
 * @example
 * const form = { compression: 'bitshuffle_lz4', elementBytes: 2, byteOrder: 'little' } as const;
 * const frame = compress(new Uint8Array(1280), form);
 * const { body } = inspectCompressed(frame, { ...form, sizeBytes: 1280 });
 */
export function inspectCompressed(frame: Uint8Array, form: CompressedForm): CompressedFrame {
  return form.compression === 'lz4' ? inspectLz4(frame, form) : inspectBitshuffle(frame, form);
}

function inspectLz4(frame: Uint8Array, form: CompressedForm): CompressedFrame {
  const body = frame.subarray(lz4PrefixBytes);
  const [sizeBytes] = lz4Sizes(frame, form).filter((size) => size <= body.length * mostPerByte);
  if (sizeBytes === undefined) {
    throw undecodable(`${body.length} compressed bytes cannot hold as many as the length before them says`);
  }
  return { sizeBytes, body };
}

function inspectBitshuffle(frame: Uint8Array, form: CompressedForm): CompressedFrame {
  const { sizeBytes, blockElements } = bitshufflePrefix(frame, form);
  if (sizeBytes < 0 || (form.sizeBytes !== undefined && sizeBytes !== form.sizeBytes)) {
    const due =
      form.sizeBytes === undefined ? '' : `, and the header of the channel says ${form.sizeBytes} bytes`;
    throw undecodable(`the length in the prefix is ${sizeBytes}${due}`);
  }
  const { elementBytes } = form;
  const inBlocks = Math.floor(sizeBytes / elementBytes / 8) * 8 * elementBytes;
  const blockBytes = Math.min(blockElements * elementBytes, inBlocks);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let at = bitshufflePrefixBytes;
  for (let done = 0; done < inBlocks; done += blockBytes) {
    const length = at + 4 <= frame.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const next = at + 4 + length;
    if (next > frame.length || length > lz4Room(Math.min(blockBytes, inBlocks - done))) {
      throw blockCut(done, blockBytes, inBlocks);
    }
    at = next;
  }
  if (frame.length - at !== sizeBytes - inBlocks) {
    throw undecodable(
      `${frame.length - at} bytes follow the last block, where ${sizeBytes - inBlocks} belong`,
    );
  }
  return { sizeBytes, body: frame.subarray(bitshufflePrefixBytes) };
}
