import { describe, expect, test } from 'vitest';
import { isAlidadeError } from '../../shared/errors.ts';
import { EncodeError } from '../errors.ts';
import {
  Complex,
  decodeValue,
  encodeValue,
  Float,
  float,
  type NdArray,
  NpScalar,
  Tuple,
  tuple,
} from './index.ts';

function hex(value: unknown): string {
  return Buffer.from(encodeValue(value)).toString('hex').slice(2);
}

function messageOf(value: unknown): string {
  try {
    encodeValue(value);
  } catch (error) {
    expect(error).toBeInstanceOf(EncodeError);
    expect(isAlidadeError(error, 'ALI_ENCODE')).toBe(true);
    return (error as Error).message;
  }
  throw new Error('it was encoded');
}

describe('numbers', () => {
  test('an integer-valued number is an int, in its shortest form', () => {
    expect(hex(1)).toBe('01');
    expect(hex(1.0)).toBe('01');
    expect(hex(-33)).toBe('d0df');
    expect(hex(2 ** 32)).toBe('cf0000000100000000');
    expect(hex(2 ** 53 - 1)).toBe('cf001fffffffffffff');
    expect(hex(-(2 ** 53 - 1))).toBe('d3ffe0000000000001');
  });

  test('other numbers are float64: with a fraction, -0, NaN, infinite, and beyond 2^53 - 1', () => {
    expect(hex(0.5)).toBe('cb3fe0000000000000');
    expect(hex(-0)).toBe('cb8000000000000000');
    expect(hex(Number.NaN)).toBe('cb7ff8000000000000');
    expect(hex(Number.NEGATIVE_INFINITY)).toBe('cbfff0000000000000');
    expect(hex(2 ** 53)).toBe('cb4340000000000000');
    expect(hex(1e20)).toBe('cb4415af1d78b58c40');
  });

  test('float() forces a float and keeps the payload of a NaN', () => {
    expect(hex(float(1))).toBe('cb3ff0000000000000');
    expect(hex(Float.fromBits(0xfff0000000000001n))).toBe('cbfff0000000000001');
    expect(hex(Complex.fromBits(0x7ff0000000000001n, 0n))).toBe('d8027ff00000000000010000000000000000');
  });

  test('a bigint is an int up to 2^64 - 1, in the same form as a number', () => {
    expect(hex(5n)).toBe('05');
    expect(hex(2n ** 64n - 1n)).toBe('cfffffffffffffffff');
    expect(hex(-(2n ** 63n))).toBe('d38000000000000000');
    expect(messageOf(2n ** 64n)).toContain('the integer 18446744073709551616 is outside -2^63 to 2^64 - 1');
    expect(messageOf({ a: -(2n ** 63n) - 1n })).toContain('value.a: the integer -9223372036854775809');
    expect(messageOf(10n ** 5000n).length).toBeLessThan(250);
  });
});

describe('containers and bytes', () => {
  test('plain objects, also without a prototype, and Maps are dicts in the order of their keys', () => {
    const bare = Object.assign(Object.create(null), { a: 1 });
    expect(hex(bare)).toBe('81a16101');
    expect(hex({ b: 1, a: 2 })).toBe('82a16201a16102');
    expect(
      hex(
        new Map<unknown, unknown>([
          ['b', 1],
          [Uint8Array.of(97), 2],
        ]),
      ),
    ).toBe('82a16201c4016102');
  });

  test('Uint8Array, Buffer and ArrayBuffer are bytes; other typed arrays are NumPy arrays', () => {
    expect(hex(Uint8Array.of(1, 2))).toBe('c4020102');
    expect(hex(Buffer.from([1, 2]))).toBe('c4020102');
    expect(hex(Uint8Array.of(1, 2).buffer)).toBe('c4020102');
    for (const [items, dtype] of [
      [Int8Array.of(-1), '|i1'],
      [Uint8ClampedArray.of(1), '|u1'],
      [Uint16Array.of(1), '<u2'],
      [Float32Array.of(1), '<f4'],
      [Float64Array.of(1), '<f8'],
      [BigInt64Array.of(-1n), '<i8'],
      [BigUint64Array.of(1n), '<u8'],
    ] as const) {
      const array = decodeValue(encodeValue(items)) as NdArray;
      expect([array.descriptor, array.shape]).toEqual([dtype, [1]]);
      expect(array.data).toEqual(new Uint8Array(items.buffer));
    }
  });

  test('a part of a larger buffer is written alone', () => {
    const whole = Float64Array.of(1, 2, 3, 4);
    const array = decodeValue(encodeValue(whole.subarray(1, 3))) as NdArray;
    expect(array.toArray()).toEqual([2, 3]);
  });

  test('the result is of one’s own: later calls do not change it', () => {
    const first = encodeValue('first');
    const large = encodeValue(new Float64Array(200_000).fill(1));
    const copy = Buffer.from(large);
    encodeValue('other');
    encodeValue(new Float64Array(200_000).fill(2));
    expect(decodeValue(first)).toBe('first');
    expect(Buffer.compare(copy, large)).toBe(0);
  });

  test('a getter that encodes another value does no harm', () => {
    const sly = {
      a: 1,
      get b() {
        return encodeValue('inner').length;
      },
      c: 'outer',
    };
    expect(decodeValue(encodeValue(sly))).toEqual({ a: 1, b: 7, c: 'outer' });
  });

  test('an own key __proto__ is a key like any other', () => {
    const given = JSON.parse('{"__proto__": {"a": 1}, "b": 2}');
    const read = decodeValue(encodeValue(given)) as object;
    expect(Object.keys(read)).toEqual(['__proto__', 'b']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect('a' in read).toBe(false);
  });

  test('text of every length and script', () => {
    for (const unit of ['x', 'é', '測', '🔭']) {
      for (const length of [0, 1, 7, 8, 10, 11, 15, 16, 31, 32, 40, 41, 63, 64, 255, 256, 65535, 65536]) {
        const given = unit.repeat(length);
        expect(decodeValue(encodeValue(given))).toBe(given);
        expect(decodeValue(encodeValue(`x${given}y`))).toBe(`x${given}y`);
      }
    }
  });
});

describe('what cannot be stored is named, with its place and a remedy', () => {
  class Antenna {
    readonly dish = 1;
  }

  test.each([
    [undefined, 'cannot encode value: undefined has no form in telescope state; use null'],
    [{ a: [0, 1, 2, undefined] }, 'value.a[3]: undefined'],
    [{ 'x y': { z: () => 1 } }, 'value["x y"].z: a function has no form in telescope state; call it'],
    [[Symbol('s')], 'value[0]: a symbol'],
    [new Date(0), 'an instance of Date has no form in telescope state; store its time in seconds'],
    [tuple(new Set([1])), 'value[0]: an instance of Set has no form in telescope state; store it as a list'],
    [new Map([['k', new Antenna()]]), 'value.k: an instance of Antenna'],
    [new Map([[new Antenna(), 1]]), 'value[a key]: an instance of Antenna'],
    [new Map([[[1], 1]]), 'value[a key]: a list cannot be a key of a dict'],
    [new Map([[tuple([1]), 1]]), 'value[a key]: an instance of Tuple cannot be a key of a dict'],
    [Promise.resolve(1), 'await it first'],
    [new DataView(new ArrayBuffer(1)), 'an instance of DataView'],
    ['abc\udcff', 'the text has a lone surrogate as character 3'],
    [{ ['\ud800'.repeat(50)]: 1 }, 'the text has a lone surrogate as character 0'],
    ['\ud800'.repeat(100), 'lone surrogate'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tested
    [[1, , 3], 'value[1]: undefined'],
  ])('%#', (given, expected) => {
    expect(messageOf(given)).toContain(expected);
  });

  test('a cycle is told from depth', () => {
    const telescope: Record<string, unknown> = { name: 'm' };
    telescope.dishes = [{ telescope }];
    expect(messageOf(telescope)).toBe(
      'cannot encode value.dishes[0].telescope: it contains itself; store it without the cycle',
    );
    expect(encodeValue(1)).toEqual(Uint8Array.of(0xff, 1));
  });

  const nested = (depth: number, wrap: (inner: unknown) => unknown) => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = wrap(value);
    return value;
  };

  test('128 tuples in each other are written, 129 refused, for they would end a Python that reads them', () => {
    const wrap = (x: unknown) => [new Tuple([x])];
    const stored = encodeValue(nested(128, wrap));
    expect(encodeValue(decodeValue(stored, { exact: true }))).toEqual(stored);
    expect(messageOf(nested(129, wrap))).toContain('nested deeper than 128 tuples');
    expect(encodeValue(Array(1000).fill(new Tuple([1])))).toHaveLength(4004);
  });

  test('1024 levels are written and read, 1025 refused', () => {
    for (const wrap of [
      (x: unknown) => [x],
      (x: unknown) => ({ a: x }),
      (x: unknown) => new Map([['a', x]]),
    ]) {
      const stored = encodeValue(nested(1024, wrap));
      expect(encodeValue(decodeValue(stored, { exact: true }))).toEqual(stored);
      expect(messageOf(nested(1025, wrap))).toContain('nested deeper than 1024 levels');
      expect(messageOf(nested(1025, wrap)).length).toBeLessThan(200);
    }
  });

  test('the same object twice is no cycle', () => {
    const shared = { a: 1 };
    expect(decodeValue(encodeValue([shared, shared]))).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test('an error of the value itself passes through as it is', () => {
    const broken = {
      get a(): never {
        throw new TypeError('mine');
      },
    };
    expect(() => encodeValue(broken)).toThrow(new TypeError('mine'));
  });
});

test('a NumPy scalar is written with its own type', () => {
  expect(hex(NpScalar.of('float32', 5.5))).toBe('d704a33c66340000b040');
  expect(hex(NpScalar.of('>f8', 2.5))).toBe('c70c04a33c66380000000000000440');
  expect(hex(NpScalar.of('str', 'ab'))).toBe('c70c04a33c55326100000062000000');
});
