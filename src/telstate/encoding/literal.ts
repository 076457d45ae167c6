import { Fault } from './fault.ts';
import { Tuple } from './tuple.ts';

/** What a Python literal of the kinds found in `.npy` headers reads as. */
export type Literal = null | boolean | number | string | Literal[] | Tuple<Literal> | Map<Literal, Literal>;

const maxLiteralDepth = 40;

const simpleEscapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/**
 * Reads a Python literal of dicts, lists, tuples, texts, integers, booleans and None. Nothing is evaluated: a name or
 * a call is refused. Linear in the length of the text.
 *
 * @param options.longSuffix accept Python 2's `3L`
 * @throws Fault
 */
export function parseLiteral(text: string, options: { readonly longSuffix: boolean }): Literal {
  const parser = new LiteralParser(text, options.longSuffix);
  const value = parser.value(0);
  parser.end();
  return value;
}

class LiteralParser {
  private at = 0;
  private readonly text: string;
  private readonly longSuffix: boolean;

  constructor(text: string, longSuffix: boolean) {
    this.text = text;
    this.longSuffix = longSuffix;
  }

  end(): void {
    if (this.peek() !== '') throw this.unexpected();
  }

  value(depth: number): Literal {
    if (depth > maxLiteralDepth) throw new Fault('a header is nested too deep');
    const char = this.peek();
    if (char === '{') return this.dict(depth);
    if (char === '[') return this.items(']', depth).list;
    if (char === '(') {
      const { list, commas } = this.items(')', depth);
      return list.length === 1 && commas === 0 ? (list[0] as Literal) : new Tuple(list);
    }
    if (char === "'" || char === '"') return this.string();
    if (/[-+\d]/.test(char)) return this.integer();
    return this.word();
  }

  /** The next character that is not a space, '' at the end. */
  private peek(): string {
    while (this.at < this.text.length && ' \t\r\n\f'.includes(this.text[this.at] as string)) this.at++;
    return this.text[this.at] ?? '';
  }

  private dict(depth: number): Map<Literal, Literal> {
    const dict = new Map<Literal, Literal>();
    this.at++;
    while (this.peek() !== '}') {
      const key = this.value(depth + 1);
      if (this.peek() !== ':') throw this.unexpected();
      this.at++;
      dict.set(key, this.value(depth + 1));
      if (!this.comma('}')) break;
    }
    this.at++;
    return dict;
  }

  private items(close: string, depth: number): { list: Literal[]; commas: number } {
    const list: Literal[] = [];
    let commas = 0;
    this.at++;
    while (this.peek() !== close) {
      list.push(this.value(depth + 1));
      if (!this.comma(close)) break;
      commas++;
    }
    this.at++;
    return { list, commas };
  }

  /** Steps over a comma; false when `close` comes instead. */
  private comma(close: string): boolean {
    const char = this.peek();
    if (char === close) return false;
    if (char !== ',') throw this.unexpected();
    this.at++;
    return true;
  }

  private string(): string {
    const quote = this.text[this.at++] as string;
    let out = '';
    for (;;) {
      const char = this.text[this.at++];
      if (char === undefined || char === '\n') throw new Fault('a text in a header has no end');
      if (char === quote) return out;
      out += char === '\\' ? this.escape() : char;
    }
  }

  private escape(): string {
    const char = this.text[this.at++] ?? '';
    const simple = simpleEscapes[char];
    if (simple !== undefined) return simple;
    const length = char === 'x' ? 2 : char === 'u' ? 4 : char === 'U' ? 8 : 0;
    const digits = this.text.slice(this.at, this.at + length);
    const point = Number.parseInt(digits, 16);
    if (length === 0 || !/^[\da-f]+$/i.test(digits) || digits.length !== length || point > 0x10ffff) {
      throw new Fault('a text in a header has an escape that is not known');
    }
    this.at += length;
    return String.fromCodePoint(point);
  }

  private integer(): number {
    const match = /[-+]?\d{1,19}(?![\d.eEjJxXoO_])/y;
    match.lastIndex = this.at;
    const digits = match.exec(this.text)?.[0];
    if (digits === undefined) throw this.unexpected();
    this.at += digits.length;
    if (this.longSuffix && this.text[this.at] === 'L') this.at++;
    return Number(digits);
  }

  private word(): Literal {
    const match = /[A-Za-z_]\w{0,20}/y;
    match.lastIndex = this.at;
    const word = match.exec(this.text)?.[0];
    if (word === undefined) throw this.unexpected();
    const next = this.text[this.at + word.length];
    if ((word === 'u' || word === 'U') && (next === "'" || next === '"')) {
      this.at++;
      return this.string();
    }
    if (word !== 'True' && word !== 'False' && word !== 'None') throw this.unexpected();
    this.at += word.length;
    return word === 'None' ? null : word === 'True';
  }

  private unexpected(): Fault {
    const found = this.text.slice(this.at, this.at + 20);
    return new Fault(
      found === '' ? 'a header ends too early' : `a header has an unexpected ${JSON.stringify(found)}`,
    );
  }
}
