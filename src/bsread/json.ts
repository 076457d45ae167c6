import { messageOf } from '../shared/errors.ts';

/** What was parsed from JSON. Integers that a number does not hold exactly are bigints. */
export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Deeper than this no header nests. */
const maxDepth = 32;

/** Why the bytes are not the JSON object that was expected. */
export class JsonFault extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The JSON object in a frame.
 *
 * @throws JsonFault
 */
export function parseObject(bytes: Uint8Array): JsonObject {
  if (isDeep(bytes)) throw new JsonFault(`it nests deeper than ${maxDepth} levels`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new JsonFault('it is not UTF-8');
  }
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonFault('it is not a JSON object');
  }
  return value as JsonObject;
}

/** The same with every integer exact, which takes three times as long. */
export function parseExactObject(bytes: Uint8Array): JsonObject {
  return parse(utf8.decode(bytes), exactIntegers) as JsonObject;
}

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

const exactIntegers: Reviver = ((_key: string, value: unknown, { source }: { readonly source?: string }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && isInteger.test(source)
    ? BigInt(source)
    : value) as Reviver;

/** As many digits as 256 bits have: nothing in a header is larger. */
const isInteger = /^-?\d{1,78}$/;

function parse(text: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch (error) {
    const plain = withoutOddNumbers(text);
    if (plain !== text) return parse(plain, reviver);
    throw new JsonFault(`it is not JSON: ${messageOf(error).slice(0, 200)}`);
  }
}

/** Python's json writes and reads numbers that JSON has not. They stand in metadata only, and are null for us. */
function withoutOddNumbers(text: string): string {
  const token = /"|-?Infinity|NaN/g;
  let plain = '';
  let from = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') token.lastIndex = endOfText(text, match.index);
    else {
      plain += `${text.slice(from, match.index)}null`;
      from = token.lastIndex;
    }
  }
  return plain + text.slice(from);
}

/** Behind the quote that ends the text which begins at `start`. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

const quote = 0x22;
const backslash = 0x5c;

function isDeep(bytes: Uint8Array): boolean {
  if (bytes.length <= maxDepth) return false;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) isText = !isText;
    else if (isText) {
      if (byte === backslash) at++;
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > maxDepth) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}
