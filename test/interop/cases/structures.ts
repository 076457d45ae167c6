/** NumPy structures, arrays with long headers, and values of many kinds in one. */
import {
  Complex,
  type Descriptor,
  type Field,
  float,
  NdArray,
  NpScalar,
  tuple,
  type Value,
} from '../../../src/telstate/index.ts';
import { cases, plainCases, type ValueCase } from './value-case.ts';

type Layout = readonly [dtype: Descriptor, shape: readonly number[], hex: string, fortran?: boolean];

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const short: Field = ['a', '<i2'];

const structures: Record<string, Layout> = {
  plain: [
    [
      ['a', '<i4'],
      ['b', '<f8'],
    ],
    [2],
    '01000000 0000000000000440 ffffffff 000000000000f07f',
  ],
  'big-endian': [
    [
      ['a', '>i2'],
      ['t', '>M8[s]'],
    ],
    [1],
    '0102 0000000000000001',
  ],
  nested: [
    [
      [
        'p',
        [
          ['x', '<f4'],
          ['y', '<f4'],
        ],
      ],
      ['n', '|u1'],
    ],
    [1],
    '0000c03f 000000c0 07',
  ],
  'with a sub-array': [
    [
      ['m', '<i2', [2, 2]],
      ['t', '<U2'],
    ],
    [1],
    '0100 0200 0300 0400 61000000 62000000',
  ],
  titled: [[[['a title', 'f'], '<i4']], [1], '05000000'],
  'names with quotes': [
    [
      ["it's", '<i2'],
      ['"both\'"', '<i2'],
    ],
    [1],
    '0100 0200',
  ],
  'latin name': [[['é', '<i2']], [1], '0100'],
  'astral name': [[['\u{1d6fc}', '<i2']], [1], '0100'],
  '0-d': [
    [
      ['a', '<i4'],
      ['b', '<f8'],
    ],
    [],
    '01000000 0000000000000440',
  ],
  'fortran order': [[short], [2, 3], '0100 0400 0200 0500 0300 0600', true],
};
for (let n = 1; n <= 70; n++) {
  const count = n.toString(16).padStart(2, '0');
  structures[`name ${n} long`] = [[['x'.repeat(n), '<i2']], [1], `${count}00`];
}

const padded: Readonly<Record<string, Layout>> = {
  aligned: [
    [
      ['a', '|u1'],
      ['', '|V7'],
      ['b', '<f8'],
    ],
    [2],
    '07 00000000000000 0000000000000440 07 00000000000000 0000000000000440',
  ],
  'with offsets': [
    [
      ['', '|V2'],
      ['a', '<i2'],
      ['', '|V4'],
      ['b', '<i2'],
      ['', '|V2'],
    ],
    [1],
    '0000 0100 00000000 0200 0000',
  ],
};

function arrays(layouts: Readonly<Record<string, Layout>>): Record<string, NdArray> {
  const entries = Object.entries(layouts);
  return Object.fromEntries(
    entries.map(([name, [dtype, shape, hex, fortran]]) => [
      name,
      new NdArray(dtype, shape, fromHex(hex), fortran),
    ]),
  );
}

const rows = arrays(structures);
const zeros = (shape: readonly number[], fortran = false) =>
  new NdArray('|u1', shape, new Uint8Array(shape.reduce((size, n) => size * n, 1)), fortran);

function observation<M>(
  dict: (entries: [Value, Value][]) => M,
  real: (value: number) => Value,
  half: Value,
): M {
  return dict([
    ['target', 'J1939-6342'],
    ['pointing', tuple(real(12.5), -3)],
    ['gains', NdArray.of('<c8', [new Complex(1.5, -2), new Complex(0, 0.5)])],
    [fromHex('726177ff'), fromHex('00ff')],
    [
      'history',
      [half, dict([['flags', NdArray.of('|b1', [true, false])]]) as Value, new Complex(1, 2), null],
    ],
  ]);
}

/** Dicts are objects where all their keys are text. */
function plainDict(entries: [Value, Value][]): Value {
  const isText = entries.every(([key]) => typeof key === 'string');
  return isText ? (Object.fromEntries(entries) as Value) : new Map(entries);
}

export const structureCases: readonly ValueCase[] = [
  ...cases('structure', rows),
  ...cases('padded structure', arrays(padded)),
  ...cases(
    'structure scalar',
    Object.fromEntries(
      Object.entries(rows).map(([name, { dtype, data }]) => [
        name,
        new NpScalar(dtype, data.slice(0, dtype.itemSizeBytes)),
      ]),
    ),
  ),
  ...cases('header', {
    ...Object.fromEntries([9, 10, 99_999, 100_000, 1_000_000].map((n) => [`${n} items`, zeros([n])])),
    '100000 columns': zeros([2, 100_000]),
    '100000 columns, fortran': zeros([2, 100_000], true),
    '32 dimensions': zeros([...Array(31).fill(1), 2]),
  }),
  ...plainCases('nested', {
    observation: [
      observation((entries) => new Map(entries), float, NpScalar.of('float32', 0.5)),
      observation(plainDict, (value) => value, 0.5),
    ],
    'tuple of scalars': [
      tuple(
        NpScalar.of('int8', -1),
        NpScalar.of('bool', true),
        NpScalar.of('<U1', 'é'),
        NpScalar.of('<M8[ns]', 5),
        2n ** 64n - 1n,
      ),
      tuple(-1, true, 'é', NpScalar.of('<M8[ns]', 5), 2n ** 64n - 1n),
    ],
    'all the way down': [
      [tuple(new Map([['a', tuple([tuple(new Map([['b', float(-0)]]))])]]))],
      [tuple({ a: tuple([tuple({ b: -0 })]) })],
    ],
  }),
  ...cases('nested', {
    'list of arrays': [NdArray.of('<i2', [1, 2]), NdArray.of('<U4', ['m062']), NdArray.of('>i4', 7)],
  }),
];
