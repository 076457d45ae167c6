import { expect, test } from 'vitest';
import { SensorWindow } from './sensor-window.ts';
import { memberOf } from './time.ts';

const at = (time: number, value = 1) => memberOf(time, Buffer.of(0xff, value));
const long = (time: number, value: number) => memberOf(time, Buffer.alloc(100_000, value));
const startOf = (window: SensorWindow) => window.start && Buffer.from(window.start.at).readDoubleBE();

test('a sample that was read is announced once more at most; announced twice it was removed between', () => {
  const window = new SensorWindow();
  expect(window.read(at(1))).toBe('new');
  expect(window.read(at(1))).toBe('known');
  expect(window.heard(at(1))).toBe('known');
  expect(window.heard(at(1))).toBe('new');
  expect(window.heard(at(2))).toBe('new');
  expect(window.heard(at(2))).toBe('new');
  expect(window.read(at(2))).toBe('known');
});

test('late is what is older than the newest time; another value at that time is not', () => {
  const window = new SensorWindow();
  expect(window.heard(at(5, 7))).toBe('new');
  expect(window.heard(at(5, 3))).toBe('new');
  expect(window.heard(at(4))).toBe('late');
  expect(window.read(at(3))).toBe('late');
  expect(window.heard(at(6))).toBe('new');
});

test('beyond its limit it only counts the oldest samples, all of one time together', () => {
  const window = new SensorWindow(3);
  for (const member of [at(1), at(2, 1), at(2, 2), at(3)]) window.heard(member);
  expect([window.below, startOf(window)]).toEqual([1, 1.0000000000000002]);
  window.heard(at(4));
  expect([window.below, startOf(window)]).toEqual([3, 2.0000000000000004]);
  expect(window.heard(at(2, 3))).toBe('late');
  expect(window.below).toBe(4);
  expect(window.read(at(3))).toBe('known');
});

test('a late sample within the window moves into its place', () => {
  const window = new SensorWindow(3);
  for (const time of [1, 3, 4, 2]) window.heard(at(time));
  expect([window.below, startOf(window)]).toEqual([1, 1.0000000000000002]);
  window.heard(at(5));
  expect([window.below, startOf(window)]).toEqual([2, 2.0000000000000004]);
});

test('while pages are read nothing at or after the position is forgotten', () => {
  const window = new SensorWindow(2);
  for (const time of [10, 20]) window.heard(at(time));
  for (const time of [11, 12, 13]) window.read(at(time));
  window.trim(at(13));
  expect(window.read(at(20))).toBe('known');
  expect([window.below, startOf(window)]).toEqual([3, 12.000000000000002]);
  window.trim();
  expect([window.below, startOf(window)]).toEqual([3, 12.000000000000002]);
});

test('it begins with the last samples of a series, but for a time of which there may be more', () => {
  const window = new SensorWindow();
  window.startWith([at(3), at(2, 2), at(2, 1)], 10);
  expect([window.below, startOf(window)]).toEqual([9, 2.0000000000000004]);
  expect(window.heard(at(3))).toBe('known');
  const all = new SensorWindow();
  all.startWith([at(3), at(2)], 2);
  expect([all.below, all.start]).toEqual([0, undefined]);
  expect(all.heard(at(2))).toBe('known');
});

test('long samples are told apart', () => {
  const window = new SensorWindow();
  expect(window.read(long(1, 1))).toBe('new');
  expect(window.read(long(1, 2))).toBe('new');
  expect(window.read(long(1, 1))).toBe('known');
});

test('members of foreign writers have a place too', () => {
  const window = new SensorWindow(1);
  for (const bytes of [[], [0x78], [0xff, 0xff], Array(8).fill(0xff), Array(9).fill(0xff)]) {
    window.read(Buffer.from(bytes));
    window.trim();
  }
  expect(window.below).toBe(5);
});
