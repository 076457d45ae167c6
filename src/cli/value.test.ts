import { expect, test } from 'vitest';
import { float, tuple } from '../telstate/index.ts';
import { parseValue } from './value.ts';

test('JSON is read without loss', () => {
  expect(parseValue('1')).toBe(1);
  expect(parseValue('1.0')).toEqual(float(1));
  expect(parseValue('9007199254740993')).toBe(9007199254740993n);
  expect(parseValue(' [1, "a", null] ')).toEqual([1, 'a', null]);
  expect(parseValue('"1.0"')).toBe('1.0');
  expect(parseValue('{"$tuple": [1, 2]}')).toEqual(tuple(1, 2));
});

test('what is not JSON is text', () => {
  for (const text of ['', 'MKE-062', '007', '1,5', 'nan', "'a'", '[1, 2', '{a: 1}', 'True']) {
    expect(parseValue(text)).toBe(text);
  }
});

test('JSON with a malformed special object is refused, not taken for text', () => {
  expect(() => parseValue('{"$tuple": 1}')).toThrow(/tuple/);
});

test('JSON that is nested too deep is refused, not taken for text', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(() => parseValue(deep)).toThrow(/nested too deep/);
});
