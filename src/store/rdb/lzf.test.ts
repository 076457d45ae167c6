import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decompressLzf, maxLzfRatio } from './lzf.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test('copies literals, near and overlapping references, and long references', () => {
  expect(decompressLzf(bytes(2, 97, 98, 99), 3)).toEqual(bytes(97, 98, 99));
  expect(decompressLzf(bytes(0, 97, 0x20, 0), 4)).toEqual(bytes(97, 97, 97, 97));
  expect(decompressLzf(bytes(1, 1, 2, 0xe0, 1, 1), 12)).toEqual(bytes(1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2));
});

test.each([
  ['a literal run past the input', bytes(5, 1, 2), 6],
  ['a reference before the start', bytes(0, 1, 0x20, 1), 4],
  ['a reference cut off', bytes(0, 1, 0x20), 4],
  ['a long reference cut off', bytes(0, 1, 0xe0), 20],
  ['less output than declared', bytes(0, 1), 2],
  ['more output than declared', bytes(1, 1, 2), 1],
])('refuses %s', (_, input, outputBytes) => {
  expect(decompressLzf(input, outputBytes)).toBeUndefined();
});

test('refuses an output that no input of that size can give, before allocating it', () => {
  expect(decompressLzf(bytes(0, 1), 2 ** 50)).toBeUndefined();
});

test('never throws and never gives more than was declared', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(6000), (input, outputBytes) => {
      const output = decompressLzf(input, outputBytes);
      expect(output === undefined || output.length === outputBytes).toBe(true);
      if (output !== undefined) expect(output.length).toBeLessThanOrEqual(input.length * maxLzfRatio);
    }),
  );
});
