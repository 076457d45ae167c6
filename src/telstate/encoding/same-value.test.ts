import { describe, expect, test } from 'vitest';
import { DecodeError } from '../errors.ts';
import { encodeValue, float, NpScalar, sameValue, tuple } from './index.ts';

function same(stored: unknown, value: unknown): boolean {
  return sameValue(encodeValue(stored), encodeValue(value), value);
}

describe('as in Python', () => {
  test('text and bytes are the same when their bytes are', () => {
    expect(same('abc', Buffer.from('abc'))).toBe(true);
    expect(same(Buffer.from('é'), 'é')).toBe(true);
    expect(same(NpScalar.of('str', 'abc'), 'abc')).toBe(true);
    expect(same('abc', NpScalar.of('bytes', Buffer.from('abc')))).toBe(true);
    expect(same('abc', 'abd')).toBe(false);
    expect(same(['a'], [Buffer.from('a')])).toBe(false);
  });

  test('everything else is the same when its bytes are', () => {
    expect(same(tuple(1, 2), tuple(1, 2))).toBe(true);
    expect(same(tuple(1, 2), [1, 2])).toBe(false);
    expect(same({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(false);
    expect(same(1n, float(1))).toBe(false);
    expect(same(float(1), 1n)).toBe(false);
    expect(same(1, true)).toBe(false);
    expect(same(true, 1)).toBe(false);
    expect(same(float(0), float(-0))).toBe(false);
    expect(same(Number.NaN, float(Number.NaN))).toBe(true);
    expect(same([1], [float(1)])).toBe(false);
    expect(sameValue(encodeValue(float(1)), encodeValue(1))).toBe(false);
  });

  test('stored bytes that do not decode are an error where they matter', () => {
    const broken = Uint8Array.of(0xff, 0xa5, 0x61);
    expect(() => sameValue(broken, encodeValue('a'))).toThrow(DecodeError);
    expect(() => sameValue(broken, encodeValue(1), 1)).toThrow(DecodeError);
    expect(sameValue(broken, broken.slice())).toBe(true);
  });
});

describe('a plain number is the same as any stored number equal to it', () => {
  test.each([
    [float(1), 1],
    [1, 1],
    [NpScalar.of('float32', 0.5), 0.5],
    [NpScalar.of('int16', 7), 7],
    [2n ** 60n, 2 ** 60],
    [float(-0), 0],
    [Number.NaN, Number.NaN],
  ])('%s and %s', (stored, value) => {
    expect(same(stored, value)).toBe(true);
  });

  test.each([
    [float(1), 2],
    [2n ** 60n + 1n, 2 ** 60],
    ['1', 1],
    [[1], 1],
    [float(Number.POSITIVE_INFINITY), Number.NaN],
    [2n ** 63n, Number.POSITIVE_INFINITY],
  ])('but not %s and %s', (stored, value) => {
    expect(same(stored, value)).toBe(false);
  });
});
