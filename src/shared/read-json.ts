import { AlidadeError } from './errors.ts';
import { type ExactValue, Float } from './exact-value.ts';

/** Deeper than this nothing nests, and no reader recurses. */
export const maxDepth = 100;
/** Python reads integers of no more digits either. */
const maxIntegerDigits = 4300;

/**
 * Reads JSON without loss as Python's `json` does, `NaN`, `Infinity` and `-Infinity` included. Of a key that comes twice
 * the last value counts, as there.
 *
 * @param what how the error names the text
 * @throws ALI_DECODE with the place
 */
export function readJson(text: string, what: string): ExactValue {
  return new JsonReader(text, what).whole();
}

const words: ReadonlyMap<string, ExactValue> = new Map<string, ExactValue>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', new Float(Number.NaN)],
  ['Infinity', new Float(Number.POSITIVE_INFINITY)],
  ['-Infinity', new Float(Number.NEGATIVE_INFINITY)],
]);

const wordFrom = /[-+.\w]+/y;

class JsonReader {
  readonly #text: string;
  readonly #what: string;
  #at = 0;
  /** Where the next backslash is from {@link #at} on, as far as it was looked for. */
  #backslash = -1;

  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
  }

  whole(): ExactValue {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault();
    return value;
  }

  #value(depth: number): ExactValue {
    if (depth > maxDepth) {
      throw new AlidadeError('ALI_DECODE', `${this.#what} nests deeper than ${maxDepth} levels`);
    }
    this.#space();
    switch (this.#text[this.#at]) {
      case '"':
        return this.#string();
      case '[': {
        const list: ExactValue[] = [];
        this.#items(']', () => list.push(this.#value(depth + 1)));
        return list;
      }
      case '{': {
        const map = new Map<string, ExactValue>();
        this.#items('}', () => {
          this.#space();
          const key = this.#string();
          this.#space();
          if (this.#text[this.#at] !== ':') throw this.#fault();
          this.#at++;
          map.set(key, this.#value(depth + 1));
        });
        return map;
      }
      default:
        return this.#word();
    }
  }

  #items(close: string, item: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      item();
      this.#space();
      const next = this.#text[this.#at];
      if (next !== ',' && next !== close) throw this.#fault();
      this.#at++;
      if (next === close) return;
    }
  }

  #string(): string {
    const start = this.#at;
    if (this.#text[start] !== '"') throw this.#fault();
    let end = this.#text.indexOf('"', start + 1);
    for (let from = start + 1; end > 0; ) {
      const backslash = this.#backslashFrom(from);
      if (backslash > end) break;
      from = backslash + 2;
      if (backslash + 1 === end) end = this.#text.indexOf('"', from);
    }
    if (end < 0) throw this.#fault();
    try {
      const text = JSON.parse(this.#text.slice(start, end + 1)) as string;
      this.#at = end + 1;
      return text;
    } catch {
      throw this.#fault();
    }
  }

  /** Each stretch of the text is looked through once, however many strings there are. */
  #backslashFrom(start: number): number {
    if (this.#backslash < start) {
      const found = this.#text.indexOf('\\', start);
      this.#backslash = found < 0 ? this.#text.length : found;
    }
    return this.#backslash;
  }

  #word(): ExactValue {
    wordFrom.lastIndex = this.#at;
    const word = wordFrom.exec(this.#text)?.[0] ?? '';
    const value = words.get(word) ?? (word === 'null' ? null : this.#number(word));
    this.#at += word.length;
    return value;
  }

  #number(word: string): ExactValue {
    const [whole, fraction, exponent] =
      /^-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.exec(word) ?? ([] as string[]);
    if (whole === undefined) throw this.#fault();
    if (fraction !== undefined || exponent !== undefined) return new Float(Number(word));
    const value = Number(word);
    if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
    if (word.length > maxIntegerDigits) {
      throw new AlidadeError('ALI_DECODE', `${this.#what} has an integer of ${word.length} digits`);
    }
    return BigInt(word);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }

  #fault(): AlidadeError {
    return new AlidadeError('ALI_DECODE', `${this.#what} is not JSON at character ${this.#at + 1}`);
  }
}
