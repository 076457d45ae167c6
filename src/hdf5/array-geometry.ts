import { highestBit } from './bytes.ts';

/**
 * The shape of an extensible array, which is the index of the chunks (HDF5 File Format Specification 3.0, VII.C). The
 * first elements stand in the index block; the others in data blocks, which grow with the array and are gathered in
 * super blocks, the first few of which are only thought: the index block points to their data blocks itself.
 *
 * All values are libhdf5's own except the bits of a page (10 there): with 7, each block fits within 4 KiB until its
 * data blocks are paged, which is from chunk 2036 on.
 */
export const arrayParameters = {
  maxIndexBits: 32,
  indexBlockElements: 4,
  minDataBlockElements: 16,
  minDataBlockPointers: 4,
  pageBits: 7,
} as const;

const { maxIndexBits, indexBlockElements, minDataBlockElements, minDataBlockPointers, pageBits } =
  arrayParameters;

export const pageElements = 1 << pageBits;
/** Data blocks, and super blocks, that the index block points to. */
export const indexDataBlocks = 2 * (minDataBlockPointers - 1);
export const impliedSuperBlocks = 2 * highestBit(minDataBlockPointers);
export const indexSuperBlocks = 1 + maxIndexBits - highestBit(minDataBlockElements) - impliedSuperBlocks;

/** Where a chunk's element stands: in the index block, or in data block `dataBlock` of super block `superBlock`. */
export type Place =
  | { readonly isInIndexBlock: true; readonly element: number }
  | {
      readonly isInIndexBlock: false;
      readonly superBlock: number;
      readonly dataBlock: number;
      readonly element: number;
    };

export function placeOf(index: number): Place {
  if (index < indexBlockElements) return { isInIndexBlock: true, element: index };
  const behind = index - indexBlockElements;
  const superBlock = highestBit(Math.floor(behind / minDataBlockElements) + 1);
  const inSuperBlock = behind - firstElement(superBlock);
  const size = dataBlockElements(superBlock);
  return {
    isInIndexBlock: false,
    superBlock,
    dataBlock: Math.floor(inSuperBlock / size),
    element: inSuperBlock % size,
  };
}

export function dataBlockCount(superBlock: number): number {
  return 2 ** Math.floor(superBlock / 2);
}

export function dataBlockElements(superBlock: number): number {
  return minDataBlockElements * 2 ** Math.floor((superBlock + 1) / 2);
}

/** The number of a super block's first element, counted behind those of the index block. */
export function firstElement(superBlock: number): number {
  return minDataBlockElements * (2 ** superBlock - 1);
}

/** The number of a super block's first data block, counted from the first of all. */
export function firstDataBlock(superBlock: number): number {
  let count = 0;
  for (let block = 0; block < superBlock; block++) count += dataBlockCount(block);
  return count;
}

/** Pages of each data block; 0 when they are not paged. */
export function pagesOf(superBlock: number): number {
  const elements = dataBlockElements(superBlock);
  return elements > pageElements ? elements / pageElements : 0;
}

/** Bytes of the bitmap that tells, in a super block, which pages of one data block were written. */
export function bitmapBytes(superBlock: number): number {
  return Math.ceil(pagesOf(superBlock) / 8);
}
