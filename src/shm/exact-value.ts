import type { FieldValue, Float } from './field-value.ts';

/** A JSON value as it is on the wire: integers apart from floats, keys of objects in their order. */
export type ExactValue =
  | null
  | boolean
  | string
  | bigint
  /** A safe integer; other numbers are {@link Float}s and bigints. */
  | number
  | Float
  | readonly ExactValue[]
  | ReadonlyMap<string, ExactValue>;

/** The same as plain JavaScript: what is lost is that 12.0 was no integer. */
export function plainValue(value: ExactValue): FieldValue {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(plainValue);
  if (!(value instanceof Map)) return (value as Float).value;
  const record: Record<string, FieldValue> = {};
  for (const [key, item] of value as ReadonlyMap<string, ExactValue>) {
    // As its own property also where the key is __proto__.
    Object.defineProperty(record, key, {
      value: plainValue(item),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return record;
}

export function isList(value: unknown): value is readonly ExactValue[] {
  return Array.isArray(value);
}
