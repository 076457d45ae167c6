import { AlidadeError } from '../shared/errors.ts';
import type { ExactValue } from '../shared/exact-value.ts';
import { Float } from '../shared/exact-value.ts';
import { floatText, jsonText } from '../shared/python-text.ts';
import { maxDepth } from '../shared/read-json.ts';
import { anyShape, type Shape, shapeName } from './shape.ts';

export interface JsonOptions {
  /** How errors name the value. */
  readonly what: string;
  /** Refuse what is not of the shape; else the shape only says which numbers are floats. */
  readonly checked: boolean;
  /** Refuse NaN and the infinities, which JSON has not. */
  readonly strict: boolean;
}

/**
 * A value as Python's `json.dumps` writes it: `", "` and `": "`, ASCII only, floats by their shortest digits, NaN and
 * Infinity as bare words. Integers are written as such, other numbers as floats; all of them where the shape says so.
 *
 * @throws ALI_ENCODE when the value is nothing that JSON has, or not of its shape
 */
export function writeJson(value: unknown, shape: Shape, options: JsonOptions): string {
  return write(value, shape, options, options.what, 0);
}

/** What was read, as it was. */
export function writeExact(value: ExactValue): string {
  return writeJson(value, anyShape, { what: 'the value', checked: false, strict: false });
}

function write(value: unknown, shape: Shape, options: JsonOptions, place: string, depth: number): string {
  if (depth > maxDepth) {
    throw new AlidadeError('ALI_ENCODE', `${options.what} nests deeper than ${maxDepth} levels`);
  }
  switch (typeof value) {
    case 'string':
      expect('text', shape, options, place);
      return jsonText(value);
    case 'boolean':
      expect('boolean', shape, options, place);
      return String(value);
    case 'number':
      expect('number', shape, options, place);
      return numberText(
        value,
        isFloat(shape) || !Number.isSafeInteger(value) || Object.is(value, -0),
        options,
        place,
      );
    case 'bigint':
      expect('number', shape, options, place);
      return isFloat(shape) ? floatText(Number(value)) : String(value);
    case 'object':
      return objectText(value, shape, options, place, depth);
    default:
      throw new AlidadeError('ALI_ENCODE', `${place} is ${nameOf(value)}, which no frame can hold`);
  }
}

function objectText(
  value: object | null,
  shape: Shape,
  options: JsonOptions,
  place: string,
  depth: number,
): string {
  if (value === null) {
    expect('null', shape, options, place);
    return 'null';
  }
  if (value instanceof Float) {
    expect('number', shape, options, place);
    return numberText(value.value, true, options, place);
  }
  if (Array.isArray(value)) {
    expect('list', shape, options, place);
    const items = shape.kind === 'list' ? shape.items : anyShape;
    const texts = Array.from(value, (item, i) => write(item, items, options, `${place}[${i}]`, depth + 1));
    return `[${texts.join(', ')}]`;
  }
  const entries = entriesOf(value);
  if (entries === undefined) {
    throw new AlidadeError('ALI_ENCODE', `${place} is ${nameOf(value)}, which no frame can hold`);
  }
  expect('object', shape, options, place);
  const fields = shape.kind === 'object' ? shape.fields : undefined;
  const absent = options.checked
    ? fields?.keys().find((key) => !entries.some(([found]) => found === key))
    : undefined;
  if (absent !== undefined) throw new AlidadeError('ALI_ENCODE', `${place} has no ${JSON.stringify(absent)}`);
  const texts = entries.map(([key, item]) => {
    const text = write(item, fields?.get(key) ?? anyShape, options, `${place}.${key}`, depth + 1);
    return `${jsonText(key)}: ${text}`;
  });
  return `{${texts.join(', ')}}`;
}

function entriesOf(value: object): [string, unknown][] | undefined {
  if (value instanceof Map) {
    const entries = [...value];
    return entries.every((entry): entry is [string, unknown] => typeof entry[0] === 'string')
      ? entries
      : undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.entries(value) : undefined;
}

function expect(kind: Shape['kind'] | 'null', shape: Shape, { checked }: JsonOptions, place: string): void {
  if (!checked || shape.kind === 'any' || shape.kind === kind) return;
  const found = kind === 'null' ? 'null' : shapeName({ kind } as Shape);
  const remedy = kind === 'null' ? '; where it may be missing, describe it with the blank value null' : '';
  throw new AlidadeError('ALI_ENCODE', `${place} is ${found}, not ${shapeName(shape)}${remedy}`);
}

function isFloat(shape: Shape): boolean {
  return shape.kind === 'number' && shape.isFloat;
}

function numberText(value: number, asFloat: boolean, { strict }: JsonOptions, place: string): string {
  if (strict && !Number.isFinite(value)) {
    throw new AlidadeError(
      'ALI_ENCODE',
      `${place} is ${floatText(value)}, which JSON has not; strict frames hold none`,
    );
  }
  return asFloat ? floatText(value) : String(value);
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : `a ${typeof value}`;
  return `a ${value.constructor?.name ?? 'foreign object'}`;
}
