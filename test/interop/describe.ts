import { hash } from 'node:crypto';
import { Complex, Float, NdArray, NpScalar, Tuple } from '../../src/telstate/index.ts';

/** A value as JSON that says what it is, bit by bit; python/describe.py says the same of Python's values. */
export type Described = readonly [kind: string, ...content: unknown[]];

/** Data of arrays that are longer are given by their SHA-256. */
const longestData = 4096;

/** What is stored when this is set: an integer-valued number is an int. Absent options are None. */
export function describeValue(value: unknown): Described {
  if (value === null || value === undefined) return ['none'];
  switch (typeof value) {
    case 'boolean':
      return ['bool', value];
    case 'bigint':
      return ['int', String(value)];
    case 'string':
      return ['text', value];
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? ['int', String(value)]
        : describeValue(new Float(value));
  }
  if (value instanceof Float) return ['float', bits(value.bits)];
  if (value instanceof Uint8Array) return ['bytes', hexOrHash(value)];
  if (Array.isArray(value)) return ['list', value.map(describeValue)];
  if (value instanceof Tuple) return ['tuple', value.items.map(describeValue)];
  if (value instanceof Complex) return ['complex', ...value.bits.map(bits)];
  if (value instanceof NdArray) {
    const { descriptor, shape, fortranOrder, data } = value;
    return ['ndarray', descriptor, shape, fortranOrder, hexOrHash(data)];
  }
  if (value instanceof NpScalar)
    return ['npscalar', value.descriptor, Buffer.from(value.data).toString('hex')];
  const entries = value instanceof Map ? [...value] : Object.entries(value as object);
  return ['dict', entries.map(([key, item]) => [describeValue(key), describeValue(item)])];
}

function bits(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

function hexOrHash(data: Uint8Array): string {
  return data.length <= longestData ? Buffer.from(data).toString('hex') : `sha256:${hash('sha256', data)}`;
}
