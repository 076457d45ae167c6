import type { Tick } from './ticks.ts';

/** The marks of an axis of time, and what is said of it as a whole. */
export interface TimeAxis {
  readonly ticks: readonly Tick[];
  /** `2026-03-01 UTC`, `2026-03-01 to 2026-03-02, UTC` */
  readonly title: string;
}

const minute = 60;
const hour = 3600;
const day = 86_400;
const steps = [
  ...[
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
  ],
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 4, 7, 14].map((days) => days * day),
];
/** Months to a mark, where days are too many. */
const monthSteps = [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000, 12_000];
const meanMonth = 30.436875 * day;
/** The end of the year 9999: what lies behind is no date. */
const lastSeconds = 253_402_300_799;

/**
 * Marks at round times of UTC, at most about `count`, and at least the seconds of them that `labelChars` leaves room
 * for: labels of times within a day are clocks, at midnight and above a day dates.
 */
export function timeAxis(
  fromSeconds: number,
  toSeconds: number,
  maxTicks: (labelLength: number) => number,
): TimeAxis {
  if (toSeconds > lastSeconds) return { ticks: [], title: `${fromSeconds} s to ${toSeconds} s after 1970` };
  const title = titleOf(fromSeconds, toSeconds);
  const span = toSeconds - fromSeconds;
  for (const step of steps) {
    if (span / step <= maxTicks(labelLength(step)))
      return { ticks: even(fromSeconds, toSeconds, step), title };
  }
  const months = monthSteps.find((step) => span / (step * meanMonth) <= maxTicks(7)) ?? 120_000;
  return { ticks: byMonths(fromSeconds, toSeconds, months), title };
}

function labelLength(step: number): number {
  if (step >= day) return 10;
  return step >= minute ? 6 : step >= 1 ? 8 : 9 + decimals(step);
}

function decimals(step: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

function even(fromSeconds: number, toSeconds: number, step: number): Tick[] {
  const ticks: Tick[] = [];
  const perSecond = Math.round(1 / step);
  for (let i = Math.ceil(fromSeconds / step - 1e-9); ; i++) {
    const value = step < 1 ? i / perSecond : i * step;
    if (value > toSeconds) return ticks;
    if (value >= fromSeconds) ticks.push({ value, label: labelOf(value, step) });
  }
}

function labelOf(timeSeconds: number, step: number): string {
  const whole = Math.floor(timeSeconds + 1e-7);
  const date = new Date(whole * 1000).toISOString();
  if (step >= day) return date.slice(0, 10);
  if (step >= minute) return whole % day === 0 ? date.slice(5, 10) : date.slice(11, 16);
  const clock = date.slice(11, 19);
  if (step >= 1) return clock;
  const fraction = Math.max(0, timeSeconds - whole).toFixed(decimals(step));
  return `${clock}${fraction.slice(1)}`;
}

function byMonths(fromSeconds: number, toSeconds: number, step: number): Tick[] {
  const first = new Date(fromSeconds * 1000);
  const ticks: Tick[] = [];
  const firstMonth = first.getUTCFullYear() * 12 + first.getUTCMonth();
  for (let month = Math.ceil(firstMonth / step) * step; ; month += step) {
    const date = new Date(0);
    date.setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    const value = date.getTime() / 1000;
    if (!(value <= toSeconds)) return ticks;
    const text = date.toISOString();
    if (value >= fromSeconds)
      ticks.push({ value, label: step % 12 === 0 ? text.slice(0, 4) : text.slice(0, 7) });
  }
}

function titleOf(fromSeconds: number, toSeconds: number): string {
  const date = (seconds: number) => new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 10);
  const [from, to] = [date(fromSeconds), date(toSeconds)];
  return from === to ? `${from} UTC` : `${from} to ${to} UTC`;
}
