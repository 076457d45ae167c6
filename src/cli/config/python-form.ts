import type { JsonText } from '../../config/index.ts';
import { floatRepr, strRepr } from '../../shared/python-text.ts';

type Value = string | boolean | null | number | bigint | readonly Value[] | ReadonlyMap<string, Value>;

const widthCharacters = 80;

/**
 * A value of JSON as `pprint` of Python 2.7 prints it, which is how psi_example.py shows a configuration: keys sorted, one member
 * a line where the whole does not fit, no text broken. `ast.literal_eval` of every Python reads it.
 *
 * Time grows with the size times the depth, since each level asks how wide it would be on one line.
 *
 * @example
 * pythonForm('{"user": {"name": "Ada"}, "experiment": {"id": 1234}}');
 * // {'experiment': {'id': 1234}, 'user': {'name': 'Ada'}}
 */
export function pythonForm(json: JsonText): string {
  return formatted(sorted(JSON.parse(json, withKindOfNumber)), 0, 0);
}

/** Python tells 1 from 1.0, and has integers of any size. */
function withKindOfNumber(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = typeof value === 'number' ? context?.source : undefined;
  return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : value;
}

/** `allowance`: how many brackets and commas will follow on the last line. */
function formatted(value: Value, indent: number, allowance: number): string {
  const onOneLine = plain(value);
  if (onOneLine.length <= widthCharacters - 1 - indent - allowance) return onOneLine;
  const separator = `,\n${' '.repeat(indent + 1)}`;
  if (Array.isArray(value)) {
    return `[${value.map((item) => formatted(item, indent + 1, allowance + 1)).join(separator)}]`;
  }
  if (!(value instanceof Map)) return onOneLine;
  const members = [...value].map(([key, item]: [string, Value]) => {
    const head = `${plain(key)}: `;
    return head + formatted(item, indent + 1 + head.length, allowance + 1);
  });
  return `{${members.join(separator)}}`;
}

/** On one line. */
function plain(value: Value): string {
  if (typeof value === 'string') return strRepr(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return floatRepr(value);
  if (Array.isArray(value)) return `[${value.map(plain).join(', ')}]`;
  if (!(value instanceof Map)) return value === null ? 'None' : String(value);
  return `{${[...value].map(([key, item]: [string, Value]) => `${plain(key)}: ${plain(item)}`).join(', ')}}`;
}

/** Objects as maps in Python's order of keys, which is that of their code points. */
function sorted(value: unknown): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value as Value;
  const members = Object.entries(value).map(([key, item]) => [key, sorted(item)] as const);
  return new Map(members.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}
