import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueScale } from './ticks.ts';
import { timeAxis } from './time-ticks.ts';

const labels = (min: number, max: number, count = 5) =>
  valueScale(min, max, count).ticks.map(({ label }) => label);

test.each([
  [0.3, 9.6, ['2', '4', '6', '8']],
  [-31.7, -30.1, ['−31.5', '−31.0', '−30.5']],
  [0.1, 0.7, ['0.2', '0.4', '0.6']],
  [898.01, 898.03, ['898.010', '898.015', '898.020', '898.025', '898.030']],
  [1.284e9, 1.284e9 + 4000, ['1.284000e9', '1.284001e9', '1.284002e9', '1.284003e9', '1.284004e9']],
  [2e-9, 8e-9, ['2e−9', '4e−9', '6e−9', '8e−9']],
  [5, 5, ['4.8', '4.9', '5.0', '5.1', '5.2']],
  [0, 0, ['−1.0', '−0.5', '0.0', '0.5', '1.0']],
])('values from %d to %d are marked at round numbers', (min, max, expected) => {
  expect(labels(min, max)).toEqual(expected);
});

test('any values lie within their scale, with a handful of distinct marks in order', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 2, max: 8 }), (a, b, count) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const { min, max, ticks } = valueScale(low, high, count);
      if (Math.abs(a) < 1e300 && Math.abs(b) < 1e300) expect(min <= low && max >= high).toBe(true);
      expect(ticks.length).toBeLessThan(30);
      expect(ticks.every(({ value }, i) => i === 0 || value > (ticks[i - 1]?.value ?? value))).toBe(true);
    }),
  );
});

const at = (text: string) => Date.parse(text) / 1000;
const axis = (from: string, to: string, width = 80) => {
  const { ticks, title } = timeAxis(at(from), at(to), (length) => width / (length + 4));
  return [title, ...ticks.map(({ label }) => label)];
};

test.each([
  [
    '2026-03-01T12:00:00.0Z',
    '2026-03-01T12:00:00.3Z',
    ['2026-03-01 UTC', '12:00:00.0', '12:00:00.1', '12:00:00.2', '12:00:00.3'],
  ],
  [
    '2026-03-01T12:00:01Z',
    '2026-03-01T12:00:31Z',
    ['2026-03-01 UTC', '12:00:05', '12:00:10', '12:00:15', '12:00:20', '12:00:25', '12:00:30'],
  ],
  [
    '2026-03-01T22:30:00Z',
    '2026-03-02T01:30:00Z',
    ['2026-03-01 to 2026-03-02 UTC', '22:30', '23:00', '23:30', '03-02', '00:30', '01:00', '01:30'],
  ],
  [
    '2026-02-27T00:00:00Z',
    '2026-03-03T00:00:00Z',
    [
      '2026-02-27 to 2026-03-03 UTC',
      '02-27',
      '12:00',
      '02-28',
      '12:00',
      '03-01',
      '12:00',
      '03-02',
      '12:00',
      '03-03',
    ],
  ],
  [
    '2025-11-05T00:00:00Z',
    '2026-08-05T00:00:00Z',
    ['2025-11-05 to 2026-08-05 UTC', '2026-01', '2026-04', '2026-07'],
  ],
  [
    '1970-01-01T00:00:00Z',
    '2026-08-05T00:00:00Z',
    ['1970-01-01 to 2026-08-05 UTC', '1970', '1980', '1990', '2000', '2010', '2020'],
  ],
])('times from %s to %s are marked at round times', (from, to, expected) => {
  expect(axis(from, to)).toEqual(expected);
});

test('any span of time has marks within it, no more than there is room for', () => {
  const time = fc.double({ min: 0, max: 1e12, noNaN: true });
  fc.assert(
    fc.property(time, time, (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b) + 1e-5];
      const { ticks } = timeAxis(from, to, (length) => 80 / (length + 4));
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every(({ value }) => value >= from && value <= to)).toBe(true);
    }),
  );
});
