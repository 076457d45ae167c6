/** How a bitshuffle body is cut: blocks of this many elements, the last one shorter. */
export interface BlockShape {
  /** A positive multiple of 8. */
  readonly blockElements: number;
  readonly elementBytes: number;
}

/**
 * LZ4 and bit transposition over plain bytes, without the prefixes of the wire. There are two: WebAssembly with SIMD, and
 * TypeScript for where that is missing. They give the same bytes. Whatever the input is, nothing outside it is read and
 * nothing outside the target is written.
 */
export interface Kernel {
  readonly name: 'wasm' | 'plain';

  /** Decodes one LZ4 block, which must fill the target exactly. @throws ALI_DECODE */
  decodeLz4(block: Uint8Array, target: Uint8Array): void;

  /** Encodes one LZ4 block into the target, which has {@link lz4Room}; gives the bytes written. */
  encodeLz4(bytes: Uint8Array, target: Uint8Array): number;

  /** Decodes blocks until they fill the target, a multiple of 8 elements; gives the bytes read. @throws ALI_DECODE */
  decodeBlocks(blocks: Uint8Array, target: Uint8Array, shape: BlockShape): number;

  /** Encodes a multiple of 8 elements into the target, which has {@link blocksRoom}; gives the bytes written. */
  encodeBlocks(bytes: Uint8Array, target: Uint8Array, shape: BlockShape): number;
}

/** The most bytes that one LZ4 block of `bytes` bytes takes: nothing but literals, and a length byte for each 255. */
export function lz4Room(bytes: number): number {
  return bytes + Math.floor(bytes / 255) + 16;
}

/** The most bytes that the blocks of `bytes` bytes take. */
export function blocksRoom(bytes: number, { blockElements, elementBytes }: BlockShape): number {
  const blockBytes = blockElements * elementBytes;
  return Math.ceil(bytes / blockBytes) * (4 + lz4Room(Math.min(bytes, blockBytes)));
}
