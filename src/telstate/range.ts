import type { Bound, Key, Read } from '../store/index.ts';
import { InvalidTimestampError } from './errors.ts';
import { packTime, packTimeAfter } from './time.ts';

/** One end of a range in time: before everything, after everything, or a place in byte order. */
export type Edge = 'lowest' | 'highest' | Bound;

/**
 * Which samples of a sensor to read. Times are Unix seconds, and may be negative or infinite.
 *
 * | options | samples |
 * |---|---|
 * | none | the newest |
 * | `end` | the last one before `end` |
 * | `start` | all from `start` on |
 * | `start`, `end` | all from `start` on that are before `end` |
 */
export interface TimeRange {
  /** The first time. Left out it is `end`, and {@link includePrevious} becomes true. */
  readonly start?: number | undefined;
  /** The time before which to stop. */
  readonly end?: number | undefined;
  /** Also the last sample before `start`, whatever its time. Default: true without `start`, else false. */
  readonly includePrevious?: boolean | undefined;
  /** Also the samples whose time is exactly `end`. */
  readonly includeEnd?: boolean | undefined;
}

export function startEdge(timeSeconds: number): Edge {
  if (timeSeconds === Number.POSITIVE_INFINITY) return 'highest';
  if (timeSeconds <= 0) return 'lowest';
  return { at: packTime(timeSeconds), inclusive: true };
}

export function endEdge(timeSeconds: number, includeEnd: boolean): Edge {
  if (timeSeconds === Number.POSITIVE_INFINITY) return 'highest';
  if (includeEnd) {
    return timeSeconds < 0 ? 'lowest' : { at: packTimeAfter(timeSeconds), inclusive: false };
  }
  return timeSeconds <= 0 ? 'lowest' : { at: packTime(timeSeconds), inclusive: false };
}

/** The reads whose results, one after the other, are the samples of a range. */
export function rangeReads(key: Key, range: TimeRange): (Read & { read: 'range' })[] {
  const endSeconds = time(range.end ?? Number.POSITIVE_INFINITY);
  const start = startEdge(time(range.start ?? endSeconds));
  const end = endEdge(endSeconds, range.includeEnd ?? false);
  const reads: (Read & { read: 'range' })[] = [];
  if ((range.includePrevious ?? range.start === undefined) && start !== 'lowest') {
    const max = start === 'highest' ? undefined : { at: start.at, inclusive: false };
    reads.push({ read: 'range', key, max, reverse: true, limit: 1 });
  }
  if (start !== 'highest' && end !== 'lowest') {
    reads.push({
      read: 'range',
      key,
      min: start === 'lowest' ? undefined : start,
      max: end === 'highest' ? undefined : end,
    });
  }
  return reads;
}

function time(timeSeconds: number): number {
  if (typeof timeSeconds !== 'number' || Number.isNaN(timeSeconds)) {
    throw new InvalidTimestampError(
      typeof timeSeconds === 'number'
        ? 'cannot use NaN start or end time'
        : `a start or end time is a number of seconds, not a ${timeSeconds === null ? 'null' : typeof timeSeconds}`,
    );
  }
  return timeSeconds;
}
