import { Fault } from '../encoding/fault.ts';
import { Float } from '../encoding/float.ts';

/** Integers of more bytes are refused: telescope state can store 8, and the text of a long one takes long to make. */
const maxIntegerBytes = 1024;
const maxIntegerDigits = 2466;

/** An integer of the text protocol, `12` or `12L`. */
export function parseInteger(word: string): number | bigint {
  if (!/^[+-]?\d+L?$/.test(word)) throw new Fault(`${shown(word)} in it is not an integer`);
  const digits = word.replace('L', '');
  if (digits.length > maxIntegerDigits) throw tooLong();
  return narrow(BigInt(digits.replace('+', '')));
}

/** An integer as little-endian bytes in two's complement. */
export function integerOf(bytes: Uint8Array): number | bigint {
  if (bytes.length > maxIntegerBytes) throw tooLong();
  if (bytes.length === 0) return 0;
  const hex = Buffer.from(bytes).reverse().toString('hex');
  return narrow(BigInt.asIntN(8 * bytes.length, BigInt(`0x${hex}`)));
}

export function parseFloatWord(word: string): Float {
  const match = /^([+-]?)(inf|nan|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i.exec(word);
  if (match === null) throw new Fault(`${shown(word)} in it is not a float`);
  const [, sign = '', digits = ''] = match;
  const size = /^nan$/i.test(digits) ? Number.NaN : /^inf$/i.test(digits) ? Infinity : Number(digits);
  return new Float(sign === '-' ? -size : size);
}

/** What follows a backslash in a `repr` of Python, and the character it stands for; digits and x are numbers. */
const escapes = new Map(
  Object.entries({ '\\': 92, "'": 39, '"': 34, a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }).map(
    ([letter, code]) => [letter.charCodeAt(0), code],
  ),
);
const backslash = 92;

/** A str of Python 2 as its `repr` shows it, one character a byte. */
export function unquote(word: string): string {
  const quote = word[0];
  if (word.length < 2 || (quote !== "'" && quote !== '"') || word.at(-1) !== quote) {
    throw new Fault('a text in it has no quotes');
  }
  if (!word.includes('\\')) return word.slice(1, -1);
  const out = Buffer.allocUnsafe(word.length);
  const last = word.length - 1;
  let size = 0;
  for (let i = 1; i < last; ) {
    const code = word.charCodeAt(i++);
    if (code !== backslash || i === last) {
      out[size++] = code;
      continue;
    }
    const octal = numberAt(word, i, 8, 3, last);
    const hex = word[i] === 'x' ? numberAt(word, i + 1, 16, 2, last) : undefined;
    const plain = escapes.get(word.charCodeAt(i));
    if (octal !== undefined) out[size++] = octal.value & 0xff;
    else if (hex?.digits === 2) out[size++] = hex.value;
    else if (plain !== undefined) out[size++] = plain;
    else {
      // Python leaves what it does not know.
      out[size++] = backslash;
      continue;
    }
    i += octal?.digits ?? (hex?.digits === 2 ? 3 : 1);
  }
  return out.toString('latin1', 0, size);
}

/** Text as Python's codec raw-unicode-escape has it. */
export function unescapeUnicode(word: string): string {
  if (!word.includes('\\')) return word;
  const out = Buffer.allocUnsafe(2 * word.length);
  const put = (unit: number) => {
    out[size++] = unit & 0xff;
    out[size++] = unit >> 8;
  };
  let size = 0;
  for (let i = 0; i < word.length; ) {
    const code = word.charCodeAt(i++);
    const wanted = code !== backslash ? 0 : word[i] === 'u' ? 4 : word[i] === 'U' ? 8 : 0;
    const number = wanted === 0 ? undefined : numberAt(word, i + 1, 16, wanted, word.length);
    if (number === undefined || number.digits < wanted) {
      put(code);
      continue;
    }
    const point = number.value;
    if (point > 0x10ffff) throw new Fault('a text in it has a character beyond Unicode');
    if (point > 0xffff) put(0xd800 + ((point - 0x10000) >> 10));
    put(point > 0xffff ? 0xdc00 + ((point - 0x10000) & 0x3ff) : point);
    i += 1 + wanted;
  }
  return out.toString('utf16le', 0, size);
}

/** The number of at most `most` digits at `start`; undefined where there is no digit. */
function numberAt(word: string, start: number, base: 8 | 16, most: number, end: number) {
  let value = 0;
  let digits = 0;
  for (; digits < most && start + digits < end; digits++) {
    const code = word.charCodeAt(start + digits);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 65 ? (code & ~0x20) - 55 : base;
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  return digits === 0 ? undefined : { value, digits };
}

function narrow(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function tooLong(): Fault {
  return new Fault(`an integer in it has more than ${maxIntegerBytes} bytes`);
}

function shown(word: string): string {
  return JSON.stringify(word.length > 40 ? `${word.slice(0, 40)}…` : word);
}
