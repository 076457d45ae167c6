import { readFileSync, statSync } from 'node:fs';
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { AlidadeError, type ErrorCode, messageOf } from './errors.ts';

/** Where something stands in a document: names of maps and numbers of list items, from the top. */
export type Path = readonly PropertyKey[];

/** What a file is for, and how much of it is read. */
export interface YamlFileKind {
  /** The code of its errors. */
  readonly code: ErrorCode;
  /** As a message calls it: `an instrument file`. */
  readonly what: string;
  readonly maxMebibytes: number;
  readonly maxValues: number;
  /** In YAML 1.1, which Python reads, `on`, `off`, `yes` and `no` are booleans, and `<<` merges a map into another. */
  readonly version: '1.1' | '1.2';
}

export interface ValuesOptions {
  /** What a float is read as (`1.0` and `1e3` are floats, `1` is not). */
  readonly float?: ((value: number) => unknown) | undefined;
  /** A map with a name that is a number or a boolean, such as `{1: open}`, becomes a Map that keeps it so. */
  readonly typedKeys?: boolean | undefined;
}

const maxDepth = 64;

interface Work {
  readonly float: (value: number) => unknown;
  readonly typedKeys: boolean;
  /** A few lines of aliases could stand for a billion values. */
  valuesLeft: number;
}

/** One YAML file: its text was read once; values and errors are found by their path. */
export class YamlFile {
  /** How errors name the file: as it was given. */
  readonly name: string;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  readonly #kind: YamlFileKind;
  #targets: ReadonlyMap<Alias, Node> | undefined;

  /**
   * @throws the code of its kind when it cannot be read, is too large, or is not one YAML document
   */
  constructor(name: string, kind: YamlFileKind) {
    this.name = name;
    this.#kind = kind;
    this.#lines = new LineCounter();
    const text = readText(name, kind);
    this.#document = parseDocument(text, {
      intAsBigInt: true,
      lineCounter: this.#lines,
      logLevel: 'error',
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      version: kind.version,
      // It compares each name of a map with every other, which takes minutes for many; values() looks them up.
      uniqueKeys: false,
    });
    // A warning is a tag that nobody knows: its value would not be what was meant.
    const [problem] = [...this.#document.errors, ...this.#document.warnings];
    if (problem !== undefined) throw this.#fault(problem.pos[0], told(problem.message));
  }

  /**
   * The whole document, or what stands at a path, as plain values. An integer is a number, and a bigint where it would
   * lose digits.
   *
   * @throws the code of its kind when a name comes twice in a map, values are nested more than 64 deep, or it has,
   * its aliases followed, more values than its kind may have
   */
  values(options: ValuesOptions = {}, path: Path = []): unknown {
    const { float = (value: number) => value, typedKeys = false } = options;
    const work = { float, typedKeys, valuesLeft: this.#kind.maxValues };
    return this.#toValue(this.#nodeAt(path), work, 0);
  }

  /** The line and column, from 1, of what stands at a path; with `key`, of the name of an entry of the map there. */
  placeOf(path: Path, key?: string): { readonly line: number; readonly column: number } {
    return this.#placeOf(this.#offsetOf(path, key));
  }

  /** The error of what stands at a path; with `key`, of the name of an entry of the map there. */
  fault(path: Path, problem: string, key?: string): AlidadeError {
    return this.#fault(this.#offsetOf(path, key), problem);
  }

  /** What stands at a path, as a message shows it. */
  found(path: Path): string {
    const node = this.#nodeAt(path);
    if (node === undefined) return path.length === 0 ? 'empty' : 'missing';
    if (isMap(node)) return 'a map';
    if (isSeq(node)) return 'a list';
    return isScalar(node) ? foundScalar(node) : 'something else';
  }

  #fault(offset: number, problem: string): AlidadeError {
    const { line, column } = this.#placeOf(offset);
    return new AlidadeError(this.#kind.code, `${this.name}:${line}:${column}: ${problem}`);
  }

  #placeOf(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #nodeAt(path: Path): Node | undefined {
    let node = this.#followed(this.#document.contents);
    for (const name of path) {
      if (isMap(node))
        node = this.#followed(node.items.find(({ key }) => nameOf(key) === String(name))?.value);
      else if (isSeq(node)) node = this.#followed(node.items[Number(name)]);
      else return undefined;
    }
    return node;
  }

  #offsetOf(path: Path, key: string | undefined): number {
    const node = this.#nodeAt(path);
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => nameOf(item.key) === key);
      if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
    }
    if (node !== undefined) return node.range?.[0] ?? 0;
    // What is missing has no place: that of what it is missing from, on its first entry.
    return path.length === 0 ? 0 : this.#offsetOf(path.slice(0, -1), undefined);
  }

  #followed(node: unknown): Node | undefined {
    if (!isAlias(node)) return isNode(node) ? node : undefined;
    this.#targets ??= targetsIn(this.#document);
    return this.#targets.get(node);
  }

  #toValue(raw: unknown, work: Work, depth: number): unknown {
    const at = isNode(raw) ? (raw.range?.[0] ?? 0) : 0;
    const node = this.#followed(raw);
    if (isAlias(raw) && node === undefined)
      throw this.#fault(at, `there is no anchor &${raw.source} before this`);
    work.valuesLeft -= 1;
    if (work.valuesLeft < 0) throw this.#fault(at, `this file has more than ${this.#kind.maxValues} values`);
    if (depth > maxDepth) throw this.#fault(at, `this is nested more than ${maxDepth} deep`);
    if (isSeq(node)) return node.items.map((item) => this.#toValue(item, work, depth + 1));
    if (isMap(node)) return this.#toMap(node, work, depth, at);
    if (!isScalar(node)) return null;
    const value = scalarValue(node);
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    return typeof value === 'number' ? work.float(value) : value;
  }

  #toMap(node: YAMLMap, work: Work, depth: number, at: number): unknown {
    const map: Record<string, unknown> = Object.create(null);
    const keys: (readonly [key: unknown, name: string])[] = [];
    const merged: unknown[] = [];
    for (const item of node.items) {
      const name = nameOf(item.key);
      if (name === mergeName && this.#kind.version === '1.1') {
        merged.push(this.#toValue(item.value, work, depth + 1));
        continue;
      }
      if (Object.hasOwn(map, name)) {
        const again = isNode(item.key) ? (item.key.range?.[0] ?? at) : at;
        throw this.#fault(again, `'${name}' is here for the second time`);
      }
      map[name] = this.#toValue(item.value, work, depth + 1);
      keys.push([work.typedKeys ? typedKey(item.key, this.#kind.version) : name, name]);
    }
    for (const [name, value] of merged.flat().flatMap(entriesOf)) {
      if (Object.hasOwn(map, name)) continue;
      map[name] = value;
      keys.push([name, name]);
    }
    return keys.every(([key]) => typeof key === 'string')
      ? map
      : new Map(keys.map(([key, name]) => [key, map[name]]));
  }
}

/** What each alias stands for: the last node before it that has its anchor. */
function targetsIn(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchored.set(node.anchor, node);
        return;
      }
      const target = anchored.get(node.source);
      if (target !== undefined) targets.set(node, target);
    },
  });
  return targets;
}

const mergeName = '<<';

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null && !(value instanceof Map) ? Object.entries(value) : [];
}

/** The parser's YAML 1.1 has booleans, dates and numbers (`e0`) that Python's has not. */
function scalarValue(node: Scalar): unknown {
  const { value } = node;
  if (value instanceof Date) return node.source ?? value.toISOString();
  if (Number.isNaN(value) && !/^\.nan$/i.test(node.source ?? '')) return node.source;
  return typeof value === 'boolean' && /^[yn]$/i.test(node.source ?? '') ? node.source : value;
}

const truths: Readonly<Record<YamlFileKind['version'], RegExp>> = {
  '1.1': /^(?:true|yes|on)$/i,
  '1.2': /^true$/i,
};
const falsehoods: Readonly<Record<YamlFileKind['version'], RegExp>> = {
  '1.1': /^(?:false|no|off)$/i,
  '1.2': /^false$/i,
};

/** What a name without quotation marks would be as a value. */
function typedKey(key: unknown, version: YamlFileKind['version']): unknown {
  const name = nameOf(key);
  if (!isScalar(key) || key.type !== 'PLAIN') return name;
  if (/^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i.test(name)) return Number(name);
  if (truths[version].test(name)) return true;
  return falsehoods[version].test(name) ? false : name;
}

function readText(name: string, { code, what, maxMebibytes }: YamlFileKind): string {
  try {
    const { size } = statSync(name);
    if (size > maxMebibytes * 1024 * 1024) {
      throw new AlidadeError(code, `${name} has ${size} bytes; ${what} has at most ${maxMebibytes} MiB`);
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(name));
    return text;
  } catch (error) {
    if (error instanceof AlidadeError) throw error;
    if (error instanceof TypeError) {
      throw new AlidadeError(code, `${name} is not UTF-8 text`, { cause: error });
    }
    throw new AlidadeError(code, `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The name of an entry of a map: always text, the parser sees to it. */
function nameOf(key: unknown): string {
  if (!isScalar(key)) return '';
  return typeof key.value === 'symbol' ? mergeName : String(key.value);
}

function foundScalar(node: Scalar): string {
  const { value } = node;
  if (value === null) return 'empty';
  if (typeof value !== 'string') return String(node.source ?? value);
  return `the text ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
}

/** The parser calls itself for each level: text that is nothing but brackets exhausts the stack. */
function told(message: string): string {
  return message.startsWith('Maximum call stack')
    ? 'this is nested too deep'
    : (message.split('\n')[0] ?? '');
}
