import type { Value } from '../../../src/telstate/index.ts';

/** A value that has the same name in python/cases.py. */
export interface ValueCase {
  /** KIND/NAME */
  readonly name: string;
  /** What an exact read gives. */
  readonly value: Value;
  /** What a plain read gives. */
  readonly plain: unknown;
}

/** Cases of one kind whose values read the same plainly. */
export function cases(kind: string, values: Readonly<Record<string, Value>>): ValueCase[] {
  return Object.entries(values).map(([name, value]) => ({ name: `${kind}/${name}`, value, plain: value }));
}

/** Cases of one kind whose values are simpler when read plainly. */
export function plainCases(
  kind: string,
  values: Readonly<Record<string, readonly [value: Value, plain: unknown]>>,
): ValueCase[] {
  return Object.entries(values).map(([name, [value, plain]]) => ({ name: `${kind}/${name}`, value, plain }));
}
