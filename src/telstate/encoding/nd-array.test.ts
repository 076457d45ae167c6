import { describe, expect, test } from 'vitest';
import { EncodeError } from '../errors.ts';
import { Complex, NdArray, NpScalar } from './index.ts';
import { readHalf, writeHalf } from './odd-floats.ts';

describe('making', () => {
  test('from a typed array, with a shape, as a copy', () => {
    const items = new Float32Array([1, 2, 3, 4, 5, 6]);
    const array = NdArray.from(items, [2, 3]);
    items.fill(0);
    expect([array.descriptor, array.shape, array.size, array.dimensions]).toEqual(['<f4', [2, 3], 6, 2]);
    expect(array.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test.each([
    ['float16', [1, -0.5, 65504]],
    ['>f8', [1.5, -2]],
    ['i8', [-1, 2n ** 62n]],
    ['>u2', [1, 65535]],
    ['?', [true, false]],
    ['c8', [new Complex(1, -2)]],
    ['<U5', ['m000', '測🔭', '']],
    ['>U2', ['é']],
    ['S3', [Uint8Array.of(1, 2, 3), Uint8Array.of()]],
    ['M8[ns]', [5n, -(2n ** 63n)]],
  ])('%s from values reads back as those values', (dtype, values) => {
    expect(NdArray.of(dtype, values).toArray()).toEqual(values);
    expect([...NdArray.of(dtype, [values])]).toEqual(values);
  });

  test.each([
    ['<f8', [[1], [2, 3]], 'differ in length or depth'],
    ['<f8', [1, [2]], 'does not fit'],
    ['<i1', [128], '128 does not fit an item of dtype "|i1"'],
    ['<u4', [-1], 'does not fit'],
    ['<i4', [0.5], 'does not fit'],
    ['<U1', ['ab'], 'does not fit'],
    ['f8f8', [1], 'is not a NumPy dtype'],
    ['object', [1], 'Python objects'],
    ['M8[parsec]', [1n], 'is not a NumPy dtype'],
  ])('%s refuses %o', (dtype, values, message) => {
    expect(() => NdArray.of(dtype, values)).toThrow(EncodeError);
    expect(() => NdArray.of(dtype, values)).toThrow(message);
  });

  test('the bytes must be as many as type and shape need', () => {
    expect(() => new NdArray('<f8', [2], new Uint8Array(15))).toThrow('has 16 bytes, not 15');
    expect(() => new NdArray('<f8', [2.5], new Uint8Array(20))).toThrow('whole number');
    expect(() => new NpScalar('<f8', new Uint8Array(4))).toThrow('has 8 bytes, not 4');
  });
});

describe('reading', () => {
  const columns = new NdArray('|u1', [2, 3], Uint8Array.of(1, 4, 2, 5, 3, 6), true);

  test('column-major arrays are read in the order of their indices', () => {
    expect(columns.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([...columns]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(columns.toTypedArray()).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(columns.at(1, 0)).toBe(4);
    expect(columns.at(-1, -1)).toBe(6);
    expect(columns.at(2, 0)).toBeUndefined();
    expect(columns.at(0)).toBeUndefined();
  });

  test('typed arrays are views where they can be, else converted copies', () => {
    const native = NdArray.from(new Int32Array([1, -2]));
    expect(native.toTypedArray()).toEqual(Int32Array.of(1, -2));
    expect(native.toTypedArray()?.buffer).toBe(native.data.buffer);
    const swapped = NdArray.of('>i4', [1, -2]);
    expect(swapped.toTypedArray()).toEqual(Int32Array.of(1, -2));
    expect(swapped.toArray()).toEqual([1, -2]);
    const unaligned = new NdArray('<f4', [1], new Uint8Array([9, 0, 0, 128, 63]).subarray(1));
    expect(unaligned.toTypedArray()).toEqual(Float32Array.of(1));
    expect(NdArray.of('>c8', [new Complex(1, 2)]).toTypedArray()).toEqual(Float32Array.of(1, 2));
    expect(NdArray.of('f2', [0.5]).toTypedArray()).toEqual(Float32Array.of(0.5));
    expect(NdArray.of('m8[s]', [3n]).toTypedArray()).toEqual(BigInt64Array.of(3n));
    expect(NdArray.of('U1', ['a']).toTypedArray()).toBeUndefined();
  });

  test('an array of no dimensions is one item', () => {
    const array = new NdArray('<f8', [], new Uint8Array(new Float64Array([2.5]).buffer));
    expect([array.toArray(), [...array], array.at()]).toEqual([2.5, [2.5], 2.5]);
  });

  test('empty arrays, even of absurd shapes, are quick', () => {
    const empty = new NdArray('<f8', [2, 0, 10 ** 12], new Uint8Array(0));
    expect([empty.toArray(), [...empty]]).toEqual([[[], []], []]);
    expect(() => new NdArray('|i1', [10 ** 12, 0], new Uint8Array(0)).toArray()).toThrow('too long to list');
  });

  test('structures are plain objects without their padding', () => {
    const dtype = [
      ['n', '>u2'],
      ['', '|V1'],
      [['title', 'xy'], '|i1', [2]],
      ['__proto__', '|S1'],
    ] as const;
    const array = new NdArray(dtype, [1], Uint8Array.of(1, 2, 0, 3, 4, 65));
    expect(array.toArray()).toEqual([
      JSON.parse('{"n": 258, "xy": [3, 4], "__proto__": 0}', (k, v) =>
        k === '__proto__' ? Uint8Array.of(65) : v,
      ),
    ]);
  });
});

test('every float16 is read and written back as itself', () => {
  const all = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
    (bits) => !Number.isNaN(readHalf(bits)),
  );
  expect(all.filter((bits) => writeHalf(readHalf(bits)) !== bits)).toEqual([]);
});

test('numbers are rounded to the nearest float16, ties to even', () => {
  expect(readHalf(writeHalf(0.1))).toBe(0.0999755859375);
  expect(readHalf(writeHalf(2049))).toBe(2048);
  expect(readHalf(writeHalf(2051))).toBe(2052);
  expect(readHalf(writeHalf(65519))).toBe(65504);
  expect(readHalf(writeHalf(65520))).toBe(Number.POSITIVE_INFINITY);
  expect(readHalf(writeHalf(2 ** -25))).toBe(0);
  expect(readHalf(writeHalf(2 ** -14 - 2 ** -26))).toBe(2 ** -14);
  expect(readHalf(writeHalf(Number.NaN))).toBeNaN();
});

test.each([
  ['00000000000000a0ff3ff56300000000', 1.25],
  ['0000000000000080ffbf000000000000', -1],
  ['00000000000000000000000000000000', 0],
  ['0000000000000080ff7f000000000000', Number.POSITIVE_INFINITY],
  ['00000000000000c0ff7f000000000000', Number.NaN],
  ['ffffffffffffffffff3f000000000000', 2],
  ['00000000000000800040000000000000', 2],
  ['0000000000000080fe7f000000000000', Number.POSITIVE_INFINITY],
  ['0000000000000080cd3b000000000000', 5e-324],
])('the long double %s is %d', (hex, expected) => {
  expect(new NpScalar('<f16', new Uint8Array(Buffer.from(hex, 'hex'))).value).toBe(expected);
});
