import { Float } from '../../shared/exact-value.ts';
import { floatRepr, strRepr } from '../../shared/python-text.ts';

const maxDepth = 20;

/**
 * What Python's `repr` writes for a value as it comes out of JSON: `True`, `None`, `'text'`, `[1, 2.5]`, `{'a': 1}`.
 * A number that is whole is written as an int, unless it is a `Float`.
 */
export function pythonRepr(value: unknown, depth = 0): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatRepr(value);
  }
  if (typeof value === 'string') return strRepr(value);
  if (value instanceof Float) return floatRepr(value.value);
  if (depth >= maxDepth) return '...';
  if (Array.isArray(value)) return `[${value.map((item) => pythonRepr(item, depth + 1)).join(', ')}]`;
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return `{${entries.map(([key, item]) => `${pythonRepr(key, depth + 1)}: ${pythonRepr(item, depth + 1)}`).join(', ')}}`;
}

/** What Python's `str` writes for it: a text as it is, and else its `repr`. */
export function pythonStr(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}
