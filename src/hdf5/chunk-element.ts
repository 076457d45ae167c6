import { highestBit, putU32, putU64, undefinedAddress } from './bytes.ts';

/** A chunk as its index holds it. */
export interface Chunk {
  readonly address: number;
  readonly sizeBytes: number;
  /** Bit k is set when filter k was not applied. */
  readonly filterMask: number;
  /** Whether the chunk stays as it is, and its element with it. */
  readonly isFinal: boolean;
}

/** How the elements of an index look: an address alone, or, for filtered chunks, with stored size and filter mask. */
export class ElementFormat {
  readonly isFiltered: boolean;
  readonly sizeBytes: number;
  readonly #widthOfSize: number;

  constructor(isFiltered: boolean, chunkBytes: number) {
    this.isFiltered = isFiltered;
    this.#widthOfSize = Math.min(8, 1 + Math.floor((highestBit(chunkBytes) + 8) / 8));
    this.sizeBytes = isFiltered ? 8 + this.#widthOfSize + 4 : 8;
  }

  /** Fills a stretch of elements with absent ones. */
  clear(bytes: Uint8Array, at: number, count: number): void {
    if (this.sizeBytes === 8) bytes.fill(0xff, at, at + 8 * count);
    else for (let i = 0; i < count; i++) putU64(bytes, at + i * this.sizeBytes, undefinedAddress);
  }

  isAbsent(bytes: Uint8Array, at: number): boolean {
    return bytes[at + 7] === 0xff;
  }

  put(bytes: Uint8Array, at: number, chunk: Chunk): void {
    putU64(bytes, at, chunk.address);
    if (!this.isFiltered) return;
    for (let i = 0, rest = chunk.sizeBytes; i < this.#widthOfSize; i++) {
      bytes[at + 8 + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    putU32(bytes, at + 8 + this.#widthOfSize, chunk.filterMask);
  }
}
