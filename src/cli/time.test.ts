import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isAlidadeError } from '../shared/errors.ts';
import { formatTime, parseTime } from './time.ts';

const now = () => 1_700_000_100.25;

test.each([
  ['1700000000', 1_700_000_000],
  ['1700000000.5', 1_700_000_000.5],
  ['0', 0],
  ['1.7e9', 1_700_000_000],
  ['now', 1_700_000_100.25],
  ['-10s', 1_700_000_090.25],
  ['-250ms', 1_700_000_100],
  ['-5m', 1_699_999_800.25],
  ['-1.5h', 1_699_994_700.25],
  ['-1d', 1_699_913_700.25],
  ['1970-01-02', 86_400],
  ['2023-11-14T22:13:20Z', 1_700_000_000],
  ['2023-11-14 22:13:20.125', 1_700_000_000.125],
  ['2023-11-14T23:13:20+01:00', 1_700_000_000],
  ['2023-11-14T17:43-0430', 1_699_999_980],
  ['2024-02-29', 1_709_164_800],
])('the time %s is %d', (text, expected) => {
  expect(parseTime(text, now)).toBe(expected);
});

test.each([
  '',
  'yesterday',
  '-10',
  '10s',
  '-10x',
  '2023-02-29',
  '2023-13-01',
  '2023-11-14T24:00',
  '2023-11-14T22',
  '2023-11-14T22:13+24:00',
  '2023-11-14T22:13-01:60',
  'nan',
  'inf',
])("'%s' is not a time", (text) => {
  expect(() => parseTime(text, now)).toThrow(/is not a time: give Unix seconds/);
});

test('times are shown in UTC to the microsecond', () => {
  expect(formatTime(1_700_000_000)).toBe('2023-11-14T22:13:20.000000Z');
  expect(formatTime(1_700_000_000.123456)).toBe('2023-11-14T22:13:20.123456Z');
  expect(formatTime(1_999_999.9999999)).toBe('1970-01-24T03:33:20.000000Z');
  expect(formatTime(0)).toBe('1970-01-01T00:00:00.000000Z');
  expect(formatTime(1e300)).toBe('1e+300');
});

test('a time that is shown can be given back, to the microsecond', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4e9, noNaN: true }), (time) => {
      expect(Math.abs(parseTime(formatTime(time), now) - time)).toBeLessThan(1e-6);
    }),
  );
});

test('any text is a time or ALI_USAGE', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        expect(parseTime(text, now)).not.toBeNaN();
      } catch (error) {
        if (!isAlidadeError(error, 'ALI_USAGE')) throw error;
      }
    }),
  );
});
