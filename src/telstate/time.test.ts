import { expect, test } from 'vitest';
import { DecodeError, InvalidTimestampError } from './errors.ts';
import { memberOf, packTime, packTimeAfter, splitMember, unpackTime, wallClock } from './time.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('the order of packed times is the order of times', () => {
  const times = [0, 5e-324, 1e-300, 0.1, 1, 1.5, 1763629769.123, 1763629769.1230001, 1e18, Number.MAX_VALUE];
  const packed = times.map((time) => hex(packTime(time)));
  expect(packed.toSorted()).toEqual(packed);
  expect(times.map((time) => unpackTime(packTime(time)))).toEqual(times);
});

test('minus zero is packed as zero', () => {
  expect(hex(packTime(-0))).toBe('0000000000000000');
});

test.each([
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  -5e-324,
  '12' as unknown as number,
  null as unknown as number,
])('%s is no time of a sample', (time) => {
  expect(() => memberOf(time, Buffer.of(0xff, 1))).toThrow(InvalidTimestampError);
});

test('what follows a time in byte order follows all its samples and no others', () => {
  const last = memberOf(12, Buffer.alloc(20, 0xff));
  expect(Buffer.compare(last, packTimeAfter(12))).toBe(-1);
  expect(Buffer.compare(packTimeAfter(12), packTime(12.000000000000002))).toBe(0);
});

test('a member gives back its time and its value', () => {
  const { timeSeconds, encoded } = splitMember(memberOf(1.5, Buffer.of(0xff, 1)));
  expect([timeSeconds, hex(encoded)]).toEqual([1.5, 'ff01']);
});

test('a member that is too short for a time cannot be read', () => {
  expect(() => splitMember(Buffer.alloc(7))).toThrow(DecodeError);
});

test('the clock tells apart what happens within a millisecond, and stays within it', () => {
  let monotonicMs = 100.25;
  let wallMs = 1_700_000_000_000;
  const clock = wallClock(
    () => Math.floor(wallMs),
    () => monotonicMs,
  );
  const told: number[] = [];
  for (let i = 0; i < 5000; i++) {
    monotonicMs += 0.01;
    wallMs += 0.01;
    const time = clock();
    expect(Math.abs(time * 1000 - wallMs)).toBeLessThanOrEqual(1.001);
    told.push(time);
  }
  expect(new Set(told).size).toBe(told.length);
  expect(told.toSorted((a, b) => a - b)).toEqual(told);
});

test('the clock follows when the time of day is set', () => {
  let wallMs = 1_700_000_000_000;
  let monotonicMs = 0;
  const clock = wallClock(
    () => wallMs,
    () => monotonicMs,
  );
  for (const stepMs of [3_600_000, -7_200_000]) {
    wallMs += stepMs;
    monotonicMs += 1;
    expect(clock() * 1000).toBeCloseTo(wallMs, 0);
  }
});
