import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { startTicks } from './ticks.ts';

function ticking(rateHz: number, startMs: number) {
  const clock = new ManualClock(startMs);
  const ticks: [timeSeconds: number, missed: number][] = [];
  const stop = startTicks(clock, rateHz, (timeSeconds, missed) => ticks.push([timeSeconds, missed]));
  return { clock, ticks, stop };
}

test('ticks stand on whole multiples of the period, whenever they were started', () => {
  const { clock, ticks } = ticking(10, 1_700_000_000_033);
  clock.advance(300);
  expect(ticks).toEqual([
    [1_700_000_000.1, 0],
    [1_700_000_000.2, 0],
    [1_700_000_000.3, 0],
  ]);
});

test('a period that is no whole number of milliseconds does not drift', () => {
  const { clock, ticks } = ticking(3, 1_700_000_000_000);
  clock.advance(3_600_000);
  expect(ticks).toHaveLength(3 * 3600);
  expect(ticks.at(-1)).toEqual([1_700_003_600, 0]);
});

test('a late timer is one tick for now; those it missed are counted, and the next is in time again', () => {
  const { clock, ticks } = ticking(10, 1_700_000_000_000);
  clock.jump(450);
  clock.advance(50);
  expect(ticks).toEqual([
    [1_700_000_000.4, 3],
    [1_700_000_000.5, 0],
  ]);
});

test('a timer that comes early waits for its tick', () => {
  const { clock, ticks } = ticking(10, 1_700_000_000_000);
  clock.jump(99);
  expect(ticks).toEqual([]);
  clock.advance(1);
  expect(ticks).toEqual([[1_700_000_000.1, 0]]);
});

test('a clock that is set back an hour goes on ticking', () => {
  const { clock, ticks } = ticking(10, 1_700_000_000_000);
  clock.advance(100);
  clock.jump(-3_600_000);
  clock.advance(200);
  expect(ticks.slice(1)).toEqual([
    [1_699_996_400.2, 0],
    [1_699_996_400.3, 0],
  ]);
});

test('stopped, it leaves no timer behind', () => {
  const { clock, ticks, stop } = ticking(10, 1_700_000_000_000);
  clock.advance(100);
  stop();
  clock.advance(1000);
  expect(ticks).toHaveLength(1);
  expect(clock.timers).toBe(0);
});

test('stopped by a tick, it leaves no timer behind', () => {
  const clock = new ManualClock(1_700_000_000_000);
  let ticks = 0;
  const stop = startTicks(clock, 10, () => {
    if (++ticks === 3) stop();
  });
  clock.advance(1000);
  expect(ticks).toBe(3);
  expect(clock.timers).toBe(0);
});
