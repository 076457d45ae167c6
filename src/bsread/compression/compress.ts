import { AlidadeError } from '../../shared/errors.ts';
import { bitshufflePrefixBytes, defaultBlockElements, storeBitshufflePrefix } from './bitshuffle-frame.ts';
import type { CompressedForm } from './compressed-form.ts';
import { blocksRoom, type Kernel, lz4Room } from './kernel.ts';
import { lz4PrefixBytes, mostLz4Bytes } from './lz4-frame.ts';

/** `compress` of index.ts, with a kernel of one's choice. */
export function compressWith(
  kernel: Kernel,
  bytes: Uint8Array,
  form: CompressedForm,
): Uint8Array<ArrayBuffer> {
  return form.compression === 'lz4'
    ? compressLz4(kernel, bytes, form)
    : compressBitshuffle(kernel, bytes, form);
}

function compressLz4(kernel: Kernel, bytes: Uint8Array, { byteOrder }: CompressedForm) {
  if (bytes.length > mostLz4Bytes) {
    throw new AlidadeError(
      'ALI_ENCODE',
      `a value of ${bytes.length} bytes cannot be sent as lz4, whose length has 31 bits: send it as bitshuffle_lz4`,
    );
  }
  const frame = room(lz4PrefixBytes + lz4Room(bytes.length));
  new DataView(frame.buffer).setUint32(0, bytes.length, byteOrder === 'little');
  const blockBytes = kernel.encodeLz4(bytes, frame.subarray(lz4PrefixBytes));
  return frame.slice(0, lz4PrefixBytes + blockBytes);
}

function compressBitshuffle(kernel: Kernel, bytes: Uint8Array, { elementBytes }: CompressedForm) {
  const block = defaultBlockElements(elementBytes);
  const elements = Math.floor(bytes.length / elementBytes / 8) * 8;
  const shape = { blockElements: Math.min(block, elements), elementBytes };
  const inBlocks = bytes.subarray(0, elements * elementBytes);
  const rest = bytes.subarray(inBlocks.length);
  const most = elements === 0 ? 0 : blocksRoom(inBlocks.length, shape);
  const frame = room(bitshufflePrefixBytes + most + rest.length);
  storeBitshufflePrefix(frame, bytes.length, block * elementBytes);
  const written = kernel.encodeBlocks(inBlocks, frame.subarray(bitshufflePrefixBytes), shape);
  const end = bitshufflePrefixBytes + written;
  frame.set(rest, end);
  return frame.slice(0, end + rest.length);
}

/** Memory for the largest frame that a value may become is kept up to this: fresh pages cost as much as the encoding. */
const mostKeptBytes = 4 * 2 ** 20;
let kept = new Uint8Array(0);

/** Frames are made here and copied out in their size. */
function room(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes > mostKeptBytes) return new Uint8Array(bytes);
  if (kept.length < bytes) kept = new Uint8Array(bytes);
  return kept;
}
