import { arrayCases, longDoubleCases } from './arrays.ts';
import { containerCases } from './containers.ts';
import { simpleCases } from './simple.ts';
import { structureCases } from './structures.ts';
import type { ValueCase } from './value-case.ts';

export { longDoubleCases } from './arrays.ts';
export type { ValueCase } from './value-case.ts';

/** Every case of python/cases.py. */
export const allCases: readonly ValueCase[] = [
  ...simpleCases,
  ...containerCases,
  ...arrayCases,
  ...longDoubleCases,
  ...structureCases,
];

export function kindOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

/** The cases of each kind. */
export const casesByKind: ReadonlyMap<string, readonly ValueCase[]> = Map.groupBy(allCases, ({ name }) =>
  kindOf(name),
);
