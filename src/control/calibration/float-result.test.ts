import { expect, test } from 'vitest';
import { givesFloat } from './float-result.ts';

test.each([
  '1.*3',
  '2*1.0',
  '.5*4',
  '2*+1.50E+01',
  '1e3',
  '4/2',
  'sqrt(4)',
  'math.fabs(-4)',
  'times3(1)',
  '2*pi/pi',
  'float("3")',
  'int(2.5) + 0.5',
  '1.0//0.3',
])('%s gives a float', (expression) => {
  expect(givesFloat(expression, ['times3'])).toBe(true);
});

test.each([
  '3',
  '2*3',
  '2**10',
  '7//2',
  '0x1e5',
  'int(2.5)',
  'int("1.5".split(".")[0])',
  'len("1.5/2")',
  '"1.5"',
  '3 if "a/b" else 4',
  'times3x + 1',
  '5 << 3',
])('%s does not', (expression) => {
  expect(givesFloat(expression, ['times3'])).toBe(false);
});
