import { describe, expect, test } from 'vitest';
import { isAlidadeError } from '../../shared/errors.ts';
import { EncodeError } from '../errors.ts';
import {
  Complex,
  decodeValue,
  encodeValue,
  Float,
  float,
  formatJson,
  MsgpackTimestamp,
  NdArray,
  NpScalar,
  parseJson,
  repr,
  tuple,
  type Value,
} from './index.ts';

describe('numbers keep what they are', () => {
  test.each([
    ['1', 1],
    ['-7', -7],
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740993', 2n ** 53n + 1n],
    ['18446744073709551615', 2n ** 64n - 1n],
    ['1.0', float(1)],
    ['-0.0', float(-0)],
    ['1.5', float(1.5)],
    ['100000000000000000000.0', float(1e20)],
    ['1e+30', float(1e30)],
    ['1e-7', float(1e-7)],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(formatJson(value)).toBe(text);
  });

  test('a plain number is written as what it would be stored as', () => {
    expect(formatJson([1, -0, 0.5, 2 ** 53])).toBe('[1,-0.0,0.5,9007199254740992.0]');
    expect(parseJson('-0')).toBe(0);
    expect(parseJson('1E2')).toEqual(float(100));
  });
});

describe('what JSON lacks', () => {
  test.each<[string, Value]>([
    ['{"$tuple":[1,{"$tuple":[]}]}', tuple(1, tuple())],
    ['{"$bytes":"AP8="}', Uint8Array.of(0, 255)],
    ['{"$complex":[0.5,{"$float":"nan"}]}', new Complex(0.5, Number.NaN)],
    ['{"$float":"nan"}', float(Number.NaN)],
    ['{"$float":"-inf"}', float(Number.NEGATIVE_INFINITY)],
    ['{"$float":"fff0000000000001"}', Float.fromBits(0xfff0000000000001n)],
    ['{"$ndarray":{"dtype":"<i2","shape":[2],"data":"AQACAA=="}}', NdArray.of('<i2', [1, 2])],
    [
      '{"$ndarray":{"dtype":"|u1","shape":[2,2],"fortran":true,"data":"AQIDBA=="}}',
      new NdArray('|u1', [2, 2], Uint8Array.of(1, 2, 3, 4), true),
    ],
    [
      '{"$npscalar":{"dtype":[["a","|i1",[2]]],"data":"AQI="}}',
      new NpScalar([['a', '|i1', [2]]], Uint8Array.of(1, 2)),
    ],
    ['{"$timestamp":[-1,5]}', new MsgpackTimestamp(-1n, 5)],
    [
      '{"$map":[[1,"a"],[{"$bytes":""},null]]}',
      new Map<Value, Value>([
        [1, 'a'],
        [new Uint8Array(0), null],
      ]),
    ],
    [
      '{"$map":[["b",1],["7",2]]}',
      new Map([
        ['b', 1],
        ['7', 2],
      ]),
    ],
    ['{"$$tuple":1}', { $tuple: 1 }],
    ['{"$$":1}', { $: 1 }],
    ['{"$$$x":{"$$ref":null}}', { $$x: { $ref: null } }],
    ['{"$tuple":1,"b":2}', { $tuple: 1, b: 2 }],
  ])('%s', (text, value) => {
    expect(parseJson(text)).toEqual(value);
    expect(formatJson(value)).toBe(text);
  });

  test('arrays and scalars can be written by hand', () => {
    expect(parseJson('{"$ndarray": {"dtype": "float32", "values": [[1, 2.5]]}}')).toEqual(
      NdArray.of('<f4', [[1, 2.5]]),
    );
    expect(parseJson('{"$npscalar": {"dtype": "uint8", "value": 7}}')).toEqual(NpScalar.of('uint8', 7));
    expect(parseJson('{"$ndarray": {"dtype": "<U2", "values": ["ab"]}}')).toEqual(NdArray.of('<U2', ['ab']));
  });

  test('a Map of text keys is an object', () => {
    expect(formatJson(new Map([['a', 1]]))).toBe('{"a":1}');
  });

  test('a key __proto__ is a key', () => {
    const value = parseJson('{"__proto__": 1, "$__proto__": 2}') as object;
    expect(Object.keys(value)).toEqual(['__proto__', '$__proto__']);
    expect(Object.keys(parseJson('{"$$__proto__": 2}') as object)).toEqual(['$__proto__']);
  });
});

describe('refused', () => {
  test.each(['', 'm062', '{', '[1,]', '01', 'NaN', "'a'", `${'['.repeat(200_000)}`])(
    '%.20s is not JSON',
    (text) => {
      let thrown: unknown;
      try {
        parseJson(text);
      } catch (error) {
        thrown = error;
      }
      expect(isAlidadeError(thrown, 'ALI_USAGE')).toBe(true);
    },
  );

  test.each([
    ['{"$touple": [1]}', 'for a plain key write "$$touple"'],
    ['{"$tuple": 1}', '"$tuple" in JSON needs a list'],
    ['{"$bytes": "a"}', 'base64'],
    ['{"$bytes": [1]}', 'base64'],
    ['{"$float": "one"}', '"nan"'],
    ['{"$complex": [1]}', 'a list of 2'],
    ['{"$complex": [1, "2"]}', 'two numbers'],
    ['{"$map": [[1]]}', 'a list of 2'],
    ['{"$ndarray": {"dtype": "<f4", "shape": [2], "data": ""}}', 'has 8 bytes, not 0'],
    ['{"$ndarray": {"dtype": "quaternion", "shape": [2], "data": ""}}', 'not a NumPy dtype'],
    ['{"$ndarray": {"shape": ["2"], "dtype": "<f4", "data": ""}}', 'whole number'],
    ['{"$ndarray": 5}', 'needs an object'],
    ['{"$npscalar": {"value": 1}}', 'a dtype is a text'],
    ['{"$timestamp": [0, 1000000000]}', 'nanoseconds'],
    ['9'.repeat(5000), '5000 digits'],
  ])('%.50s', (text, message) => {
    expect(() => parseJson(text)).toThrow(EncodeError);
    expect(() => parseJson(text)).toThrow(message);
  });
});

describe('the order of keys, which the wire keeps', () => {
  const keysOf = (text: string) => repr(decodeValue(encodeValue(parseJson(text)), { exact: true }));

  test.each([
    ['{"b": 1, "7": 2}', "{'b': 1, '7': 2}"],
    ['{"10": 1, "2": 2}', "{'10': 1, '2': 2}"],
    [
      '{"x": {"b": "\\"7\\":", "\\u0037": [{"1": 0, "0": 0}]}}',
      `{'x': {'b': '"7":', '7': [{'1': 0, '0': 0}]}}`,
    ],
    ['{"b": {"$tuple": [1]}, "7": 2.0}', "{'b': (1,), '7': 2.0}"],
    ['{"$$x": 1, "7": {"$$x": 1}}', "{'$$x': 1, '7': {'$x': 1}}"],
    ['{"7": 1, "b": 2, "7": 3}', "{'7': 3, 'b': 2}"],
  ])('%s', (text, expected) => {
    expect(keysOf(text)).toBe(expected);
  });

  test('a plain object stays one where its keys stand in the order that JavaScript gives them', () => {
    expect(parseJson('{"2": 1, "10": 2, "b": 3}')).toEqual({ 2: 1, 10: 2, b: 3 });
  });

  test('what only looks like it is refused soon', () => {
    expect(() => parseJson(`{"7":1} "${'\\"'.repeat(200_000)}`)).toThrow(/not JSON/);
  });

  test('it is kept in time that grows with the text', () => {
    const items = Array.from({ length: 100_000 }, (_, i) => `"${i % 1000}":${i}`).join(',');
    expect(parseJson(`{"x":1,${items}}`)).toHaveProperty('size', 1001);
  });
});
