import { readFileSync } from 'node:fs';
import { Float } from '../../src/control/index.ts';

/** Where we differ from the reference on purpose: what ours is, and why. */
export interface Difference {
  readonly case: string;
  readonly ours: unknown;
  readonly reason: string;
}

const sections = JSON.parse(readFileSync('test/differences/control.json', 'utf8')) as Readonly<
  Record<string, readonly Difference[]>
>;

/** The differences of one suite by the names of their cases. */
export function differencesOf(section: string): ReadonlyMap<string, Difference> {
  return new Map((sections[section] ?? []).map((difference) => [difference.case, difference]));
}

/** A number that is not finite as the recorded data writes it, in whatever it is in; floats to 12 digits. */
export function comparable(value: unknown): unknown {
  if (value instanceof Float) return comparable(value.value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return `__${value}__`;
    return Number(value.toPrecision(12));
  }
  if (typeof value === 'bigint') return comparable(Number(value));
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, comparable(item)]));
}
