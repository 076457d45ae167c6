import { floatText, jsonText } from './python-text.ts';
import { maxDepth } from './read-json.ts';

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
        const quote = this.#match(/u?(['"])/y)?.[1];
        return quote === undefined ? this.#word() : jsonText(unescaped(this.#quoted(quote)));
      }
    }
  }

  /** What stands before the closing quote. A regular expression of the whole would need stack as long as the text. */
  #quoted(quote: string): string {
    const start = this.#at;
    const special = /['"\\]/g;
    special.lastIndex = start;
    for (let found = special.exec(this.#text); found !== null; found = special.exec(this.#text)) {
      if (found[0] === '\\') special.lastIndex++;
      else if (found[0] === quote) {
        this.#at = special.lastIndex;
        return this.#text.slice(start, found.index);
      }
    }
    throw new NoLiteral();
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
  const whole = /^(-?)(?:0*([1-9]\d*)|0+)L?$/.exec(text);
  if (whole !== null) return `${whole[1]}${whole[2] ?? 0}`;
  const isFloat = /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(text);
  return isFloat ? floatText(Number(text)) : undefined;
}

function unescaped(quoted: string): string {
  return quoted.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gs,
    (_, byte, unit, point, character) => {
      if (character !== undefined) return escapes[character] ?? `\\${character}`;
      const code = Number.parseInt(byte ?? unit ?? point, 16);
      if (code > 0x10ffff) throw new NoLiteral();
      return String.fromCodePoint(code);
    },
  );
}
