import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AlidadeError } from '../../shared/errors.ts';
import { DecodeError } from '../errors.ts';
import {
  Complex,
  decodeValue,
  encodeValue,
  Float,
  formatJson,
  MsgpackTimestamp,
  NdArray,
  NpScalar,
  parseJson,
  repr,
  Tuple,
  type Value,
} from './index.ts';

const bits = fc.bigInt(0n, 2n ** 64n - 1n);
const text = fc.string({ unit: 'binary', maxLength: 60 });
const bytes = fc.uint8Array({ maxLength: 60 });
const dtypes = [
  '|b1',
  '|i1',
  '>i2',
  '<u4',
  '<i8',
  '<f2',
  '>f4',
  '<f8',
  '<c8',
  '<U3',
  '|S5',
  '<M8[25s]',
  '<f16',
];
const struct = [
  ['a', '<i4'],
  ['__proto__', '>f8', [2]],
  ['', '|V3'],
  [['title', 'é'], '<U2'],
] as const;

const dtype = fc.constantFrom(...dtypes, struct);
const array = fc
  .tuple(dtype, fc.array(fc.nat(4), { maxLength: 4 }), fc.boolean(), fc.infiniteStream(fc.nat(255)))
  .map(([type, shape, fortranOrder, stream]) => {
    const count = shape.reduce((product, n) => product * n, 1);
    const size = new NdArray(type, [0], new Uint8Array(0)).dtype.itemSizeBytes * count;
    return new NdArray(type, shape, Uint8Array.from(stream.take(size)), fortranOrder);
  });
const scalar = array
  .filter((a) => a.size > 0)
  .map((a) => new NpScalar(a.dtype, a.data.slice(0, a.dtype.itemSizeBytes)));

const { value } = fc.letrec<{ value: Value; key: Value }>((tie) => ({
  key: fc.oneof(text, text, bytes, fc.maxSafeInteger(), bits, fc.boolean(), fc.constant(null)),
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(null, true, false, 0, -0, 127, 128, -32, -33, 2 ** 53 - 1, 2 ** 53, Number.NaN, -1e300),
      fc.maxSafeInteger(),
      fc.double(),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
      bits.map((b) => Float.fromBits(b)),
      fc.tuple(bits, bits).map(([re, im]) => Complex.fromBits(re, im)),
      text,
      bytes,
      array,
      scalar,
      fc
        .tuple(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.nat(999_999_999))
        .map(([seconds, nanoseconds]) => new MsgpackTimestamp(seconds, nanoseconds)),
    ),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.array(tie('value'), { maxLength: 20 }).map((items) => new Tuple(items)),
    fc.dictionary(fc.oneof(text, fc.constantFrom('$', '$tuple', '$$x', '__proto__', '7')), tie('value'), {
      maxKeys: 20,
      noNullPrototype: true,
    }),
    fc.array(fc.tuple(tie('key'), tie('value')), { maxLength: 20 }).map((pairs) => new Map(pairs)),
  ),
}));

test('an exact read is written again as the same bytes', () => {
  fc.assert(
    fc.property(value, (given) => {
      // Keys that are equal as bytes are merged by the first reading.
      const stored = encodeValue(decodeValue(encodeValue(given), { exact: true }));
      expect(encodeValue(decodeValue(stored, { exact: true }))).toEqual(stored);
    }),
    { numRuns: 150 },
  );
});

test('values without repeated keys are stored as the very bytes they are read from', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(array, scalar, text, bytes, fc.double(), bits)), (given) => {
      const stored = encodeValue(given);
      expect(encodeValue(decodeValue(stored, { exact: true }))).toEqual(stored);
    }),
  );
});

test('JSON text keeps every bit', () => {
  fc.assert(
    fc.property(value, (given) => {
      const exact = decodeValue(encodeValue(given), { exact: true });
      expect(encodeValue(parseJson(formatJson(exact)))).toEqual(encodeValue(exact));
    }),
    { numRuns: 150 },
  );
});

test('reading never changes with the memory the bytes lie in, nor shares it', () => {
  fc.assert(
    fc.property(value, fc.nat(9), (given, offset) => {
      const stored = encodeValue(given);
      const pool = Buffer.alloc(stored.length + 20, 0xff);
      const slice = pool.subarray(offset, offset + stored.length);
      slice.set(stored);
      const read = decodeValue(slice, { exact: true });
      const again = encodeValue(read);
      pool.fill(0xff);
      expect(encodeValue(read)).toEqual(again);
    }),
  );
});

test('repr stays within its length', () => {
  fc.assert(
    fc.property(value, fc.integer({ min: 10, max: 100 }), (given, maxLength) => {
      expect(repr(given, maxLength).length).toBeLessThanOrEqual(maxLength + 3);
    }),
  );
});

test('random bytes are read or refused with a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      readsOrRefuses(noise);
      readsOrRefuses(Uint8Array.of(0xff, ...noise));
    }),
    { numRuns: 600 },
  );
});

test('damaged values are read or refused with a DecodeError', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.oneof(value, array, scalar), damage, fc.nat(), (given, changes, cut) => {
      const stored = encodeValue(given);
      for (const [at, byte] of changes) stored[1 + (at % (stored.length - 1))] = byte;
      readsOrRefuses(stored);
      readsOrRefuses(stored.subarray(0, 1 + (cut % stored.length)));
    }),
    { numRuns: 600 },
  );
});

test('random text is JSON or refused with an error of ours', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"$tuple"',
    '"$ndarray"',
    '"$map"',
    ':',
    ',',
    '1',
    '1.0',
    '-0',
    '"a"',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 15 }), (parts) => {
      try {
        encodeValue(parseJson(parts.join('')));
      } catch (error) {
        expect(error).toBeInstanceOf(AlidadeError);
      }
    }),
    { numRuns: 600 },
  );
});

function readsOrRefuses(stored: Uint8Array): void {
  for (const exact of [false, true]) {
    let read: Value;
    try {
      read = decodeValue(stored, { exact });
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError);
      continue;
    }
    // What is read can be shown and written.
    repr(read);
    const bytesAgain = encodeValue(read);
    if (exact) expect(encodeValue(decodeValue(bytesAgain, { exact }))).toEqual(bytesAgain);
  }
}
