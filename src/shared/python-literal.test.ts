import { expect, test } from 'vitest';
import { jsonOfLiteral } from './python-literal.ts';
import { jsonText } from './python-text.ts';

// What Python's json.dumps(ast.literal_eval(text)) gives, and of nan and inf json.dumps alone.
test.each([
  ['12', '12'],
  ['12.0', '12.0'],
  ['-0.0', '-0.0'],
  ['000', '0'],
  ['-1e400', '-Infinity'],
  ['1e+20', '1e+20'],
  ['1e-07', '1e-07'],
  ['nan', 'NaN'],
  ['-inf', '-Infinity'],
  ['None', 'null'],
  ['[True, False, None]', '[true, false, null]'],
  [
    "['it\\'s', \"a'b\", 'é', '\\xe9\\u20ac\\U0001f600\\n']",
    '["it\'s", "a\'b", "\\u00e9", "\\u00e9\\u20ac\\ud83d\\ude00\\n"]',
  ],
  ['(1, (2,), ())', '[1, [2], []]'],
  ["{'a': 1, 2: [3.5]}", '{"a": 1, "2": [3.5]}'],
  ["[u'\\xe9', 12L]", '["\\u00e9", 12]'],
  ['123456789012345678901234567890', '123456789012345678901234567890'],
])('%s is %s', (literal, json) => {
  expect(jsonOfLiteral(literal)).toBe(json);
});

test.each([
  '',
  '[',
  '[1',
  '[1 2]',
  '__import__("os")',
  '1 + 1',
  "'a",
  '{1}',
  '[1, 2]]',
  'x',
  '['.repeat(200),
])('%s is no literal', (text) => {
  expect(jsonOfLiteral(text)).toBeUndefined();
});

test('long cells take time in proportion, and no stack', () => {
  expect(jsonOfLiteral(`'${'a'.repeat(3e7)}'`)).toHaveLength(3e7 + 2);
  for (const digits of ['0', '1']) expect(jsonOfLiteral(`${digits.repeat(1e6)}x`)).toBeUndefined();
});

test('text is written in ASCII, as Python writes it', () => {
  expect(jsonText('batterie é "q"\u007f\u2028😀\u0000')).toBe(
    '"batterie \\u00e9 \\"q\\"\\u007f\\u2028\\ud83d\\ude00\\u0000"',
  );
});
