import { EncodeError } from '../errors.ts';
import { Complex } from './complex.ts';
import { Float, floatBits, plainNanBits } from './float.ts';
import { MsgpackTimestamp } from './msgpack-timestamp.ts';
import { NdArray } from './nd-array.ts';
import { NpScalar } from './np-scalar.ts';
import { Tuple } from './tuple.ts';
import type { Value } from './value.ts';
import { maxDepth } from './wire.ts';

/**
 * A value as JSON text without loss: `parseJson` gives back what is stored as the same bytes. Floats are written as
 * floats (`1.0`), all else that JSON lacks as the objects that `parseJson` describes.
 *
 * @throws EncodeError when the value is nested deeper than 1024 levels or holds something that is no `Value`.
 * @example formatJson(decodeValue(bytes, { exact: true })) // '{"gain":1.0,"pointing":{"$tuple":[12,3]}}'
 */
export function formatJson(value: Value): string {
  return format(value, 0);
}

function format(value: Value, depth: number): string {
  if (depth > maxDepth) throw new EncodeError(`the value is nested deeper than ${maxDepth} levels`);
  switch (typeof value) {
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : formatFloat(value);
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? 'null' : formatObject(value, depth + 1);
    default:
      throw new EncodeError(`a ${typeof value} has no form in telescope state`);
  }
}

function formatObject(value: object & Value, depth: number): string {
  if (Array.isArray(value)) return list(value, depth);
  if (value instanceof Float) return formatFloat(value.value, value.bits);
  if (value instanceof Uint8Array) return tagged('bytes', base64(value));
  if (value instanceof Tuple) return tagged('tuple', list(value.items, depth));
  if (value instanceof Complex) {
    const [re, im] = value.bits;
    return tagged('complex', `[${formatFloat(value.re, re)},${formatFloat(value.im, im)}]`);
  }
  if (value instanceof NdArray) {
    const fortran = value.fortranOrder ? ',"fortran":true' : '';
    const dtype = JSON.stringify(value.descriptor);
    const shape = JSON.stringify(value.shape);
    return tagged('ndarray', `{"dtype":${dtype},"shape":${shape}${fortran},"data":${base64(value.data)}}`);
  }
  if (value instanceof NpScalar) {
    return tagged('npscalar', `{"dtype":${JSON.stringify(value.descriptor)},"data":${base64(value.data)}}`);
  }
  if (value instanceof MsgpackTimestamp) {
    return tagged('timestamp', `[${value.seconds},${value.nanoseconds}]`);
  }
  if (value instanceof Map) return formatMap(value, depth);
  return record(Object.entries(value), depth);
}

function formatMap(map: ReadonlyMap<Value, Value>, depth: number): string {
  const entries = [...map];
  // JavaScript would move keys such as "7" to the front of an object.
  if (entries.every(([key]) => typeof key === 'string' && !isIndex(key))) {
    return record(entries as [string, Value][], depth);
  }
  return tagged('map', `[${entries.map((pair) => list(pair, depth)).join(',')}]`);
}

function record(entries: readonly (readonly [string, Value])[], depth: number): string {
  const mark = entries.length === 1 && entries[0]?.[0].startsWith('$') ? '$' : '';
  const parts = entries.map(([key, value]) => `${JSON.stringify(mark + key)}:${format(value, depth)}`);
  return `{${parts.join(',')}}`;
}

function list(items: readonly Value[], depth: number): string {
  return `[${items.map((item) => format(item, depth)).join(',')}]`;
}

function formatFloat(value: number, bits = floatBits(value)): string {
  if (Number.isNaN(value)) {
    return tagged('float', bits === plainNanBits ? '"nan"' : `"${bits.toString(16).padStart(16, '0')}"`);
  }
  if (!Number.isFinite(value)) return tagged('float', value > 0 ? '"inf"' : '"-inf"');
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function tagged(name: string, content: string): string {
  return `{"$${name}":${content}}`;
}

function base64(bytes: Uint8Array): string {
  return `"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')}"`;
}

function isIndex(key: string): boolean {
  return /^(0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;
}
