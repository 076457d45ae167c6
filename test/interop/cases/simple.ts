/** None, booleans, numbers, text and bytes. */
import { Complex, Float, type Value } from '../../../src/telstate/index.ts';
import { cases, plainCases, type ValueCase } from './value-case.ts';

const integers = [0n, 1n, -1n, -32n, -33n, 42n];
for (const bits of [7n, 8n, 15n, 16n, 31n, 32n, 53n, 63n]) {
  integers.push(2n ** bits - 1n, 2n ** bits, -(2n ** bits));
}
integers.push(2n ** 53n + 1n, -(2n ** 31n) - 1n, -129n, -32769n, 2n ** 64n - 1n, 10n ** 18n);

/** Integers are numbers as far as those are exact. */
function integer(value: bigint): number | bigint {
  return value >= -(2n ** 53n) + 1n && value <= 2n ** 53n - 1n ? Number(value) : value;
}

const floats: readonly (readonly [name: string, bits: bigint, plain: number])[] = [
  ['zero', 0x0000000000000000n, 0],
  ['minus zero', 0x8000000000000000n, -0],
  ['one', 0x3ff0000000000000n, 1],
  ['minus two', 0xc000000000000000n, -2],
  ['a tenth', 0x3fb999999999999an, 0.1],
  ['two to 53', 0x4340000000000000n, 2 ** 53],
  ['largest', 0x7fefffffffffffffn, Number.MAX_VALUE],
  ['smallest', 0x0000000000000001n, Number.MIN_VALUE],
  ['inf', 0x7ff0000000000000n, Number.POSITIVE_INFINITY],
  ['minus inf', 0xfff0000000000000n, Number.NEGATIVE_INFINITY],
  ['nan', 0x7ff8000000000000n, Number.NaN],
  ['nan with sign', 0xfff8000000000000n, Number.NaN],
  ['nan with payload', 0x7ff80000deadbeefn, Number.NaN],
];

const texts: Record<string, Value> = {
  empty: '',
  ascii: 'm062',
  latin: 'Stéphan Ünïcode',
  astral: '\u{1d6fc} and \u{1f52d}',
  nul: 'a\0b',
  'last of the plane': '\uffff\ufeff\u2028',
  'looks like a number': '1.0',
};
for (const n of [31, 32, 255, 256, 65535, 65536]) texts[`${n} long`] = 'x'.repeat(n);

const bytes: Record<string, Value> = {
  empty: new Uint8Array(),
  'not UTF-8': Uint8Array.of(0, 0xff, 0x80),
  ascii: new TextEncoder().encode('m062'),
};
for (const n of [255, 256, 65536]) bytes[`${n} long`] = new Uint8Array(n).fill(0xa5);

export const simpleCases: readonly ValueCase[] = [
  ...cases('none', { None: null }),
  ...cases('bool', { False: false, True: true }),
  ...cases('int', Object.fromEntries(integers.map((value) => [value, integer(value)]))),
  ...plainCases(
    'float',
    Object.fromEntries(floats.map(([name, bits, plain]) => [name, [Float.fromBits(bits), plain]])),
  ),
  ...cases('text', texts),
  ...cases('bytes', bytes),
  ...cases('complex', {
    plain: new Complex(1.5, -2),
    whole: new Complex(1, 0),
    'minus zeros': new Complex(-0, -0),
    'inf and nan': new Complex(Number.POSITIVE_INFINITY, Number.NaN),
    'nan with payload': Complex.fromBits(0xfff80000deadbeefn, 0x3ff0000000000000n),
  }),
];
