import { expect, test } from 'vitest';
import { Complex, Float, NdArray, NpScalar, Tuple, type Value } from '../../telstate/index.ts';
import { showCell, showValue } from './show.ts';

test.each<[string, Value, string]>([
  ['text', 'Ada "L"', 'Ada "L"'],
  ['text in a list', ['Ada "L"'], '["Ada \\"L\\""]'],
  ['a float', new Float(1), '1.0'],
  ['a float that JSON lacks', [new Float(Number.NaN), Number.NEGATIVE_INFINITY], '[nan, -inf]'],
  ['a big integer', 2n ** 64n, '18446744073709551616'],
  ['a tuple', new Tuple([1, 'a']), '(1, "a")'],
  ['a tuple of one', new Tuple([1]), '(1,)'],
  ['a map', new Map<Value, Value>([['a', [null, true]]]), '{"a": [null, true]}'],
  ['a record', { a: new Float(2) }, '{"a": 2.0}'],
  ['a NumPy scalar', NpScalar.of('float32', 0.5), '0.5'],
  ['bytes', new Uint8Array([0x61, 0xff]), "b'a\\xff'"],
  ['a complex number', new Complex(1, -2), '(1-2j)'],
  [
    'a small array',
    NdArray.of('<i4', [
      [1, 2],
      [3, 4],
    ]),
    '<i4 array (2 × 2): [[1, 2], [3, 4]]',
  ],
  ['an array without dimensions', NdArray.of('<f8', 0.5), '<f8 array (one item): 0.5'],
  ['a long array', NdArray.from(new Int16Array(1000).fill(7)), '<i2 array (1000): [7, 7, 7, …]'],
])('%s', (_, value, shown) => {
  expect(showValue(value)).toBe(shown);
});

test('in a table, text that could be taken for something else is in quotes', () => {
  expect(showCell('M62 low noise')).toBe('M62 low noise');
  for (const text of ['', ' x', 'x ', '1.0', '-1', '[1]', '"a"', 'a\nb', 'true', 'null']) {
    expect(showCell(text)).toBe(JSON.stringify(text));
  }
});
