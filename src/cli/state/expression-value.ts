import { Complex, NdArray, NpScalar, Tuple, type Value } from '../../telstate/index.ts';

/** A value in the plain form that expressions understand: tuples and arrays as lists, scalars as what they are. */
export function expressionValue(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof NpScalar) return expressionValue(value.value);
  if (value instanceof NdArray) return expressionValue(value.toArray());
  if (value instanceof Tuple) return value.items.map(expressionValue);
  if (Array.isArray(value)) return value.map(expressionValue);
  if (value instanceof Complex) return { real: value.re, imag: value.im };
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([key, item]) => [expressionValue(key), expressionValue(item)]));
}
