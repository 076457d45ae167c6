import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactText, readJson } from './json.ts';

test.each([
  ['{"a": 1,}', "f:1:8: JSON has no comma before '}'"],
  ['[1, 2,\n]', "f:1:6: JSON has no comma before ']'"],
  ['// settings\n{"a": 1}', 'f:1:1: JSON has no comments'],
  ['{"a": /* one */ 1}', 'f:1:7: JSON has no comments'],
  ['# settings\n{}', 'f:1:1: JSON has no comments'],
  ['{"a": 1,\n  "b": {"c": 1, "d": 2,\n "c": 3}}', 'f:3:2: the key "c" is there twice'],
  ["{'a': 1}", 'f:1:2: expected a name in double quotes, found "\'"'],
  ['{a: 1}', 'f:1:2: expected a name in double quotes, found "a"'],
  ['{"a" 1}', 'f:1:6: expected a colon after "a", found "1"'],
  ['{"a": 1 "b": 2}', "f:1:9: expected ',' or '}', found \"\\\"\""],
  ['{"a": 01}', 'f:1:7: expected a JSON value, found "0"'],
  ['{"a": NaN}', 'f:1:7: expected a JSON value, found "N"'],
  ['{"a": 1.}', 'f:1:7: expected a JSON value, found "1"'],
  ['{"a": +1}', 'f:1:7: expected a JSON value, found "+"'],
  ['{"a": "x', 'f:1:7: the text that begins here has no end'],
  ['{"a": "x\ny"}', 'f:1:9: a control character (\\n) inside of text; write it as an escape'],
  ['{"a": "\\x41"}', 'f:1:7: an escape in this text is none of JSON'],
  ['{"a": "\\ud800"}', 'f:1:7: this text holds half a character (a lone surrogate)'],
  ['{"a": 1', "f:1:8: the text ends where ',' or '}' should be"],
  ['', 'f:1:1: the text ends where a JSON value should be'],
  ['{} {}', 'f:1:4: expected nothing more after the end of the JSON value, found "{"'],
])('%j is refused with its place', (text, message) => {
  expect(() => readJson(text, 'f')).toThrow(
    expect.objectContaining({ code: 'ALI_CONFIGURATION', exitCode: 2, message }),
  );
});

test('values that are nested without end are refused', () => {
  expect(() => readJson('['.repeat(1_000_000), 'f')).toThrow(/f:1:102: values are nested more than 100 deep/);
});

test('numbers stay as they were written, and an object keeps its order', () => {
  const text = '{"b":1.0,"a":-0,"10":1E+5,"2":12345678901234567890,"__proto__":[]}';
  expect(compactText(readJson(text, 'f'))).toBe(text);
});

test('what JSON.stringify writes is read as it is, with or without spaces', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), fc.constantFrom(0, 2, '\t'), (value, space) => {
      const wellFormed = JSON.stringify(value);
      fc.pre(!/\\ud[89a-f]/i.test(wellFormed));
      expect(compactText(readJson(JSON.stringify(value, null, space), 'f'))).toBe(wellFormed);
    }),
  );
});

test('whatever is not JSON for JSON.parse is not JSON here', () => {
  const text = fc.string({ unit: fc.constantFrom(...'{}[]:,"\\ue0123.-+ tfn', 'true', 'null', '"a"', '\n') });
  fc.assert(
    fc.property(text, (some) => {
      let parsed: unknown;
      try {
        parsed = JSON.parse(some);
      } catch {
        expect(() => readJson(some, 'f')).toThrow(expect.objectContaining({ code: 'ALI_CONFIGURATION' }));
        return;
      }
      const read = (() => {
        try {
          return compactText(readJson(some, 'f'));
        } catch (error) {
          return String(error);
        }
      })();
      if (!/twice|surrogate/.test(read)) expect(JSON.parse(read)).toEqual(parsed);
    }),
    { numRuns: 2000 },
  );
});
