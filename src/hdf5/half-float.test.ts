import { expect, test } from 'vitest';
import { halfFloatBits } from './half-float.ts';

/** What the bits of a 16-bit float stand for (IEEE 754), written down anew. */
function floatOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : Number.NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15));
}

test('every 16-bit float keeps its bits', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = floatOf(bits);
    if (!Number.isNaN(value)) expect(halfFloatBits(value)).toBe(bits);
  }
  expect(halfFloatBits(Number.NaN)).toBe(0x7e00);
});

test('others go to the nearest, half-way ones to the even', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const half = (floatOf(bits) + floatOf(bits + 1)) / 2;
    expect(halfFloatBits(half)).toBe(bits % 2 === 0 ? bits : bits + 1);
    expect(halfFloatBits(half * (1 + 2 ** -40))).toBe(bits + 1);
  }
  expect([65519, 65520, -70000].map(halfFloatBits)).toEqual([0x7bff, 0x7c00, 0xfc00]);
});
