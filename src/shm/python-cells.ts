import { AlidadeError } from '../shared/errors.ts';
import { floatRepr, strRepr } from '../shared/python-text.ts';

/** Deeper than this no frame nests. */
const maxDepth = 100;

/** A frame as a row of its CSV log: the names of its fields, and their values as Python's `csv` writes them. */
export interface FrameCells {
  readonly fields: readonly string[];
  readonly cells: readonly string[];
  /** Which of the values are text. */
  readonly isText: readonly boolean[];
}

/**
 * The cells of a frame from its text on the wire: None is empty, booleans are `True` and `False`, floats, lists and
 * dictionaries Python's `repr`. From the text rather than from values, because it tells `12` from `12.0`.
 *
 * @throws ALI_DECODE when it is not a JSON object
 * @example frameCells('{"ts": 1.0, "sender": "APP", "cells": [1, null]}').cells // ['1.0', 'APP', '[1, None]']
 */
export function frameCells(json: string): FrameCells {
  return new CellReader(json).frame();
}

/** Reads JSON as Python's `json` does, NaN and Infinity included, and writes it as Python's `repr`. */
class CellReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  frame(): FrameCells {
    const fields: string[] = [];
    const cells: string[] = [];
    const isText: boolean[] = [];
    this.#items('{', '}', () => {
      fields.push(this.#string());
      this.#take(':');
      isText.push(this.#isNext('"'));
      cells.push(isText.at(-1) === true ? this.#string() : this.#cell());
    });
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault();
    return { fields, cells, isText };
  }

  #cell(): string {
    const repr = this.#repr(0);
    return repr === 'None' ? '' : repr;
  }

  #repr(depth: number): string {
    if (depth > maxDepth) throw this.#fault();
    this.#space();
    const items: string[] = [];
    switch (this.#text[this.#at]) {
      case '"':
        return strRepr(this.#string());
      case '[':
        this.#items('[', ']', () => items.push(this.#repr(depth + 1)));
        return `[${items.join(', ')}]`;
      case '{':
        this.#items('{', '}', () => {
          const key = strRepr(this.#string());
          this.#take(':');
          items.push(`${key}: ${this.#repr(depth + 1)}`);
        });
        return `{${items.join(', ')}}`;
      default:
        return this.#word();
    }
  }

  #word(): string {
    const found = /[-+.\w]+/y;
    found.lastIndex = this.#at;
    const word = found.exec(this.#text)?.[0] ?? '';
    const repr = words.get(word) ?? numberRepr(word);
    if (repr === undefined) throw this.#fault();
    this.#at += word.length;
    return repr;
  }

  #string(): string {
    this.#space();
    const found = /"(?:[^"\\]|\\.)*"/sy;
    found.lastIndex = this.#at;
    const quoted = found.exec(this.#text)?.[0];
    if (quoted === undefined) throw this.#fault();
    try {
      const text = JSON.parse(quoted) as string;
      this.#at += quoted.length;
      return text;
    } catch {
      throw this.#fault();
    }
  }

  #items(open: string, close: string, item: () => void): void {
    this.#take(open);
    for (let first = true; !this.#isNext(close); first = false) {
      if (!first) this.#take(',');
      item();
    }
    this.#take(close);
  }

  #isNext(character: string): boolean {
    this.#space();
    return this.#text[this.#at] === character;
  }

  #take(character: string): void {
    if (!this.#isNext(character)) throw this.#fault();
    this.#at++;
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  #fault(): AlidadeError {
    return new AlidadeError('ALI_DECODE', `not the JSON of a frame, at character ${this.#at + 1}`);
  }
}

const words: ReadonlyMap<string, string> = new Map([
  ['null', 'None'],
  ['true', 'True'],
  ['false', 'False'],
  ['NaN', 'nan'],
  ['Infinity', 'inf'],
  ['-Infinity', '-inf'],
]);

function numberRepr(word: string): string | undefined {
  if (/^-?\d+$/.test(word)) return word;
  return /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(word) ? floatRepr(Number(word)) : undefined;
}

/** A row as Python's `csv` writes it: quotes only where they are needed, CR LF at the end. */
export function csvRow(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\r\n`;
}
