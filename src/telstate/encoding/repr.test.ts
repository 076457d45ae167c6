import { expect, test } from 'vitest';
import { Complex, float, MsgpackTimestamp, NdArray, NpScalar, repr, tuple } from './index.ts';

// Expected texts are what CPython 3.11 prints, except for arrays and times, which are our own.
test.each<[unknown, string]>([
  [null, 'None'],
  [true, 'True'],
  [5, '5'],
  [2n ** 64n, '18446744073709551616'],
  [0.1, '0.1'],
  [float(1), '1.0'],
  [-0, '-0.0'],
  [1e16, '1e+16'],
  [float(1e15), '1000000000000000.0'],
  [float(123456789012345680), '1.2345678901234568e+17'],
  [0.0001, '0.0001'],
  [0.00001234, '1.234e-05'],
  [-0.00123, '-0.00123'],
  [5e-324, '5e-324'],
  [1e300, '1e+300'],
  [Number.NaN, 'nan'],
  [Number.NEGATIVE_INFINITY, '-inf'],
  ['abc', "'abc'"],
  ["it's", '"it\'s"'],
  [`'"`, `'\\'"'`],
  ['a\n\t\\\x00\x7f\u00a0é測\u2028🔭\ud800', "'a\\n\\t\\\\\\x00\\x7f\\xa0é測\\u2028🔭\\ud800'"],
  [Uint8Array.of(0xff, 39, 65, 10), 'b"\\xff\'A\\n"'],
  [[1, 'a', []], "[1, 'a', []]"],
  [tuple(1), '(1,)'],
  [tuple(1, tuple()), '(1, ())'],
  [{ a: 1, b: { c: null } }, "{'a': 1, 'b': {'c': None}}"],
  [new Map([[Uint8Array.of(97), 1]]), "{b'a': 1}"],
  [{}, '{}'],
  [new Complex(1, -2), '(1-2j)'],
  [new Complex(0, 1), '1j'],
  [new Complex(-0, 0.5), '(-0+0.5j)'],
  [new Complex(Number.NaN, Number.POSITIVE_INFINITY), '(nan+infj)'],
  [NpScalar.of('float32', 2), '2.0'],
  [NpScalar.of('int8', -2), '-2'],
  [NpScalar.of('datetime64[s]', 5n), "datetime64(5, 's')"],
  [new MsgpackTimestamp(1n, 0), 'Timestamp(seconds=1, nanoseconds=0)'],
  [NdArray.of('<i4', [[1, 2]]), "array([1, 2], shape=(1, 2), dtype='<i4')"],
  [
    NdArray.from(new Float64Array(1000)),
    "array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ...], shape=(1000,), dtype='<f8')",
  ],
])('%#: %s', (value, expected) => {
  expect(repr(value)).toBe(expected);
});

test('long values are cut, without being gone through', () => {
  expect(repr('x'.repeat(1000), 10)).toBe(`'${'x'.repeat(9)}...`);
  expect(repr(Array(10_000_000).fill(1), 8)).toBe('[1, 1, 1...');
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  expect(repr(cyclic).length).toBeLessThan(100);
});
