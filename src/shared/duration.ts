import { AlidadeError } from './errors.ts';

const unitSeconds: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600, d: 86_400 };
const quantity = /^(\d+(?:\.\d*)?|\.\d+)(us|ms|s|m|h|d)$/;

/** The seconds of a length of time with its unit, such as `10s` or `7d`; undefined of anything else. */
export function durationSeconds(text: string): number | undefined {
  const match = quantity.exec(text);
  const unit = unitSeconds[match?.[2] ?? ''];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/**
 * A length of time in milliseconds: `10s`, `500ms`, `2m`, `1h`, `7d`; a plain number counts seconds.
 *
 * @throws ALI_USAGE
 */
export function parseDurationMs(text: string): number {
  const word = text.trim();
  const value = durationSeconds(/^[\d.]+$/.test(word) ? `${word}s` : word);
  if (value === undefined) {
    throw new AlidadeError('ALI_USAGE', `'${text}' is not a length of time: give 10s, 500ms, 2m, 1h or 7d`);
  }
  return value * 1000;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** In the largest unit that leaves no fraction: `7d`, `90m`, `1500ms`. @example durationText(604_800_000) // '7d' */
export function durationText(ms: number): string {
  const unit = units.find(([, size]) => ms >= size && ms % size === 0);
  return unit === undefined ? `${ms}ms` : `${ms / unit[1]}${unit[0]}`;
}
