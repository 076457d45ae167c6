import type { Clock } from '../../shared/clock.ts';

/** A clock that is set back by more than this and one interval begins a new count; below, what is due is waited for. */
const setBackMs = 1000;

export interface ScheduleOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Whether the first action is at once, rather than after one interval. */
  readonly isImmediate: boolean;
  /** What is to be done at each time. It must not reject. */
  readonly action: () => Promise<void>;
  /** Told how many times in a row went by while an action was still running, or the process stood still. */
  readonly onSkipped: (count: number) => void;
}

/**
 * Does something every so often: at the start and at whole multiples of the interval after it, however long single
 * actions take and however late single timers are, so that it does not drift. An action that is still running when the next
 * is due makes that one fall out; they never pile up.
 *
 * @returns the function that ends it; an action that is running goes on to its end
 */
export function startSchedule(options: ScheduleOptions): () => void {
  const { clock, intervalMs, isImmediate, action, onSkipped } = options;
  let isRunning = false;
  let isEnded = false;
  let cancel: () => void = () => {};
  let startMs = clock.nowMs();
  let number = 0;

  const run = () => {
    if (isRunning) return onSkipped(1);
    isRunning = true;
    void action().finally(() => {
      isRunning = false;
    });
  };
  const wait = () => {
    number += 1;
    cancel = clock.after(Math.max(0, startMs + number * intervalMs - clock.nowMs()), onTimer);
  };
  const onTimer = () => {
    const nowMs = clock.nowMs();
    const lateMs = nowMs - (startMs + number * intervalMs);
    if (lateMs < -(setBackMs + intervalMs)) {
      startMs = nowMs;
      number = 0;
    } else if (lateMs < 0) {
      number -= 1;
      return wait();
    } else if (lateMs >= intervalMs) {
      const missed = Math.floor(lateMs / intervalMs);
      number += missed;
      onSkipped(missed);
    }
    run();
    if (!isEnded) wait();
  };

  if (isImmediate) run();
  wait();
  return () => {
    isEnded = true;
    cancel();
  };
}
