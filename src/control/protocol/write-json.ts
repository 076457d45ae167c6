import { AlidadeError } from '../../shared/errors.ts';
import { Float } from '../../shared/exact-value.ts';
import { floatRepr, jsonText } from '../../shared/python-text.ts';
import { maxDepth } from '../../shared/read-json.ts';

/** How a generation writes JSON. */
export interface JsonStyle {
  readonly comma: string;
  readonly colon: string;
  /** Keys in alphabetical order; else in their own. */
  readonly isSorted: boolean;
  text(text: string): string;
  /** A finite float; with a point or an exponent also where it has no fraction. */
  float(value: number): string;
}

/** As Python's `json` does for v1 and v2: spaces after comma and colon, ASCII. */
export const pythonStyle: JsonStyle = {
  comma: ', ',
  colon: ': ',
  isSorted: false,
  text: jsonText,
  float: floatRepr,
};

/** As today's C++ does: compact, keys in order, UTF-8. */
export const compactStyle: JsonStyle = {
  comma: ',',
  colon: ':',
  isSorted: true,
  text: JSON.stringify,
  float(value) {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return /[.e]/.test(text) ? text.replace('e+', 'e') : `${text}.0`;
  },
};

/**
 * Writes what a message carries. NaN and the infinities, which JSON has not and which end peers, become null.
 *
 * @param value anything that came from an endpoint; what is no {@link Answer} is refused
 * @throws ALI_ENCODE when it cannot be written
 */
export function writeJson(value: unknown, style: JsonStyle, depth = 0): string {
  if (depth > maxDepth)
    throw new AlidadeError('ALI_ENCODE', `the value nests deeper than ${maxDepth} levels`);
  switch (typeof value) {
    case 'string':
      return style.text(value);
    case 'boolean':
      return String(value);
    case 'number':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : floatText(value, style);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, style, depth);
    default:
      throw new AlidadeError('ALI_ENCODE', `${nameOf(value)} cannot be put into a message`);
  }
}

function floatText(value: number, style: JsonStyle): string {
  return Number.isFinite(value) ? style.float(value) : 'null';
}

function objectText(value: object, style: JsonStyle, depth: number): string {
  if (value instanceof Float) return floatText(value.value, style);
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item) => writeJson(item, style, depth + 1)).join(style.comma)}]`;
  }
  const texts = entriesOf(value).map(([key, item]) => {
    return [key, `${style.text(key)}${style.colon}${writeJson(item, style, depth + 1)}`] as const;
  });
  if (style.isSorted) texts.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${texts.map(([, text]) => text).join(style.comma)}}`;
}

/** The entries of a plain object or of a Map with text as keys. */
export function entriesOf(value: object): [string, unknown][] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return Object.entries(value);
  if (value instanceof Map && value.keys().every((key) => typeof key === 'string')) return [...value];
  throw new AlidadeError('ALI_ENCODE', `${nameOf(value)} cannot be put into a message`);
}

/** How errors call a value. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  return `a ${value.constructor?.name ?? 'foreign object'}`;
}
