import { Float } from '../../shared/exact-value.ts';
import { pythonRepr } from '../calibration/python-value.ts';

/** Intervals are as short as a device could bear, and end within a lifetime. */
export const shortestIntervalSeconds = 0.01;
const longestSeconds = 1e9;

const unitSeconds: Readonly<Record<string, number>> = {
  weeks: 604_800,
  days: 86_400,
  hours: 3600,
  minutes: 60,
  seconds: 1,
  milliseconds: 1e-3,
};

/**
 * A length of time in seconds: a number, text that holds one, or a map such as `{minutes: 2, seconds: 30}`.
 *
 * @throws Error that says what is wrong; negative, not finite and longer than 10^9 seconds is refused
 */
export function readSeconds(value: unknown): number {
  const seconds = secondsOf(value);
  if (seconds === undefined || Number.isNaN(seconds))
    throw new Error(`unable to interpret ${pythonRepr(value).slice(0, 100)} as a time in seconds`);
  if (seconds < 0) throw new Error(`a time in seconds cannot be < 0, and this is ${seconds}`);
  if (seconds > longestSeconds)
    throw new Error(`a time is at most 10^9 seconds (31 years), and this is ${seconds}`);
  return seconds;
}

/** As {@link readSeconds}; 0 stands for never, and else it is at least a hundredth of a second. */
export function readInterval(value: unknown): number {
  const seconds = readSeconds(value);
  if (seconds > 0 && seconds < shortestIntervalSeconds)
    throw new Error(
      `an interval is 0 (off) or at least ${shortestIntervalSeconds} s, and this is ${seconds} s`,
    );
  return seconds;
}

/** A limit of change: a number from 0, or text that holds one. @throws Error that says what is wrong */
export function readChange(value: unknown): number {
  const number = secondsOf(typeof value === 'object' && !(value instanceof Float) ? undefined : value);
  if (number === undefined || !(number >= 0))
    throw new Error(`a limit of change is a number from 0 on, not ${pythonRepr(value).slice(0, 100)}`);
  return number;
}

function secondsOf(value: unknown): number | undefined {
  if (value instanceof Float) return value.value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  if (typeof value === 'string' && value.trim() !== '') return Number(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parts = value instanceof Map ? [...value] : Object.entries(value);
  let sum = 0;
  for (const [unit, amount] of parts) {
    const factor = Object.hasOwn(unitSeconds, String(unit)) ? unitSeconds[String(unit)] : undefined;
    const number = amount instanceof Float ? amount.value : amount;
    if (factor === undefined || typeof number !== 'number') return undefined;
    sum += factor * number;
  }
  return parts.length === 0 ? undefined : sum;
}

/** Seconds as Python writes a timedelta: `0:00:05`, `1 day, 0:00:00.500000`. */
export function timedeltaText(seconds: number): string {
  const microseconds = Math.round(seconds * 1e6);
  const days = Math.floor(microseconds / 86_400e6);
  const rest = Math.floor((microseconds % 86_400e6) / 1e6);
  const fraction = microseconds % 1e6;
  const two = (value: number) => String(value).padStart(2, '0');
  const clock = `${Math.floor(rest / 3600)}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  const tail = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0')}`;
  return `${days === 0 ? '' : `${days} day${days === 1 ? '' : 's'}, `}${clock}${tail}`;
}
