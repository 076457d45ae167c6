import { expect, test } from 'vitest';
import {
  bitmapBytes,
  dataBlockCount,
  dataBlockElements,
  firstDataBlock,
  indexDataBlocks,
  indexSuperBlocks,
  pagesOf,
  placeOf,
} from './array-geometry.ts';

test('the index block points to six data blocks and 25 super blocks', () => {
  expect([indexDataBlocks, indexSuperBlocks]).toEqual([6, 25]);
});

// Numbers of the first and the last element of super blocks, from the format's formulas worked out by hand.
test.each([
  [0, 4, 19],
  [1, 20, 51],
  [3, 116, 243],
  [4, 244, 499],
  [7, 2036, 4083],
  [12, 65524, 131059],
  [17, 2097140, 4194291],
  [21, 33554420, 67108851],
])('super block %i holds elements %i to %i', (superBlock, first, last) => {
  expect(placeOf(first)).toEqual({ isInIndexBlock: false, superBlock, dataBlock: 0, element: 0 });
  expect(placeOf(last)).toEqual({
    isInIndexBlock: false,
    superBlock,
    dataBlock: dataBlockCount(superBlock) - 1,
    element: dataBlockElements(superBlock) - 1,
  });
});

test('the first elements stand in the index block', () => {
  expect([0, 3].map(placeOf)).toEqual([
    { isInIndexBlock: true, element: 0 },
    { isInIndexBlock: true, element: 3 },
  ]);
});

test('every element has a place of its own, next to that of its neighbour', () => {
  let expected = 0;
  for (let index = 4; index < 140_000; index++) {
    const place = placeOf(index);
    if (place.isInIndexBlock) throw new Error(`element ${index} in the index block`);
    const { superBlock, dataBlock, element } = place;
    if (element === 0 && dataBlock === 0) expect(firstDataBlock(superBlock)).toBe(expected);
    if (element === dataBlockElements(superBlock) - 1) expected++;
    expect(element).toBeLessThan(dataBlockElements(superBlock));
  }
  expect(expected).toBe(firstDataBlock(13) + Math.floor((140_000 - 131_060) / 2048));
});

test('data blocks of more than 128 elements are paged, and have a bit for each page', () => {
  expect([6, 7, 12, 13, 15].map(pagesOf)).toEqual([0, 2, 8, 16, 32]);
  expect([6, 7, 12, 13, 15].map(bitmapBytes)).toEqual([0, 1, 1, 2, 4]);
});
