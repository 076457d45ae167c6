import { floatRepr } from '../shared/python-text.ts';

const maxDepth = 100;

/**
 * The JSON text of a Python literal as `repr` writes it: None, True, False, numbers, text, lists, tuples (which JSON
 * has as lists) and dictionaries; also with the `u` and `L` of Python 2. Undefined of anything else.
 *
 * @example jsonOfLiteral("[1, 2.0, None, u'\\xe9']") // '[1, 2.0, null, "\\u00e9"]'
 */
export function jsonOfLiteral(text: string): string | undefined {
  const reader = new LiteralReader(text);
  try {
    return reader.whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}

/** A text as Python's `json` writes it, in ASCII. */
export function jsonText(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

class NoLiteral extends Error {}

const names: ReadonlyMap<string, string> = new Map([
  ['None', 'null'],
  ['True', 'true'],
  ['False', 'false'],
  ['nan', 'NaN'],
  ['inf', 'Infinity'],
  ['-inf', '-Infinity'],
]);

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): string {
    const json = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new NoLiteral();
    return json;
  }

  #value(depth: number): string {
    if (depth > maxDepth) throw new NoLiteral();
    this.#space();
    switch (this.#text[this.#at]) {
      case '[':
        return `[${this.#items(']', () => this.#value(depth + 1)).join(', ')}]`;
      case '(':
        return `[${this.#items(')', () => this.#value(depth + 1)).join(', ')}]`;
      case '{':
        return `{${this.#items('}', () => this.#pair(depth)).join(', ')}}`;
      default: {
        const string = this.#match(/u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/sy);
        return string?.[1] === undefined ? this.#word() : jsonText(unescaped(string[1]));
      }
    }
  }

  #pair(depth: number): string {
    const key = this.#value(depth + 1);
    this.#space();
    if (this.#match(/:/y) === null) throw new NoLiteral();
    const value = this.#value(depth + 1);
    // As Python's json does with keys that are not text.
    return `${key.startsWith('"') ? key : jsonText(key)}: ${value}`;
  }

  #items(close: string, item: () => string): string[] {
    this.#at++;
    const items: string[] = [];
    for (;;) {
      this.#space();
      if (this.#text[this.#at] === close) break;
      items.push(item());
      this.#space();
      if (this.#text[this.#at] === ',') this.#at++;
      else if (this.#text[this.#at] !== close) throw new NoLiteral();
    }
    this.#at++;
    return items;
  }

  #word(): string {
    const word = this.#match(/[-+.\w]+/y)?.[0] ?? '';
    const json = names.get(word) ?? jsonOfNumber(word);
    if (json === undefined) throw new NoLiteral();
    return json;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match;
  }

  #space(): void {
    this.#match(/[ \n\r\t]*/y);
  }
}

/** The JSON text of a number of Python: an int stays as it is, a float is written as Python writes it. */
export function jsonOfNumber(text: string): string | undefined {
  const whole = /^(-?)0*(\d+)L?$/.exec(text);
  if (whole !== null) return `${whole[1]}${whole[2]}`;
  if (!/^-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text)) return undefined;
  const json = floatRepr(Number(text));
  return json.endsWith('inf') ? json.replace('inf', 'Infinity') : json;
}

function unescaped(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(
      /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs,
      (_, byte, unit, point, character) => {
        if (character !== undefined) return escapes[character] ?? `\\${character}`;
        const code = Number.parseInt(byte ?? unit ?? point, 16);
        if (code > 0x10ffff) throw new NoLiteral();
        return String.fromCodePoint(code);
      },
    );
}
