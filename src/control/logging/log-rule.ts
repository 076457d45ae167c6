import { Float } from '../../shared/exact-value.ts';
import type { CalibratedValue } from '../calibration/calibration.ts';
import { pythonRepr } from '../calibration/python-value.ts';
import type { Answer } from '../value.ts';

/**
 * Which readings of a scheduled endpoint are logged. v1, v2 and v3 do what the three generations do, faults included;
 * `alidade` is what one would expect of the same limits, and the rule of new files.
 */
export const logRules = ['v1', 'v2', 'v3', 'alidade'] as const;
export type LogRules = (typeof logRules)[number];

export interface LogLimits {
  /** Left out: 0 in v1 to v3, none in `alidade`. */
  readonly maxIntervalSeconds?: number | undefined;
  readonly maxAbsoluteChange?: number | undefined;
  readonly maxFractionalChange?: number | undefined;
  /** What is compared in v3 and `alidade`: `value_cal` or `value_raw`. */
  readonly checkField: string;
  /** How long it is to the next reading. */
  readonly logIntervalSeconds: number;
}

/** One reading that could be compared with the last that was logged. */
export interface LogDecision {
  readonly isDue: boolean;
  /** What the next reading is compared with, should this one be logged. */
  readonly reading: LogReading;
}

export interface LogReading {
  readonly timeMs: number;
  readonly value: number | string;
}

/**
 * Whether a reading is to be logged.
 *
 * @param last the last one that was logged; undefined when there was none
 * @throws Error where the rule cannot judge the reading; then it is not logged
 */
export function judge(
  rules: LogRules,
  limits: LogLimits,
  value: CalibratedValue,
  timeMs: number,
  last: LogReading | undefined,
): LogDecision {
  switch (rules) {
    case 'v1':
      return byV1(limits, value, timeMs, last);
    case 'v2':
      return byV2(limits, value, timeMs, last);
    case 'v3':
      return byV3(limits, value, timeMs, last);
    case 'alidade':
      return byAlidade(limits, value, timeMs, last);
  }
}

type Rule = (
  limits: LogLimits,
  value: CalibratedValue,
  timeMs: number,
  last: LogReading | undefined,
) => LogDecision;

/** A negative last value is never found to have changed, and one of 0 makes each later reading an error. */
const byV1: Rule = (limits, { value_raw }, timeMs, last) => {
  const x = floatOf(value_raw);
  if (x === undefined) throw new Error(`could not convert string to float: ${pythonRepr(value_raw)}`);
  const reading = { timeMs, value: x };
  if (last === undefined || secondsOfDay(timeMs - last.timeMs) > (limits.maxIntervalSeconds ?? 0))
    return { isDue: true, reading };
  const before = Number(last.value);
  if (before === 0) throw new Error('float division by zero');
  return { isDue: Math.abs(before - x) / before > (limits.maxFractionalChange ?? 0), reading };
};

/** What is no number counts as no change, and stands as 0 for the next. */
const byV2: Rule = (limits, { value_raw }, timeMs, last) => {
  const x = floatOf(value_raw);
  const reading = { timeMs, value: x ?? 0 };
  if (last === undefined || secondsOfDay(timeMs - last.timeMs) > (limits.maxIntervalSeconds ?? 0))
    return { isDue: true, reading };
  if (x === undefined) return { isDue: false, reading };
  const before = Number(last.value);
  const isDue = before === 0 ? x !== 0 : Math.abs((before - x) / before) > (limits.maxFractionalChange ?? 0);
  return { isDue, reading };
};

/** The absolute limit is 0 if it is not given, so that each change is beyond it. */
const byV3: Rule = (limits, value, timeMs, last) => {
  const field = value[limits.checkField];
  if (field === undefined) throw new Error(`the reading has no ${limits.checkField}`);
  const x = typeof field === 'string' ? field : floatOf(field);
  if (x === undefined) throw new Error(`${limits.checkField} is neither a number nor text`);
  const reading = { timeMs, value: x };
  if (last === undefined || (timeMs - last.timeMs) / 1000 > (limits.maxIntervalSeconds ?? 0))
    return { isDue: true, reading };
  if (typeof x === 'string' || typeof last.value === 'string') return { isDue: x !== last.value, reading };
  const change = Math.abs(last.value - x);
  const isDue =
    change > (limits.maxAbsoluteChange ?? 0) ||
    2 * change > (limits.maxFractionalChange ?? 0) * Math.abs(last.value + x);
  return { isDue, reading };
};

/**
 * Logged is the first reading; one with which the next would come later than the longest interval allows, or before
 * which the clock was set back; each that changed beyond a limit that is given; and text and other words at each change. Without
 * any limit, all. The calibrated value counts, and where there is none the raw one.
 */
const byAlidade: Rule = (limits, value, timeMs, last) => {
  const field = value[limits.checkField] ?? value.value_raw;
  const x = typeof field === 'string' ? field : (floatOf(field) ?? pythonRepr(field));
  const reading = { timeMs, value: x };
  const { maxIntervalSeconds, maxAbsoluteChange, maxFractionalChange, logIntervalSeconds } = limits;
  const isUnlimited =
    maxIntervalSeconds === undefined && maxAbsoluteChange === undefined && maxFractionalChange === undefined;
  if (last === undefined || isUnlimited) return { isDue: true, reading };
  const elapsedSeconds = (timeMs - last.timeMs) / 1000;
  // A timer that is a little late must not make every interval longer by one reading.
  const nextSeconds = elapsedSeconds + 0.95 * logIntervalSeconds;
  if (elapsedSeconds < 0 || nextSeconds > (maxIntervalSeconds ?? Number.POSITIVE_INFINITY))
    return { isDue: true, reading };
  if (typeof x === 'string' || typeof last.value === 'string') return { isDue: x !== last.value, reading };
  return { isDue: isChange(last.value, x, limits), reading };
};

function isChange(before: number, x: number, { maxAbsoluteChange, maxFractionalChange }: LogLimits): boolean {
  if (!Number.isFinite(before) || !Number.isFinite(x)) return !Object.is(before, x);
  const change = Math.abs(x - before);
  return (
    (maxAbsoluteChange !== undefined && change > maxAbsoluteChange) ||
    (maxFractionalChange !== undefined && change > maxFractionalChange * Math.abs(before))
  );
}

/** Python's `float`: numbers, booleans, and text that holds a number. */
function floatOf(value: Answer | undefined): number | undefined {
  if (value instanceof Float) return value.value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return Number(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(text)) return Number(text);
  const word = /^([+-]?)(inf(?:inity)?|nan)$/.exec(text);
  if (word === null) return undefined;
  return word[2] === 'nan' ? Number.NaN : Number(`${word[1]}Infinity`);
}

const dayMs = 86_400_000;

/** Whole seconds within one day, as the reference counts them: after a day, and a second before, it begins anew. */
function secondsOfDay(ms: number): number {
  return Math.floor((((ms % dayMs) + dayMs) % dayMs) / 1000);
}
