import type { JsonText } from './change.ts';
import { ConfigurationError } from './errors.ts';

/** A JSON value that remembers where it stands in its text, the order of its members and how its numbers were written. */
export type JsonNode = JsonObjectNode | JsonArrayNode | JsonScalarNode;

export interface JsonObjectNode {
  readonly kind: 'object';
  readonly offset: number;
  readonly members: ReadonlyMap<string, JsonMember>;
}
export interface JsonMember {
  readonly node: JsonNode;
  /** Where the name of the member begins. */
  readonly offset: number;
}
export interface JsonArrayNode {
  readonly kind: 'array';
  readonly offset: number;
  readonly items: readonly JsonNode[];
}
export interface JsonScalarNode {
  readonly kind: 'scalar';
  readonly offset: number;
  /** Text in the form of `JSON.stringify`; numbers as they were written. */
  readonly json: JsonText;
}

const maxDepth = 100;

/**
 * Reads strict JSON (RFC 8259): no comments, no trailing commas, no repeated names in an object.
 *
 * @param name how messages name the text, followed by line and column
 * @throws ConfigurationError
 */
export function readJson(text: string, name: string): JsonNode {
  return new JsonReader(text, name, false).document();
}

/** Reads what we have written ourselves: text may hold lone surrogates, which stand for foreign bytes (see `keyText`). */
export function readStored(text: string, name: string): JsonNode {
  return new JsonReader(text, name, true).document();
}

/** The error about a place of a text: `sample.json:3:14: message`. Lines and columns count from 1. */
export function errorAt(text: string, name: string, offset: number, message: string): ConfigurationError {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  const column = offset - before.lastIndexOf('\n');
  return new ConfigurationError(`${name}:${line}:${column}: ${message}`);
}

/** The shortest JSON text of a value. */
export function compactText(node: JsonNode): JsonText {
  switch (node.kind) {
    case 'scalar':
      return node.json;
    case 'array':
      return `[${node.items.map(compactText).join(',')}]`;
    case 'object':
      return objectText([...node.members].map(([name, member]) => [name, compactText(member.node)]));
  }
}

export function objectText(members: Iterable<readonly [name: string, json: JsonText]>): JsonText {
  let text = '';
  for (const [name, json] of members) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${json}`;
  return `{${text}}`;
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[A-Za-z0-9_.+-]+/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON does not allow them inside of text.
const control = /[\u0000-\u001f]/;

class JsonReader {
  readonly #text: string;
  readonly #name: string;
  readonly #isStored: boolean;
  #at = 0;

  constructor(text: string, name: string, isStored: boolean) {
    this.#text = text;
    this.#name = name;
    this.#isStored = isStored;
  }

  document(): JsonNode {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    const node = this.#value(0);
    this.#skip();
    if (this.#at < this.#text.length) throw this.#unexpected('nothing more after the end of the JSON value');
    return node;
  }

  #value(depth: number): JsonNode {
    this.#skip();
    if (depth > maxDepth) throw this.#error(`values are nested more than ${maxDepth} deep`);
    const offset = this.#at;
    switch (this.#text[offset]) {
      case '{':
        return this.#object(offset, depth);
      case '[':
        return this.#array(offset, depth);
      case '"':
        return { kind: 'scalar', offset, json: JSON.stringify(this.#string()) };
      default:
        return this.#plain(offset);
    }
  }

  #object(offset: number, depth: number): JsonObjectNode {
    const members = new Map<string, JsonMember>();
    this.#at++;
    this.#skip();
    if (this.#take('}')) return { kind: 'object', offset, members };
    for (;;) {
      this.#skip();
      const at = this.#at;
      if (this.#text[at] !== '"') throw this.#unexpected('a name in double quotes');
      const name = this.#string();
      if (members.has(name)) throw this.#error(`the key ${JSON.stringify(name)} is there twice`, at);
      this.#skip();
      if (!this.#take(':')) throw this.#unexpected(`a colon after ${JSON.stringify(name)}`);
      members.set(name, { offset: at, node: this.#value(depth + 1) });
      this.#skip();
      if (this.#take('}')) return { kind: 'object', offset, members };
      if (!this.#take(',')) throw this.#unexpected("',' or '}'");
      this.#refuseTrailing('}');
    }
  }

  #array(offset: number, depth: number): JsonArrayNode {
    const items: JsonNode[] = [];
    this.#at++;
    this.#skip();
    if (this.#take(']')) return { kind: 'array', offset, items };
    for (;;) {
      items.push(this.#value(depth + 1));
      this.#skip();
      if (this.#take(']')) return { kind: 'array', offset, items };
      if (!this.#take(',')) throw this.#unexpected("',' or ']'");
      this.#refuseTrailing(']');
    }
  }

  #refuseTrailing(end: string): void {
    const comma = this.#at - 1;
    this.#skip();
    if (this.#text[this.#at] === end) throw this.#error(`JSON has no comma before '${end}'`, comma);
  }

  #plain(offset: number): JsonScalarNode {
    number.lastIndex = offset;
    word.lastIndex = offset;
    const written = word.exec(this.#text)?.[0] ?? '';
    const isNumber = written !== '' && number.exec(this.#text)?.[0] === written;
    if (!isNumber && written !== 'true' && written !== 'false' && written !== 'null') {
      throw this.#unexpected('a JSON value');
    }
    this.#at += written.length;
    return { kind: 'scalar', offset, json: written };
  }

  #string(): string {
    const start = this.#at;
    let end = start;
    do {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#error('the text that begins here has no end', start);
    } while (this.#isEscaped(end));
    const inside = this.#text.slice(start + 1, end);
    this.#at = end + 1;
    const bad = control.exec(inside);
    if (bad !== null) {
      const shown = JSON.stringify(bad[0]).slice(1, -1);
      throw this.#error(
        `a control character (${shown}) inside of text; write it as an escape`,
        start + 1 + bad.index,
      );
    }
    if (!inside.includes('\\')) return this.#wellFormed(inside, start);
    try {
      return this.#wellFormed(JSON.parse(this.#text.slice(start, end + 1)) as string, start);
    } catch (error) {
      if (error instanceof ConfigurationError) throw error;
      throw this.#error('an escape in this text is none of JSON', start);
    }
  }

  #wellFormed(value: string, start: number): string {
    if (this.#isStored || value.isWellFormed()) return value;
    throw this.#error('this text holds half a character (a lone surrogate)', start);
  }

  #isEscaped(at: number): boolean {
    let slashes = 0;
    while (this.#text[at - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 1;
  }

  #skip(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #unexpected(wanted: string): ConfigurationError {
    const rest = this.#text.slice(this.#at, this.#at + 12);
    if (rest === '') return this.#error(`the text ends where ${wanted} should be`);
    if (/^(?:\/[/*]|#)/.test(rest)) return this.#error('JSON has no comments');
    const [char] = rest;
    return this.#error(`expected ${wanted}, found ${JSON.stringify(char)}`);
  }

  #error(message: string, offset = this.#at): ConfigurationError {
    return errorAt(this.#text, this.#name, offset, message);
  }
}
