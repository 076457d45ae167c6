/** Lists, tuples and dicts. */
import { float, Tuple, tuple, type Value } from '../../../src/telstate/index.ts';
import { cases, plainCases, type ValueCase } from './value-case.ts';

const bytes = (...of: number[]) => Uint8Array.of(...of);
const counted = (n: number) => Array.from({ length: n }, (_, i) => i);

let deep: Value = [];
for (let depth = 1; depth < 100; depth++) deep = [deep];

function keyed(n: number, digits: number): Map<string, number> {
  return new Map(counted(n).map((i) => [`k${String(i).padStart(digits, '0')}`, i]));
}
const keys16 = keyed(16, 2);
const keys70000 = keyed(70_000, 5);

export const containerCases: readonly ValueCase[] = [
  ...plainCases('list', {
    empty: [[], []],
    mixed: [
      [1, float(1), 'a', null, true, bytes(1)],
      [1, 1, 'a', null, true, bytes(1)],
    ],
    'of lists': [
      [[], [1], [[float(2.5)]]],
      [[], [1], [[2.5]]],
    ],
    '100 deep': [deep, deep],
  }),
  ...cases('list', {
    '15 items': counted(15),
    '16 items': counted(16),
    '70000 items': counted(70_000),
  }),
  ...plainCases('tuple', {
    empty: [tuple(), tuple()],
    one: [tuple(1), tuple(1)],
    mixed: [tuple(1, float(2.5), 'x', null), tuple(1, 2.5, 'x', null)],
    'of tuples': [tuple(tuple(), tuple(1, tuple(2, tuple()))), tuple(tuple(), tuple(1, tuple(2, tuple())))],
  }),
  ...cases('tuple', {
    '15 items': new Tuple(Array(15).fill(0)),
    '16 items': new Tuple(Array(16).fill(0)),
    '70000 items': new Tuple(Array(70_000).fill(0)),
  }),
  ...plainCases('dict', {
    empty: [new Map(), {}],
    'text keys': [
      new Map<Value, Value>([
        ['dish', 'm062'],
        ['gain', float(1.5)],
        ['n', 3],
      ]),
      { dish: 'm062', gain: 1.5, n: 3 },
    ],
    'in its own order': [
      new Map([
        ['b', 1],
        ['a', 2],
        ['', 3],
      ]),
      { b: 1, a: 2, '': 3 },
    ],
    'keys like numbers': [
      new Map([
        ['b', 1],
        ['7', 2],
        ['-1', 3],
      ]),
      { b: 1, '7': 2, '-1': 3 },
    ],
    'named __proto__': [new Map([['__proto__', 1]]), Object.fromEntries([['__proto__', 1]])],
    'of dicts': [
      new Map([['a', new Map([['b', new Map<Value, Value>([[bytes(0x63), new Map()]])]])]]),
      { a: { b: new Map([[bytes(0x63), {}]]) } },
    ],
    '16 items': [keys16, Object.fromEntries(keys16)],
    '70000 items': [keys70000, Object.fromEntries(keys70000)],
  }),
  ...cases('dict', {
    'bytes keys': new Map<Value, Value>([
      [bytes(0xff, 0), 1],
      [bytes(), null],
    ]),
    'text and bytes keys': new Map<Value, Value>([
      ['a', 1],
      [bytes(0x61), 2],
    ]),
  }),
];
