/** NumPy arrays and scalars of every type without fields, in every layout. */
import { Complex, NdArray, NpScalar, type Value } from '../../../src/telstate/index.ts';
import type { ValueCase } from './value-case.ts';

type Items = readonly Value[];

const nan = Number.NaN;
const inf = Number.POSITIVE_INFINITY;
const notATime = -(2n ** 63n);
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'));

/** Six items for each type. */
const numbers: Readonly<Record<string, Items>> = {
  i1: [-128, -1, 0, 1, 2, 127],
  i2: [-32768, -1, 0, 1, 2, 32767],
  i4: [-2147483648, -1, 0, 1, 2, 2147483647],
  i8: [-(2n ** 63n), -1, 0, 1, 2, 2n ** 63n - 1n],
  u1: [1, 0, 2, 100, 254, 255],
  u2: [1, 0, 2, 100, 65534, 65535],
  u4: [1, 0, 2, 100, 4294967294, 4294967295],
  u8: [1, 0, 2, 100, 2n ** 64n - 2n, 2n ** 64n - 1n],
  b1: [true, false, true, true, false, true],
  f2: [1.5, -0, 65504, nan, -inf, 2 ** -24],
  f4: [1.5, -0, 2 ** 127, nan, -inf, 2 ** -149],
  f8: [1.5, -0, 0.1, nan, -inf, 5e-324],
  c8: [
    new Complex(1.5, -2),
    new Complex(-0, -0),
    new Complex(0, 1),
    new Complex(nan, inf),
    new Complex(-inf, 0.5),
    new Complex(2 ** 127, -1),
  ],
  c16: [
    new Complex(1.5, -2),
    new Complex(-0, -0),
    new Complex(0, 1),
    new Complex(nan, inf),
    new Complex(-inf, 0.5),
    new Complex(0.1, -1),
  ],
};
const strings: Readonly<Record<string, Items>> = {
  S3: ['a', '', 'abc', '\xff\0z', 'ab', 'xyz'].map(latin1),
  U3: ['é', '', 'abc', '\u{1d6fc}\u{1f52d}', 'a\0b', 'xyz'],
};
const units = ['', '[ns]', '[us]', '[ms]', '[s]', '[25s]', '[h]', '[D]', '[M]', '[Y]'];
const times: Readonly<Record<string, Items>> = Object.fromEntries(
  ['M', 'm'].flatMap((kind) =>
    units.map((unit) => [`${kind}8${unit}`, [1763629769, 0, -1, notATime, 1, 2n ** 62n]]),
  ),
);
const raw: Readonly<Record<string, Items>> = {
  V4: ['\x01\x02\x03\x04', '\0\0\0\0', 'abcd', '\xff\xfe\xfd\xfc', 'wxyz', '\0\0\0\x01'].map(latin1),
};

/** Types of single bytes have no order. */
const orderless = ['b1', 'i1', 'u1', 'S3', 'V4'];

function arraysOf(itemsByType: Readonly<Record<string, Items>>): NdArray[] {
  return Object.entries(itemsByType).flatMap(([type, items]) =>
    (orderless.includes(type) ? ['|'] : ['<', '>']).map((order) => NdArray.of(order + type, items)),
  );
}

/** 1.5, -0.0, 0.1, nan, -inf and one beyond float64, as x86 has them: 80 bits in 16 bytes. */
const longDoubles = [
  '00000000000000c0ff3f000000000000',
  '00000000000000000080000000000000',
  'cdccccccccccccccfb3f000000000000',
  '00000000000000c0ff7f000000000000',
  '0000000000000080ffff000000000000',
  '9e8b1b2ff15f2ed4e673000000000000',
];
function ofHex(dtype: string, items: readonly string[]): NdArray {
  return new NdArray(dtype, [6], new Uint8Array(Buffer.from(items.join(''), 'hex')));
}
const longDoubleArrays = [
  ofHex('<f16', longDoubles),
  ofHex('<c32', [...longDoubles, ...longDoubles.toReversed()]),
];

/** An array of these items of another one, in this order in memory. */
function pick(items: NdArray, shape: readonly number[], order: readonly number[], fortran = false): NdArray {
  const size = items.dtype.itemSizeBytes;
  const data = Buffer.concat(order.map((i) => items.data.subarray(i * size, (i + 1) * size)));
  return new NdArray(items.dtype, shape, new Uint8Array(data), fortran);
}

const all = [0, 1, 2, 3, 4, 5];
const layouts: Readonly<Record<string, (items: NdArray) => NdArray>> = {
  '1-d': (items) => items,
  '0-d': (items) => pick(items, [], [0]),
  empty: (items) => pick(items, [0], []),
  'empty 3-d': (items) => pick(items, [2, 0, 3], []),
  row: (items) => pick(items, [1, 6], all),
  column: (items) => pick(items, [6, 1], all),
  'c order': (items) => pick(items, [2, 3], all),
  'fortran order': (items) => pick(items, [2, 3], [0, 3, 1, 4, 2, 5], true),
  transposed: (items) => pick(items, [3, 2], all, true),
  'fortran 3-d': (items) => pick(items, [3, 1, 2], [0, 2, 4, 1, 3, 5], true),
  strided: (items) => pick(items, [3], [0, 2, 4]),
  reversed: (items) => pick(items, [6], all.toReversed()),
  broadcast: (items) => pick(items, [2, 6], [...all, ...all]),
};

function laidOut(kind: string, arrays: readonly NdArray[]): ValueCase[] {
  return arrays.flatMap((items) =>
    Object.entries(layouts).map(([name, layout]) => {
      const value = layout(items);
      return { name: `${kind}/${items.descriptor} ${name}`, value, plain: value };
    }),
  );
}

/** Text and bytes have the length of the one item. */
function scalarType(dtype: string, item: Value): string {
  if (typeof item === 'string') return `<U${Array.from(item).length}`;
  return dtype.startsWith('|S') ? `|S${(item as Uint8Array).length}` : dtype;
}

function scalarsOf(
  kind: string,
  itemsByType: Readonly<Record<string, Items>>,
  isPlain: boolean,
): ValueCase[] {
  return arraysOf(itemsByType).flatMap(({ descriptor }) =>
    [0, 2, 5].map((i) => {
      const dtype = descriptor as string;
      const item = itemsByType[dtype.slice(1)]?.[i] as Value;
      const value = NpScalar.of(scalarType(dtype, item), item);
      return { name: `${kind}/${dtype} ${i}`, value, plain: isPlain ? item : value };
    }),
  );
}

/** Read plainly they are rounded to float64. */
const roundedLongDoubles: Readonly<Record<string, readonly Value[]>> = {
  '<f16': [1.5, 0.1, inf],
  '<c32': [new Complex(1.5, -0), new Complex(-inf, inf), new Complex(-0, 1.5)],
};

export const arrayCases: readonly ValueCase[] = [
  ...laidOut('number array', arraysOf(numbers)),
  ...laidOut('string array', arraysOf(strings)),
  ...laidOut('time array', arraysOf(times)),
  ...laidOut('raw array', arraysOf(raw)),
  ...scalarsOf('number scalar', numbers, true),
  ...scalarsOf('string scalar', strings, true),
  ...scalarsOf('time scalar', times, false),
  ...scalarsOf('raw scalar', raw, false),
];

/** Python has these where its long doubles are those of x86. */
export const longDoubleCases: readonly ValueCase[] = [
  ...laidOut('long double array', longDoubleArrays),
  ...longDoubleArrays.flatMap((items) =>
    [0, 2, 5].map((index, i) => ({
      name: `long double scalar/${items.descriptor} ${index}`,
      value: new NpScalar(items.dtype, pick(items, [], [index]).data),
      plain: roundedLongDoubles[items.descriptor as string]?.[i],
    })),
  ),
];
