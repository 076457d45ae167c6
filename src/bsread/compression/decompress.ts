import { isAlidadeError } from '../../shared/errors.ts';
import { type BitshufflePrefix, bitshufflePrefix, bitshufflePrefixBytes } from './bitshuffle-frame.ts';
import { type CompressedForm, defaultMaxBytes, mostPerByte } from './compressed-form.ts';
import { undecodable } from './fault.ts';
import type { Kernel } from './kernel.ts';
import { lz4PrefixBytes, lz4Sizes } from './lz4-frame.ts';

/** `decompress` of index.ts, with a kernel of one's choice. */
export function decompressWith(
  kernel: Kernel,
  frame: Uint8Array,
  form: CompressedForm,
  target?: Uint8Array,
): Uint8Array<ArrayBufferLike> {
  return form.compression === 'lz4'
    ? decompressLz4(kernel, frame, form, target)
    : decompressBitshuffle(kernel, frame, form, target);
}

function decompressLz4(kernel: Kernel, frame: Uint8Array, form: CompressedForm, target?: Uint8Array) {
  const block = frame.subarray(lz4PrefixBytes);
  let first: unknown;
  for (const sizeBytes of lz4Sizes(frame, form)) {
    try {
      const bytes = room(sizeBytes, block.length, form, target);
      kernel.decodeLz4(block, bytes);
      return bytes;
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_DECODE')) throw error;
      first ??= error;
    }
  }
  throw first ?? undecodable('the length before lz4 is beyond 2 GiB');
}

function decompressBitshuffle(kernel: Kernel, frame: Uint8Array, form: CompressedForm, target?: Uint8Array) {
  const prefix = bitshufflePrefix(frame, form);
  const sizeBytes = sizeOf(prefix, form);
  const body = frame.subarray(bitshufflePrefixBytes);
  const bytes = room(sizeBytes, body.length, form, target);
  const { elementBytes } = form;
  const elements = Math.floor(sizeBytes / elementBytes / 8) * 8;
  const blockElements = Math.min(prefix.blockElements, elements);
  const inBlocks = elements * elementBytes;
  const read = kernel.decodeBlocks(body, bytes.subarray(0, inBlocks), { blockElements, elementBytes });
  const rest = body.subarray(read);
  if (rest.length !== sizeBytes - inBlocks) {
    throw undecodable(`${rest.length} bytes follow the last block, where ${sizeBytes - inBlocks} belong`);
  }
  bytes.set(rest, inBlocks);
  return bytes;
}

/** The header's size, or that of the prefix; the reference as well does not compare them. */
function sizeOf(prefix: BitshufflePrefix, { sizeBytes, elementBytes }: CompressedForm): number {
  if (sizeBytes === undefined) return prefix.sizeBytes;
  if (prefix.sizeBytes === 0 && sizeBytes > 0) throw undecodable('the length in the prefix is 0');
  if (sizeBytes % elementBytes !== 0) {
    throw undecodable(`${sizeBytes} bytes are no multiple of the ${elementBytes} bytes of an element`);
  }
  return sizeBytes;
}

/** Where the value goes. A size that the frame cannot hold is refused before memory is taken for it. */
function room(sizeBytes: number, frameBytes: number, { maxBytes }: CompressedForm, target?: Uint8Array) {
  const most = maxBytes ?? defaultMaxBytes;
  if (sizeBytes < 0 || sizeBytes > most) {
    throw undecodable(`the value would have ${sizeBytes} bytes, and 0 to ${most} are allowed`);
  }
  if (sizeBytes > frameBytes * mostPerByte) {
    throw undecodable(`${frameBytes} compressed bytes cannot hold a value of ${sizeBytes} bytes`);
  }
  if (target === undefined) return new Uint8Array(sizeBytes);
  if (target.length < sizeBytes) {
    throw undecodable(`the value has ${sizeBytes} bytes, and its target has ${target.length}`);
  }
  return target.subarray(0, sizeBytes);
}
