import { type ExactValue, Float, isList } from '../../shared/exact-value.ts';
import { floatRepr, strRepr } from '../../shared/python-text.ts';

/** A payload as Python's `repr` shows it, with the keys of dictionaries in alphabetical order. */
export function pythonRepr(value: ExactValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return strRepr(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Float) return floatRepr(value.value);
  if (isList(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  const members = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${strRepr(key)}: ${pythonRepr(item)}`).join(', ')}}`;
}

/**
 * A payload as JSON, where 1.0 stays a float and what JSON has not (NaN, the infinities) is null.
 *
 * @param indent spaces a level; without it all is on one line
 */
export function payloadJson(value: ExactValue, indent = 0, depth = 1): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (value instanceof Float) return Number.isFinite(value.value) ? floatRepr(value.value) : 'null';
  const inner = (item: ExactValue) => payloadJson(item, indent, depth + 1);
  const space = indent === 0 ? '' : ' ';
  const [brackets, items] = isList(value)
    ? ['[]', value.map(inner)]
    : ['{}', [...value].map(([key, item]) => `${JSON.stringify(key)}:${space}${inner(item)}`)];
  const [open, close] = brackets;
  if (indent === 0 || items.length === 0) return `${open}${items.join(',')}${close}`;
  const line = `\n${' '.repeat(indent * depth)}`;
  return `${open}${items.map((item) => line + item).join(',')}\n${' '.repeat(indent * (depth - 1))}${close}`;
}
