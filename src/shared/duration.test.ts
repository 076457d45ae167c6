import { expect, test } from 'vitest';
import { durationText, parseDurationMs } from './duration.ts';

test.each([
  ['10s', 10_000],
  ['500ms', 500],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['0.5', 500],
  ['0s', 0],
  ['7d', 604_800_000],
])('%s lasts %d ms', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test.each(['', '-1s', '10 s', 'ten', '1.2.3', 's'])("'%s' is not a length of time", (text) => {
  expect(() => parseDurationMs(text)).toThrow(/is not a length of time/);
});

test.each([
  [604_800_000, '7d'],
  [5_400_000, '90m'],
  [90_000, '90s'],
  [1_500, '1500ms'],
])('%i ms is written %s, and read again as the same', (ms, text) => {
  expect(durationText(ms)).toBe(text);
  expect(parseDurationMs(text)).toBe(ms);
});
