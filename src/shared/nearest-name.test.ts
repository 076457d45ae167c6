import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const known = ['units', 'description', 'simulate'];

test.each([
  ['unit', 'units'],
  ['untis', 'units'],
  ['Units', 'units'],
  ['desciption', 'description'],
  ['similate', 'simulate'],
])('%s means %s', (found, meant) => {
  expect(nearestName(found, known)).toBe(meant);
});

test.each(['', 'rate', 'elevation', 'un'])("'%s' is near to none of them", (found) => {
  expect(nearestName(found, known)).toBeUndefined();
});
