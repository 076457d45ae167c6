import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DecodeError, EncodeError } from '../errors.ts';
import {
  Complex,
  type Descriptor,
  decodeValue,
  encodeValue,
  Float,
  MsgpackTimestamp,
  NdArray,
  NpScalar,
  Tuple,
  type Value,
} from './index.ts';

// The vectors were made by running the Python reference; the list of differences says where we differ on purpose.

type Tagged = { readonly t: string; readonly [field: string]: unknown };

interface VectorCase {
  readonly name: string;
  readonly kind: 'encode' | 'encode_error' | 'decode' | 'decode_error';
  readonly json_description_of_value?: Tagged;
  readonly hex?: string;
  readonly hex_sha256?: string;
  readonly length?: number;
  readonly roundtrip?: boolean;
  readonly decoded?: Tagged;
  readonly decode_error?: unknown;
}

interface Difference {
  readonly vector: string;
  readonly case: string;
  /** Which half of a case differs; the other half must hold. */
  readonly aspect: 'reading' | 'writing';
  readonly reason: string;
}

const root = new URL('../../../test/', import.meta.url);
const { cases } = load('fixtures/telstate/encoding.json') as { cases: VectorCase[] };
const differences = (load('differences/telstate.json') as Difference[]).filter(
  (d) => d.vector === 'encoding',
);
const differing = new Map(differences.map((difference) => [difference.case, difference]));

test('all 263 vectors are here and every listed difference is one of them', () => {
  const names = cases.map((vector) => vector.name);
  expect(new Set(names).size).toBe(263);
  expect(names).toEqual(expect.arrayContaining([...differing.keys()]));
  expect(differences.filter(({ reason }) => reason.length < 20)).toEqual([]);
});

describe('vectors', () => {
  for (const vector of cases) {
    for (const [aspect, check] of checksOf(vector)) {
      const differs = differing.get(vector.name)?.aspect === aspect;
      test(`${vector.name}, ${aspect}${differs ? ': differs on purpose' : ''}`, () => {
        if (differs) expect(check, 'this holds: take it off the list of differences').toThrow();
        else check();
      });
    }
  }
});

function checksOf(vector: VectorCase): [Difference['aspect'], () => void][] {
  switch (vector.kind) {
    case 'encode':
      return [
        ['writing', () => checkWriting(vector)],
        ['reading', () => checkReading(vector)],
      ];
    case 'encode_error':
      return [['writing', () => expect(() => encodeValue(buildOf(vector))).toThrow(EncodeError)]];
    case 'decode':
      return [
        ['reading', () => expect(tag(exactly(bytesOf(vector.hex)))).toEqual(bare(describedBy(vector)))],
      ];
    case 'decode_error':
      return [['reading', () => checkRefused(bytesOf(vector.hex))]];
  }
}

function checkWriting(vector: VectorCase): void {
  const bytes = encodeValue(buildOf(vector));
  expect(bytes.length).toBe(vector.length);
  if (vector.hex !== undefined) expect(hex(bytes)).toBe(vector.hex);
  else expect(createHash('sha256').update(bytes).digest('hex')).toBe(vector.hex_sha256);
}

function checkReading(vector: VectorCase): void {
  const bytes = vector.hex === undefined ? encodeValue(buildOf(vector)) : bytesOf(vector.hex);
  if (vector.decode_error !== undefined) {
    checkRefused(bytes);
    return;
  }
  const value = exactly(bytes);
  const expected = vector.roundtrip ? describedBy(vector) : (vector.decoded as Tagged);
  if (expected.t !== 'see_name') expect(tag(value)).toEqual(bare(expected));
  expect(hex(encodeValue(value))).toBe(hex(bytes));
}

function checkRefused(bytes: Uint8Array): void {
  expect(() => decodeValue(bytes)).toThrow(DecodeError);
  expect(() => exactly(bytes)).toThrow(DecodeError);
}

function exactly(bytes: Uint8Array): Value {
  return decodeValue(bytes, { exact: true });
}

function describedBy(vector: VectorCase): Tagged {
  return vector.json_description_of_value as Tagged;
}

function buildOf(vector: VectorCase): unknown {
  return build(describedBy(vector), vector.name);
}

/** The value that a description stands for. */
function build(tagged: Tagged, name: string): unknown {
  const items = () => (tagged.v as Tagged[]).map((item) => build(item, name));
  const pairs = () =>
    (tagged.v as [Tagged, Tagged][]).map(([k, v]) => [build(k, name), build(v, name)] as const);
  switch (tagged.t) {
    case 'none':
      return null;
    case 'bool':
      return tagged.v;
    case 'int':
      return BigInt(tagged.v as string);
    case 'float':
      return Float.fromBits(bits(tagged.be_hex));
    case 'complex':
      return Complex.fromBits(bits(tagged.re_hex), bits(tagged.im_hex));
    case 'str':
      return tagged.v;
    case 'str_surrogate':
      return String.fromCodePoint(...(tagged.codepoints as number[]));
    case 'bytes':
    case 'bytearray':
    case 'memoryview':
      return bytesOf(tagged.hex);
    case 'list':
      return items();
    case 'tuple':
    case 'namedtuple':
      return new Tuple(items());
    case 'dict':
      return new Map(pairs());
    case 'OrderedDict':
      return new (class OrderedDict extends Map<unknown, unknown> {})(pairs());
    case 'npscalar':
      if (tagged.data_hex === null)
        return new NpScalar(
          [
            ['a', '<i4'],
            ['b', 'O'],
          ],
          new Uint8Array(12),
        );
      return buildScalar(tagged.dtype as Descriptor, bytesOf(tagged.data_hex));
    case 'ndarray':
      return buildArray(tagged);
    case 'see_name':
      return large(name);
    default:
      return other(tagged);
  }
}

/** NumPy holds an empty text or bytes scalar in one character, which is not part of the value. */
function buildScalar(dtype: Descriptor, data: Uint8Array): NpScalar {
  return new NpScalar(dtype, dtype === '<U0' || dtype === '|S0' ? new Uint8Array(0) : data);
}

function buildArray(tagged: Tagged): NdArray {
  const shape = tagged.shape as number[];
  if (tagged.data_hex === null) return new NdArray(tagged.dtype as Descriptor, shape, new Uint8Array(0));
  const fortran = tagged.f_contiguous === true && tagged.c_contiguous === false;
  const data = bytesOf(tagged.data_hex_c_order);
  const ordered = fortran ? reorder(data, shape, tagged.itemsize as number, 'toFortran') : data;
  return new NdArray(tagged.dtype as Descriptor, shape, ordered, fortran);
}

/** The large values, which the vectors describe by their names only. */
function large(name: string): unknown {
  switch (name) {
    case 'str_len65535':
      return 'z'.repeat(65535);
    case 'bytes_len65535':
      return new Uint8Array(65535).fill(114);
    case 'list_len65536':
      return new Array(65536).fill(1);
    case 'tuple_payload65536':
      return new Tuple(['s'.repeat(65532)]);
    case 'dict_len65536':
      return Object.fromEntries(
        Array.from({ length: 65536 }, (_, i) => [`k${String(i).padStart(5, '0')}`, i]),
      );
    case 'arr_hdr_v2_long': {
      const field = (_: unknown, i: number) => [`field${String(i).padStart(5, '0')}`, '<i4'] as const;
      return new NdArray(Array.from({ length: 4000 }, field), [1], new Uint8Array(16000));
    }
    case 'arr_1000_c8':
      return NdArray.of(
        '<c8',
        Array.from({ length: 1000 }, (_, i) => new Complex(i, 2 * i)),
      );
    case 'arr_extlen_65535':
      return NdArray.from(new Uint8Array(65407));
    default:
      throw new Error(`no recipe for ${name}`);
  }
}

/** The nearest JavaScript has to a Python class that has no namesake. */
function other(tagged: Tagged): unknown {
  switch (tagged.class ?? tagged.t) {
    case 'builtins.frozenset':
      return new Set([1]);
    case 'datetime.datetime':
      return new Date(0);
    case 'decimal.Decimal':
      return new (class Decimal {
        readonly digits = '1.5';
      })();
    case '__main__.SS':
      return new (class Text extends String {})('x');
    case '__main__.FF':
      return new (class Real extends Number {})(1);
    case '__main__.DD':
      return new (class Dict extends Map<unknown, unknown> {})([['a', 1]]);
    case '__main__.BS':
      return new (class Bytes extends Uint8Array {})([120]);
    case '__main__.CC':
      return new (class Number2 extends Complex {})(0, 1);
    case 'builtins.type':
      return Number;
    case 'builtins.list_iterator':
      return [][Symbol.iterator]();
    default:
      throw new Error(`nothing like ${tagged.t} in JavaScript`);
  }
}

/** The description of a value that was read exactly. */
function tag(value: Value): unknown {
  if (value === null) return { t: 'none' };
  if (typeof value === 'boolean') return { t: 'bool', v: value };
  if (typeof value === 'number' || typeof value === 'bigint') return { t: 'int', v: String(value) };
  if (typeof value === 'string') return { t: 'str', v: value };
  if (value instanceof Float) return { t: 'float', be_hex: hex64(value.bits) };
  if (value instanceof Complex) {
    return { t: 'complex', re_hex: hex64(value.bits[0]), im_hex: hex64(value.bits[1]) };
  }
  if (value instanceof Uint8Array) return { t: 'bytes', hex: hex(value) };
  if (Array.isArray(value)) return { t: 'list', v: value.map(tag) };
  if (value instanceof Tuple) return { t: 'tuple', v: value.items.map(tag) };
  if (value instanceof Map) return { t: 'dict', v: [...value].map(([key, item]) => [tag(key), tag(item)]) };
  if (value instanceof NpScalar) return { t: 'npscalar', dtype: value.descriptor, data_hex: hex(value.data) };
  if (value instanceof MsgpackTimestamp) {
    const repr = `Timestamp(seconds=${value.seconds}, nanoseconds=${value.nanoseconds})`;
    return { t: 'other', class: 'msgpack.ext.Timestamp', repr };
  }
  if (value instanceof NdArray) return tagArray(value);
  throw new Error('an exact read gives no plain objects');
}

function tagArray(array: NdArray): unknown {
  const size = array.dtype.itemSizeBytes;
  const bothOrders = array.size === 0 || array.shape.filter((length) => length > 1).length <= 1;
  const data = array.fortranOrder ? reorder(array.data, array.shape, size, 'toC') : array.data;
  return {
    t: 'ndarray',
    shape: array.shape,
    c_contiguous: !array.fortranOrder,
    f_contiguous: array.fortranOrder || bothOrders,
    dtype: array.descriptor,
    itemsize: size,
    data_hex_c_order: hex(data),
  };
}

/** A description without what merely illustrates it. */
function bare(tagged: unknown): unknown {
  if (Array.isArray(tagged)) return tagged.map(bare);
  if (typeof tagged !== 'object' || tagged === null) return tagged;
  const fields = Object.entries(tagged).filter(([name]) => name !== 'utf8_hex' && name !== 'note');
  const kept = fields.filter(
    ([name]) => (tagged as Tagged).t === 'other' || (name !== 'repr' && name !== 'class'),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, bare(value)]));
}

function reorder(
  data: Uint8Array,
  shape: readonly number[],
  size: number,
  to: 'toC' | 'toFortran',
): Uint8Array {
  const out = new Uint8Array(data.length);
  const indices = shape.map(() => 0);
  for (let c = 0; c * size < data.length; c++) {
    let f = 0;
    for (let i = shape.length - 1; i >= 0; i--) f = f * (shape[i] as number) + (indices[i] as number);
    const [from, at] = to === 'toC' ? [f, c] : [c, f];
    out.set(data.subarray(from * size, (from + 1) * size), at * size);
    for (let i = shape.length - 1; i >= 0; i--) {
      indices[i] = (indices[i] as number) + 1;
      if ((indices[i] as number) < (shape[i] as number)) break;
      indices[i] = 0;
    }
  }
  return out;
}

function load(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}

function bytesOf(text: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(text as string, 'hex'));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function bits(text: unknown): bigint {
  return BigInt(`0x${text as string}`);
}

function hex64(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
