import type { Clock } from '../shared/clock.ts';
import { startTicks } from '../shared/ticks.ts';

/** A moment at which work is due. */
export interface Tick {
  /** Unix seconds: a whole multiple of the period. */
  readonly timeSeconds: number;
  /** Ticks before this one that went by, because the work of another took longer than its period. */
  readonly missed: number;
}

/**
 * Keeps a rate without drift: the ticks stand on whole multiples of the period, however long the work of each takes.
 * What is missed is not made up for, but counted. Ends with the signal.
 *
 * @example
 * for await (const { timeSeconds } of ticks(systemClock, 10, signal)) console.log(timeSeconds); // ….0, ….1, ….2
 */
export async function* ticks(clock: Clock, rateHz: number, signal: AbortSignal): AsyncGenerator<Tick> {
  let due: Tick | undefined;
  let wake = () => {};
  const stop = startTicks(clock, rateHz, (timeSeconds, missed) => {
    due = { timeSeconds, missed: missed + (due === undefined ? 0 : due.missed + 1) };
    wake();
  });
  const end = () => wake();
  signal.addEventListener('abort', end);
  try {
    while (!signal.aborted) {
      if (due === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        const tick: Tick = due;
        due = undefined;
        yield tick;
      }
    }
  } finally {
    signal.removeEventListener('abort', end);
    stop();
  }
}
