/** The compressions of bsread: LZ4 blocks, and bit transposition (bitshuffle) with LZ4. */
import { compressWith } from './compress.ts';
import type { CompressedForm } from './compressed-form.ts';
import { decompressWith } from './decompress.ts';
import type { Kernel } from './kernel.ts';
import { plainKernel } from './plain-kernel.ts';
import { wasmKernel } from './wasm-kernel.ts';

export type { ByteOrder, CompressedForm, Compression } from './compressed-form.ts';
export { type CompressedFrame, inspectCompressed } from './inspect-compressed.ts';

let kernel: Kernel | undefined;

/** Made at first use: few programs of the house ever meet a compressed frame. */
function chosenKernel(): Kernel {
  kernel ??= wasmKernel() ?? plainKernel;
  return kernel;
}

/**
 * The plain bytes of a compressed frame, in the byte order of the channel. Whatever the frame holds, nothing beyond it
 * is read and nothing beyond the value is written.
 *
 * @param frame the data frame of a channel, or a data header, with the prefix of its compression
 * @param target where the value goes, at its beginning, for instance the bytes of a typed array; after an error its
 * content is undefined. Without it the value gets an `ArrayBuffer` of its own and exactly its size, so that
 * `new Float64Array(value.buffer)` costs nothing.
 * @throws ALI_DECODE whose message is the reason. Where `sizeBytes` is given, exactly that many bytes must come out.
 * @example
 * const form = { compression: 'bitshuffle_lz4', elementBytes: 8, byteOrder: 'little' } as const;
 * const frame = compress(new Uint8Array(800), form);
 * const value = decompress(frame, form);
 * const numbers = new Float64Array(value.buffer);
 */
export function decompress(frame: Uint8Array, form: CompressedForm): Uint8Array<ArrayBuffer>;
export function decompress(frame: Uint8Array, form: CompressedForm, target: Uint8Array): Uint8Array;
export function decompress(frame: Uint8Array, form: CompressedForm, target?: Uint8Array): Uint8Array {
  return decompressWith(chosenKernel(), frame, form, target);
}

/**
 * A frame with the value `bytes`, compressed. Bitshuffle's blocks have the size that Python's bsread gives them. The
 * same bytes give the same frame, on every machine.
 *
 * @throws ALI_ENCODE for more than 2 GiB as lz4
 * @example
 * const image = new Uint16Array(1024 * 1280);
 * const bytes = new Uint8Array(image.buffer);
 * const frame = compress(bytes, { compression: 'bitshuffle_lz4', elementBytes: 2, byteOrder: 'little' });
 */
export function compress(bytes: Uint8Array, form: CompressedForm): Uint8Array<ArrayBuffer> {
  return compressWith(chosenKernel(), bytes, form);
}
