import { expect, test } from 'vitest';
import { float } from '../../shared/exact-value.ts';
import { parseArguments } from './arguments.ts';

const valueIn = (text: string) => parseArguments([text]).values[0];

test.each([
  ['1', 1],
  ['-7', -7],
  ['+7', 7],
  ['1.5', float(1.5)],
  ['1.0', float(1)],
  ['-1e3', float(-1000)],
  ['.5', float(0.5)],
  ['1_000', 1000],
  ['0x1F', 31],
  ['123456789012345678901234567890', 123456789012345678901234567890n],
  ['true', true],
  ['FALSE', false],
  ['None', null],
  ['nil', null],
  ['null', null],
  ['[1, 2.0, "a"]', [1, float(2), 'a']],
  ["['a', None, True]", ['a', null, true]],
  ['[null, true]', [null, true]],
  ['(1, 2)', [1, 2]],
  ['{"a": 1}', new Map([['a', 1]])],
  ["{'a': [1.5]}", new Map([['a', [float(1.5)]]])],
  ['"1"', '1'],
  ["'a=b'", 'a=b'],
])('%s is a value of Python or JSON', (text, value) => {
  expect(valueIn(text)).toEqual(value);
});

test.each([
  'OPEN',
  '007',
  '1,5',
  '1.2.3',
  'nan',
  '[1, 2',
  "it's",
  'two words',
  '*IDN?',
  '',
  'http://x?a=b',
  '1-2',
])('%s is text as it stands', (text) => {
  expect(valueIn(text)).toBe(text);
});

test('name=value is a value by its name, and the others keep their order', () => {
  const { values, keyed } = parseArguments(['3', 'force=True', 'a', 'list=[1,2]', 'text=a=b']);
  expect(values).toEqual([3, 'a']);
  expect([...keyed]).toEqual([
    ['force', true],
    ['list', [1, 2]],
    ['text', 'a=b'],
  ]);
});
