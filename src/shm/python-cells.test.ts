import { expect, test } from 'vitest';
import { csvRow, frameCells } from './python-cells.ts';

// Expected rows are those of csv.writer(f, delimiter=',').writerow(json.loads(text).values()) of Python 3.11.
test.each([
  ['{"ts": 1.5, "sender": "APP", "x": 12.0}', '1.5,APP,12.0'],
  ['{"ts": 1.5, "sender": "APP", "x": 12}', '1.5,APP,12'],
  ['{"ts": 1.5, "sender": "APP", "x": null, "y": true, "z": false}', '1.5,APP,,True,False'],
  ['{"ts": 1e+20, "sender": "APP", "x": NaN, "y": -Infinity}', '1e+20,APP,nan,-inf'],
  ['{"ts": 1.0, "sender": "A,B", "x": "a \\"q\\"\\n"}', '1.0,"A,B","a ""q""\n"'],
  [
    '{"ts": 1.0, "sender": "\\u00e9", "x": ["\\u00e9", "it\'s", 1, 2.50, null, true, [], {}]}',
    '1.0,é,"[\'é\', ""it\'s"", 1, 2.5, None, True, [], {}]"',
  ],
  ['{"ts": 1.0, "sender": "", "x": {"a": [1, {"b": 1e-07}]}}', "1.0,,\"{'a': [1, {'b': 1e-07}]}\""],
  ['{"ts": 1.0, "sender": "", "x": 123456789012345678901234567890}', '1.0,,123456789012345678901234567890'],
])('%s is the row %j', (json, row) => {
  expect(csvRow(frameCells(json).cells)).toBe(`${row}\r\n`);
});

test('names of fields come in their order', () => {
  expect(frameCells('{"ts": 1.0, "sender": "", "2": 1, "1": 2}').fields).toEqual(['ts', 'sender', '2', '1']);
});

test.each([
  '',
  'x',
  '[1]',
  '{"a": 1',
  '{"a" 1}',
  '{"a": 01x}',
  '{"a": 1} 2',
  `{"a": ${'['.repeat(200)}${']'.repeat(200)}}`,
])('%s is not a frame', (json) => {
  expect(() => frameCells(json)).toThrow(/not JSON|not a JSON object|nests deeper/);
});
