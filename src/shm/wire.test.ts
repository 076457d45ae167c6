import { describe, expect, test } from 'vitest';
import { readJson } from '../shared/read-json.ts';
import { float } from './field-value.ts';
import { Frame } from './frame.ts';
import { anyShape, shapeOf } from './shape.ts';
import { writeExact, writeJson } from './write-json.ts';

const text = (value: unknown, blank = 'null', checked = false) =>
  writeJson(value, shapeOf(readJson(blank, 'blank')), { what: 'x', checked, strict: false });

// Expected texts are those of json.dumps of Python 3.11.
describe('written as Python writes it', () => {
  test.each([
    [12, 'null', '12'],
    [12, '0', '12'],
    [12, '0.0', '12.0'],
    [12n, '0.0', '12.0'],
    [float(12), '0', '12.0'],
    [0.5, '0', '0.5'],
    [1400000000.25, '0.0', '1400000000.25'],
    [0.1 + 0.2, '0.0', '0.30000000000000004'],
    [1 / 3, '0.0', '0.3333333333333333'],
    [1e16, '0.0', '1e+16'],
    [123456789012345.6, '0.0', '123456789012345.6'],
    [1e20, 'null', '1e+20'],
    [1e-5, '0.0', '1e-05'],
    [0.0001, '0.0', '0.0001'],
    [5e-324, '0.0', '5e-324'],
    [-0, 'null', '-0.0'],
    [2n ** 70n, 'null', '1180591620717411303424'],
    [Number.NaN, '0.0', 'NaN'],
    [Number.NEGATIVE_INFINITY, 'null', '-Infinity'],
    ['batterie é "q", x\\\n\u007f😀', '""', '"batterie \\u00e9 \\"q\\", x\\\\\\n\\u007f\\ud83d\\ude00"'],
    [[1, 2, 2.5], '[0.0, 0.0]', '[1.0, 2.0, 2.5]'],
    [[1, 2], '[0, 0.0]', '[1, 2]'],
    [[], '[0, 0]', '[]'],
    [[true, null, 'a', []], 'null', '[true, null, "a", []]'],
    [{ b: 1, a: { c: 2 } }, '{"b": 0.0}', '{"b": 1.0, "a": {"c": 2}}'],
  ])('%s of a field whose blank value is %s is %s', (value, blank, expected) => {
    expect(text(value, blank)).toBe(expected);
  });

  test('what was read is written as it was', () => {
    const wire =
      '{"ts": 1400000000.75, "sender": "APP", "1": 12.0, "0": [1, 2.0, {"b": NaN, "a": -0.0}], "big": 123456789012345678901234567890}';
    expect(writeExact(readJson(wire, 'x'))).toBe(wire);
  });

  test('the longest strings of digits stay exact', () => {
    const frame = new Frame('F', '{"ts": 0.1, "sender": "a", "n": 9007199254740993, "x": 1e3, "y": -0}');
    expect(frame.values).toEqual({ n: 9007199254740993n, x: 1000, y: 0 });
    expect(frame.exact.get('x')).toEqual(float(1000));
  });
});

test('a field named __proto__ is a field like any other', () => {
  const frame = new Frame('F', '{"ts": 1, "sender": "a", "__proto__": {"__proto__": 1}}');
  expect(Object.keys(frame.values)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

describe('no JSON', () => {
  test.each([
    '',
    '{',
    '{"a"}',
    '{"a": 1,}',
    '[1 2]',
    '[1,]',
    '"a',
    '"a\\',
    '"\\x"',
    '"\n"',
    '01',
    '+1',
    '1.',
    '.5',
    'nan',
    'undefined',
    '{} {}',
    "{'a': 1}",
  ])('%s', (wire) => {
    expect(() => readJson(wire, 'it')).toThrow(/^it is not JSON at character \d+$/);
  });

  test.each(['"\\\\"', '"a\\"b"', '"\\\\\\""', '"\\u00e9"', ' [ ] ', '{ }', '""'])('but %s is', (wire) => {
    expect(writeExact(readJson(wire, 'it'))).toBe(writeExact(JSON.parse(wire)));
  });

  test('nor what would take all the stack, or all the time', () => {
    expect(() => readJson('['.repeat(1e6), 'it')).toThrow(/nests deeper/);
    expect(() => readJson('9'.repeat(5000), 'it')).toThrow(/integer of 5000 digits/);
    expect(readJson(`[${'"a",'.repeat(1e6)}"b"]`, 'it')).toHaveLength(1e6 + 1);
  });
});

describe('a value that no frame can hold', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  test.each([
    ['undefined', [undefined], /x\[0\] is undefined/],
    ['a function', () => 1, /x is a function/],
    ['a symbol', Symbol('s'), /x is a symbol/],
    ['a date', { at: new Date(0) }, /x\.at is a Date/],
    ['an array of numbers', Float64Array.of(1), /x is a Float64Array/],
    ['a map with keys that are no texts', new Map([[1, 2]]), /x is a Map/],
    ['itself', loop, /nests deeper/],
  ])('%s', (_, value, message) => {
    expect(() => text(value)).toThrow(message);
  });

  test.each([
    ['"12"', '0', /x is a text, not a number/],
    ['12', '""', /x is a number, not a text/],
    ['0', 'false', /x is a number, not true or false/],
    [
      'null',
      '0.0',
      /x is null, not a number; where it may be missing, describe it with the blank value null/,
    ],
    ['[1, "a"]', '[0, 0]', /x\[1\] is a text, not a number/],
    ['{"b": 1}', '{"a": 0}', /x has no "a"/],
    ['[]', '{}', /x is a list, not an object/],
  ])('%s where the blank value is %s', (value, blank, message) => {
    expect(() => text(JSON.parse(value), blank, true)).toThrow(message);
  });

  test('NaN and the infinities, if frames are strict', () => {
    const strict = { what: 'x', checked: true, strict: true };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, float(Number.NaN), [[Number.NaN]]]) {
      expect(() => writeJson(value, anyShape, strict)).toThrow(/which JSON has not/);
    }
  });
});
