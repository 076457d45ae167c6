import { describe, expect, test } from 'vitest';
import { isAlidadeError } from '../../shared/errors.ts';
import { DecodeError } from '../errors.ts';
import {
  Complex,
  decodeValue,
  encodeValue,
  type Float,
  float,
  type NdArray,
  NpScalar,
  tuple,
  type Value,
} from './index.ts';

function read(hex: string, exact = false): Value {
  return decodeValue(new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex')), { exact });
}

function refusal(bytes: Uint8Array): string {
  try {
    decodeValue(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    expect(isAlidadeError(error, 'ALI_DECODE')).toBe(true);
    return (error as Error).message;
  }
  throw new Error('it was decoded');
}

function npy(header: string, data = new Uint8Array(12), version = 1): Uint8Array {
  const text = Buffer.from(header, version === 3 ? 'utf8' : 'latin1');
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(text.length);
  else length.writeUInt32LE(text.length);
  const payload = Buffer.concat([
    Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0]),
    length,
    text,
    data,
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(payload.length);
  return Buffer.concat([Buffer.from([0xff, 0xc9]), size, Buffer.from([3]), payload]);
}

describe('by default a value reads as JavaScript has it', () => {
  test('integers are numbers while they are exact, bigints beyond', () => {
    expect(read('ff cf 001fffffffffffff')).toBe(2 ** 53 - 1);
    expect(read('ff cf 0020000000000000')).toBe(2n ** 53n);
    expect(read('ff d3 ffe0000000000001')).toBe(-(2 ** 53 - 1));
    expect(read('ff d3 ffe0000000000000')).toBe(-(2n ** 53n));
    expect(read('ff d3 0020000000000001')).toBe(2n ** 53n + 1n);
  });

  test('floats are numbers, or Float when every bit counts', () => {
    expect(read('ff cb 3ff0000000000000')).toBe(1);
    expect(read('ff cb 3ff0000000000000', true)).toEqual(float(1));
    expect((read('ff cb fff0000000000001', true) as Float).bits).toBe(0xfff0000000000001n);
    expect(read('ff ca 3f800000', true)).toEqual(float(1));
  });

  test('dicts are plain objects when all keys are text, else Maps in the stored order', () => {
    expect(read('ff 82 a162 01 a161 02')).toEqual({ b: 1, a: 2 });
    const mixed = read('ff 83 a162 01 a137 02 c40161 03') as Map<Value, Value>;
    expect([...mixed]).toEqual([
      ['b', 1],
      ['7', 2],
      [Uint8Array.of(97), 3],
    ]);
    expect(read('ff 81 a162 01', true)).toEqual(new Map([['b', 1]]));
  });

  test('the last of equal keys wins, also of keys that are bytes or tuples', () => {
    expect(read('ff 82 a161 01 a161 02')).toEqual({ a: 2 });
    expect([...(read('ff 83 c40161 01 a162 05 c40161 02') as Map<Value, Value>)]).toEqual([
      [Uint8Array.of(97), 2],
      ['b', 5],
    ]);
    expect((read('ff 82 d5019101 01 d5019101 02') as Map<Value, Value>).size).toBe(1);
  });

  test('NumPy scalars are what they hold; times and structures keep their type', () => {
    expect(decodeValue(encodeValue(NpScalar.of('float32', 0.5)))).toBe(0.5);
    expect(decodeValue(encodeValue(NpScalar.of('bool', true)))).toBe(true);
    expect(decodeValue(encodeValue(NpScalar.of('uint64', 2n ** 63n)))).toBe(2n ** 63n);
    expect(decodeValue(encodeValue(NpScalar.of('int64', -5)))).toBe(-5);
    expect(decodeValue(encodeValue(NpScalar.of('complex64', new Complex(1, -2))))).toEqual(
      new Complex(1, -2),
    );
    expect(decodeValue(encodeValue(NpScalar.of('str', 'dish')))).toBe('dish');
    expect(decodeValue(encodeValue(NpScalar.of('bytes', Uint8Array.of(1, 2))))).toEqual(Uint8Array.of(1, 2));
    const time = decodeValue(encodeValue(NpScalar.of('datetime64[ns]', 5n))) as NpScalar;
    expect([time.value, time.dtype.unit]).toEqual([5n, 'ns']);
    const record = new NpScalar(
      [
        ['x', '<f4'],
        ['y', '|i1', [2]],
      ],
      Uint8Array.of(0, 0, 128, 63, 1, 255),
    );
    expect((decodeValue(encodeValue(record)) as NpScalar).value).toEqual({ x: 1, y: [1, -1] });
    expect(decodeValue(encodeValue(NpScalar.of('float32', 0.5)), { exact: true })).toEqual(
      NpScalar.of('<f4', 0.5),
    );
  });

  test('tuples stay tuples, and scalars of a foreign byte order become native ones', () => {
    expect(decodeValue(encodeValue([tuple(1, tuple())]))).toEqual([tuple(1, tuple())]);
    expect(read('ff c70c 04 a33e6638 4004000000000000', true)).toEqual(NpScalar.of('float64', 2.5));
  });
});

describe('NumPy headers', () => {
  test.each([
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3L,), }", 1],
    ["{'shape': (3,), 'fortran_order': False, 'descr': 'i4'}  \n", 1],
    ['{"descr": u"=i4", "fortran_order": False, "shape": (3,)}', 2],
    ["{'descr': '\\x3ci4','fortran_order':False,'shape':(3,)}", 3],
    ["{'descr': 'int32', 'fortran_order': True, 'shape': (3,), }", 1],
  ])('%s, version %i', (header, version) => {
    const array = decodeValue(npy(header, new Uint8Array(12), version)) as NdArray;
    expect([array.descriptor, array.shape, array.fortranOrder]).toEqual(['<i4', [3], false]);
  });

  test.each([
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (4,), }", 'cut off: 16 bytes expected, 12 found'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3), }", 'shape of an array is not a tuple'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (True,), }", 'whole number'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3.0,), }", 'unexpected'],
    ["{'descr': '<i4', 'fortran_order': 0, 'shape': (3,), }", 'not a bool'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'x': 1}", 'not a dict of'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3,)} + 1", 'unexpected'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3,)", 'ends too early'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (-3,)}", 'whole number'],
    ["{'descr': '<i4', 'fortran_order': False, 'shape': (3000000000, 3000000000)}", 'too large'],
    [`{'descr': '<i4', 'fortran_order': False, 'shape': (${'1,'.repeat(33)})}`, 'at most 32 dimensions'],
    ["{'descr': '|S0', 'fortran_order': False, 'shape': (1000000000000,)}", 'items of no bytes'],
    ["{'descr': '|S99999999999', 'fortran_order': False, 'shape': (1,)}", 'not a NumPy dtype'],
    ["{'descr': '|V2147483648', 'fortran_order': False, 'shape': (1,)}", 'larger than 2 GiB'],
    ["{'descr': [('a', '<i4', (70000, 70000))], 'fortran_order': False, 'shape': (1,)}", 'larger than 2 GiB'],
    ["{'descr': [('a', '|S0', (1000000,))], 'fortran_order': False, 'shape': (1,)}", 'empty items'],
    ["{'descr': [('a', '<i4'), ('a', '<i4')], 'fortran_order': False, 'shape': (1,)}", 'two fields'],
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 'Python objects'],
    ["{'descr': __import__('os'), 'fortran_order': False, 'shape': (3,)}", 'unexpected'],
    [`{'descr': ${'['.repeat(5000)}`, 'nested too deep'],
    ['', 'ends too early'],
  ])('refused: %s', (header, expected) => {
    expect(refusal(npy(header))).toContain(expected);
  });

  test('a zip archive of arrays is refused', () => {
    expect(
      refusal(Buffer.from('ffc71403504b0304000000000000000000000000000000000000', 'hex').subarray(0, 24)),
    ).toContain('does not begin as a .npy file');
  });
});

describe('hostile bytes', () => {
  test('old pickled values are refused with a way out', () => {
    for (const first of [0x00, 0x28, 0x80]) {
      expect(refusal(Uint8Array.of(first, 2))).toContain('KATSDPTELSTATE_ALLOW_PICKLE');
    }
    expect(refusal(Uint8Array.of(0x81))).toContain('unknown first byte 0x81');
    expect(refusal(new Uint8Array(0))).toContain('the value is empty');
  });

  test('lengths beyond the input are refused before anything is made', () => {
    for (const bomb of [
      'ddffffffff',
      'dfffffffff',
      'dbffffffff',
      'c6ffffffff',
      'c9ffffffff01',
      'df7fffffff',
    ]) {
      expect(refusal(Buffer.from(`ff${bomb}`, 'hex'))).toContain('cut off');
    }
  });

  test('depth is limited, also through tuples and keys, and by choice', () => {
    expect(refusal(new Uint8Array(1_000_000).fill(0x91).fill(0xff, 0, 1))).toContain('deeper than 1024');
    expect(() => decodeValue(encodeValue([[1]]), { maxDepth: 1 })).toThrow('deeper than 1 levels');
    const keys = Buffer.concat([Buffer.from([0xff]), ...Array(3000).fill(Buffer.from('81c7ff0191', 'hex'))]);
    expect(refusal(keys)).toBeTypeOf('string');
  });

  test('millions of empty lists are refused', () => {
    const bomb = new Uint8Array(3_000_006).fill(0x90);
    bomb.set([0xff, 0xdd, 0x00, 0x2d, 0xc6, 0xc0]);
    expect(refusal(bomb)).toContain('more than 2097152 compound values');
  });

  test('lists, dicts and arrays are no keys', () => {
    for (const key of ['90', '80']) expect(refusal(Buffer.from(`ff81${key}01`, 'hex'))).toContain('as a key');
  });

  test('timestamps outside their format', () => {
    expect(refusal(Buffer.from('ffd7ffffffffff00000000', 'hex'))).toContain('nanoseconds');
    expect(refusal(Buffer.from('ffd5ff0000', 'hex'))).toContain('4, 8 or 12 bytes');
  });
});
