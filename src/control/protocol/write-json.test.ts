import { expect, test } from 'vitest';
import { float } from '../../shared/exact-value.ts';
import { compactStyle, pythonStyle, writeJson } from './write-json.ts';

test.each([
  [
    '{"b": [1, 1.0, 1.5], "a": "\\u00b5\\"\\n"}',
    '{"a":"µ\\"\\n","b":[1,1.0,1.5]}',
    { b: [1, float(1), 1.5], a: 'µ"\n' },
  ],
  ['1e+300', '1e300', float(1e300)],
  ['1.5e-07', '1.5e-7', 1.5e-7],
  ['1e+20', '100000000000000000000.0', float(1e20)],
  ['-0.0', '-0.0', -0],
  ['1180591620717411303424', '1180591620717411303424', 2n ** 70n],
  ['[null, null]', '[null,null]', [Number.NaN, float(Number.POSITIVE_INFINITY)]],
  ['{"z": null}', '{"z":null}', new Map([['z', null]])],
  ['[true, false, null, {}, []]', '[true,false,null,{},[]]', [true, false, null, {}, []]],
])('%s of Python is %s of C++', (python, compact, value) => {
  expect(writeJson(value, pythonStyle)).toBe(python);
  expect(writeJson(value, compactStyle)).toBe(compact);
});

const endless: unknown[] = [];
endless.push(endless);

test.each([
  [undefined, 'undefined'],
  [() => 1, 'a function'],
  [new Date(0), 'a Date'],
  [[undefined], 'undefined'],
  [new Map([[1, 2]]), 'a Map'],
  [endless, 'deeper than 100'],
])('what no message can carry is refused by its name', (value, name) => {
  expect(() => writeJson(value, compactStyle)).toThrow(name);
});
