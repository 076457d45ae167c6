import { expressionFault } from './fault.ts';

/** One word of an expression; `at` is its index in the source. Whole numbers beyond 2^53 are bigint; `1.0` is a float. */
export type Token =
  | {
      readonly kind: 'number';
      readonly value: number | bigint;
      readonly isFloat: boolean;
      readonly at: number;
    }
  | { readonly kind: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'name'; readonly text: string; readonly at: number }
  | { readonly kind: 'operator'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly at: number };

const space = /[ \t\r\n]+/y;
const name = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
const hexadecimal = /0[xX](?:_?[\da-fA-F])+/y;
const decimal = /(?:\d(?:_?\d)*(?:\.(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const operator = /\*\*|\/\/|==|!=|<=|>=|&&|\|\||[-+*/%<>!()[\].,:]/y;
const extendedOperator = /\*\*|\/\/|<<|>>|==|!=|<=|>=|&&|\|\||[-+*/%<>!()[\].,:&|^~{}]/y;

/** What people write from other languages, and what it is called here. */
const hints: Readonly<Record<string, string>> = {
  '=': "'=' does not compare; write '=='",
  '&': "write 'and' (or '&&')",
  '|': "write 'or' (or '||')",
  '^': "a power is written '**'",
  '?': "a choice is written 'a if condition else b'",
  '{': 'braces have no meaning in an expression',
};

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Digits of a whole number at most: enough for any wire, too few to keep a processor busy. */
const maxDigits = 300;

/** Cuts an expression into words; the extended language has the signs of bits and maps too. @throws ALI_EXPRESSION */
export function tokenize(source: string, extended: boolean): Token[] {
  const tokens: Token[] = [];
  let at = 0;

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  }

  for (;;) {
    at += match(space)?.length ?? 0;
    const character = source[at];
    if (character === undefined) {
      tokens.push({ kind: 'end', at });
      return tokens;
    }
    const digits = match(hexadecimal) ?? match(decimal);
    if (digits !== undefined) {
      tokens.push({
        kind: 'number',
        value: readNumber(source, at, digits),
        isFloat: !whole.test(digits),
        at,
      });
      at += digits.length;
      if (match(name) !== undefined) throw expressionFault(source, at, 'a letter follows a number');
      continue;
    }
    const word = match(name);
    if (word !== undefined) {
      tokens.push({ kind: 'name', text: word, at });
      at += word.length;
      continue;
    }
    if (character === "'" || character === '"') {
      const { value, end } = readString(source, at, character);
      tokens.push({ kind: 'string', value, at });
      at = end;
      continue;
    }
    const sign = match(extended ? extendedOperator : operator);
    if (sign === undefined) {
      const shown = String.fromCodePoint(source.codePointAt(at) ?? 0);
      throw expressionFault(source, at, hints[character] ?? `unexpected ${JSON.stringify(shown)}`);
    }
    tokens.push({ kind: 'operator', text: sign, at });
    at += sign.length;
  }
}

const whole = /^(?:[\d_]+|0[xX].*)$/;

function readNumber(source: string, at: number, digits: string): number | bigint {
  const text = digits.replaceAll('_', '');
  if (!whole.test(text)) return Number(text);
  if (/^0\d*[1-9]/.test(text)) throw expressionFault(source, at, 'a number does not begin with 0');
  if (text.length > maxDigits) throw expressionFault(source, at, `a number of more than ${maxDigits} digits`);
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

function readString(source: string, start: number, quote: string): { value: string; end: number } {
  let value = '';
  let at = start + 1;
  for (;;) {
    const character = source[at];
    if (character === undefined || character === '\n') {
      throw expressionFault(source, start, 'this text has no closing quote');
    }
    if (character === quote) return { value, end: at + 1 };
    if (character !== '\\') {
      value += character;
      at += 1;
      continue;
    }
    const code = /^\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4}))/.exec(source.slice(at, at + 6));
    if (code !== null) {
      value += String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16));
      at += code[0].length;
      continue;
    }
    const escaped = escapes[source[at + 1] ?? ''];
    if (escaped === undefined)
      throw expressionFault(source, at, 'unknown escape; a backslash is written \\\\');
    value += escaped;
    at += 2;
  }
}
