import {
  Complex,
  Float,
  formatJson,
  NdArray,
  NpScalar,
  repr,
  Tuple,
  type Value,
} from '../../telstate/index.ts';
import { printable } from '../terminal.ts';

/** Items of an array that are shown one by one; of a longer one only the first and the last. */
const maxItems = 64;
const shownAtEnds = 3;
const maxBytes = 1000;

/** A value as people read it: text as it is, an array by type, shape and items, the rest much as JSON has it. */
export function showValue(value: Value): string {
  return typeof value === 'string' ? printable(value, true) : shown(value);
}

/** A value as one cell of a table: on one line, text in quotes only when it would be taken for something else. */
export function showCell(value: Value): string {
  if (typeof value !== 'string') return shown(value);
  return isPlainCell(value) ? value : quoted(value);
}

/** Whether a text in a table cannot be taken for another value, nor disturb the table. */
function isPlainCell(text: string): boolean {
  const looksOdd = /^$|^[\s"'[{(<\d-]|\s$|^(?:true|false|null|NaN|-?Infinity)$/;
  return !looksOdd.test(text) && printable(text) === text;
}

function shown(value: Value): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Float || typeof value === 'number') {
    return Number.isFinite(value.valueOf()) ? formatJson(value) : repr(value);
  }
  if (typeof value !== 'object' || value === null) return formatJson(value);
  if (value instanceof NpScalar) return shown(value.value);
  if (value instanceof NdArray) return array(value);
  if (value instanceof Uint8Array) {
    const all = repr(value.subarray(0, maxBytes), 4 * maxBytes + 3);
    return value.length > maxBytes ? `${all}… (${value.length} bytes)` : all;
  }
  if (value instanceof Tuple) return `(${list(value.items)}${value.length === 1 ? ',' : ''})`;
  if (Array.isArray(value)) return `[${list(value)}]`;
  if (value instanceof Map)
    return `{${[...value].map(([key, item]) => `${shown(key)}: ${shown(item)}`).join(', ')}}`;
  if (value instanceof Complex || !isPlain(value)) return repr(value);
  return shown(new Map(Object.entries(value)));
}

function isPlain(value: object): value is { [key: string]: Value } {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function list(items: readonly Value[]): string {
  return items.map(shown).join(', ');
}

function array(value: NdArray): string {
  const type = typeof value.descriptor === 'string' ? value.descriptor : 'structures';
  const shape = value.shape.join(' × ') || 'one item';
  return `${type} array (${shape}): ${arrayItems(value)}`;
}

function arrayItems(value: NdArray): string {
  if (value.size <= maxItems) return shown(value.toArray());
  const iterator = value[Symbol.iterator]();
  const first = Array.from({ length: shownAtEnds }, () => shown(iterator.next().value as Value));
  return `[${first.join(', ')}, …]`;
}

function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
