import type { Clock } from './clock.ts';

/** A clock that is set back further than this begins a new count; below, the tick is waited for. */
const setBackMs = 1000;

/**
 * Calls back at every whole multiple of a period of Unix time: at 10 Hz at .0, .1, .2 of each second, for ever, however
 * late single calls are. Ticks whose time went by while the process was busy, stopped or asleep are not made up for, but
 * counted.
 *
 * @param onTick gets the time that the tick stands for, and how many ticks were missed just before it
 * @returns the function that ends it, also when a tick calls it
 */
export function startTicks(
  clock: Clock,
  rateHz: number,
  onTick: (timeSeconds: number, missed: number) => void,
): () => void {
  let cancel: () => void;
  let isEnded = false;
  const tickAt = (timeMs: number) => Math.floor((timeMs / 1000) * rateHz);
  let due = tickAt(clock.nowMs()) + 1;
  const wait = () => {
    cancel = clock.after(Math.ceil((due / rateHz) * 1000 - clock.nowMs()), onTimer);
  };
  const onTimer = () => {
    const nowMs = clock.nowMs();
    const current = tickAt(nowMs);
    const earlyMs = (due / rateHz) * 1000 - nowMs;
    if (current >= due) {
      const missed = current - due;
      due = current + 1;
      onTick(current / rateHz, missed);
    } else if (earlyMs > setBackMs + 1000 / rateHz) due = current + 1;
    if (!isEnded) wait();
  };
  wait();
  return () => {
    isEnded = true;
    cancel();
  };
}
