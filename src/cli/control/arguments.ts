import { isAlidadeError } from '../../shared/errors.ts';
import { type ExactValue, Float } from '../../shared/exact-value.ts';
import { jsonOfLiteral } from '../../shared/python-literal.ts';
import { readJson } from '../../shared/read-json.ts';

/** What a request carries: values by position, and others by name. */
export interface Arguments {
  readonly values: readonly ExactValue[];
  readonly keyed: ReadonlyMap<string, ExactValue>;
}

/** Words that are values of their own in any case, as dragonfly has them. */
const words: ReadonlyMap<string, ExactValue> = new Map<string, ExactValue>([
  ['true', true],
  ['false', false],
  ['none', null],
  ['nil', null],
  ['null', null],
]);

/**
 * The values of a request as people type them: a literal of Python or JSON (`1.5`, `[1, 2]`, `{"a": 1}`, `"1.5"`), else
 * a word for a boolean or nothing in any case (`TRUE`, `nil`), else the text itself. `name=value` is a value by name;
 * text with such a sign stands in quotes: `'"a=b"'`.
 *
 * @example parseArguments(['1.5', 'force=true']).keyed.get('force'); // true
 */
export function parseArguments(texts: readonly string[]): Arguments {
  const values: ExactValue[] = [];
  const keyed = new Map<string, ExactValue>();
  for (const text of texts) {
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) values.push(parseArgument(text));
    else keyed.set(name, parseArgument(value));
  }
  return { values, keyed };
}

function parseArgument(text: string): ExactValue {
  const plain = text.trim();
  const word = words.get(plain.toLowerCase());
  if (word !== undefined) return word;
  if (/^[-+\w.]*$/.test(plain)) return numberOf(plain) ?? text;
  if (!/^[[({'"]/.test(plain)) return text;
  return jsonValue(plain) ?? jsonValue(jsonOfLiteral(plain)) ?? text;
}

function jsonValue(text: string | undefined): ExactValue | undefined {
  if (text === undefined) return undefined;
  try {
    return readJson(text, 'the value');
  } catch (error) {
    if (isAlidadeError(error, 'ALI_DECODE')) return undefined;
    throw error;
  }
}

/** Python's numbers: 007 is none, 1_000 and 0x1f are. */
function numberOf(text: string): ExactValue | undefined {
  const digits = text.replace(/(?<=[\da-f])_(?=[\da-f])/gi, '').replace(/^\+/, '');
  if (/^-?(?:\d+\.\d*|\.\d+|\d+(?=e))(?:e[-+]?\d+)?$/i.test(digits)) return new Float(Number(digits));
  const [, sign, whole] = /^(-?)(0+|[1-9]\d*|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.exec(digits) ?? [];
  if (whole === undefined) return undefined;
  const value = sign === '-' ? -BigInt(whole) : BigInt(whole);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}
