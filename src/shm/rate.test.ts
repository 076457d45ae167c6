import { expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ticks } from './rate.ts';

test('ticks come at whole multiples of the period; what the work overran is missed, and counted', async () => {
  const clock = new ManualClock(1_700_000_000_030);
  const stop = new AbortController();
  const rate = ticks(clock, 10, stop.signal);
  const first = rate.next();
  clock.advance(70);
  expect(await first).toEqual({ done: false, value: { timeSeconds: 1_700_000_000.1, missed: 0 } });
  // Work of 345 ms: the ticks at .2 and .3 go by, the one at .4 is due when it ends.
  clock.advance(345);
  expect((await rate.next()).value).toEqual({ timeSeconds: 1_700_000_000.4, missed: 2 });
  const next = rate.next();
  clock.advance(55);
  expect((await next).value).toEqual({ timeSeconds: 1_700_000_000.5, missed: 0 });
  const last = rate.next();
  stop.abort();
  expect(await last).toEqual({ done: true, value: undefined });
  expect(clock.timers).toBe(0);
});

test('a rate that is left takes its timer along', async () => {
  const clock = new ManualClock(0);
  const rate = ticks(clock, 1, new AbortController().signal);
  const first = rate.next();
  clock.advance(1000);
  await first;
  await rate.return(undefined);
  expect(clock.timers).toBe(0);
});
