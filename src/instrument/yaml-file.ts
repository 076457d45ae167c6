import { readFileSync, statSync } from 'node:fs';
import {
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
} from 'yaml';
import { AlidadeError, messageOf } from '../shared/errors.ts';

/** Where something stands in a document: names of maps and numbers of list items, from the top. */
export type Path = readonly PropertyKey[];

export const maxFileBytes = 1024 * 1024;
/** A few lines of aliases could stand for a billion values; and each alias is looked for in the whole document. */
const maxAliases = 100;
const maxValues = 100_000;
const maxDepth = 64;

interface Work {
  readonly float: (value: number) => unknown;
  valuesLeft: number;
  aliasesLeft: number;
}

/** One YAML file: its text was read once; values and errors are found by their path. */
export class YamlFile {
  /** How errors name the file: as it was given. */
  readonly name: string;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /**
   * @throws ALI_INSTRUMENT when it cannot be read, is larger than 1 MiB, or is not one YAML document
   */
  constructor(name: string) {
    this.name = name;
    this.#lines = new LineCounter();
    const text = readText(name);
    this.#document = parseDocument(text, {
      intAsBigInt: true,
      lineCounter: this.#lines,
      logLevel: 'error',
      prettyErrors: false,
      resolveKnownTags: false,
      stringKeys: true,
      // It compares each name of a map with every other, which takes minutes for many; values() looks them up.
      uniqueKeys: false,
    });
    // A warning is a tag that nobody knows: its value would not be what was meant.
    const [problem] = [...this.#document.errors, ...this.#document.warnings];
    if (problem !== undefined) throw this.#fault(problem.pos[0], told(problem.message));
  }

  /**
   * The whole document as plain values. `number` makes what a float is read as (`1.0` and `1e3` are floats, `1` is
   * not); an integer is a number, and a bigint where it would lose digits.
   *
   * @throws ALI_INSTRUMENT when a name comes twice in a map, values are nested more than 64 deep, more than 100 aliases
   * are to be followed, or it has more than 100 000 values
   */
  values(float: (value: number) => unknown = (value) => value): unknown {
    return this.#toValue(
      this.#document.contents,
      { float, valuesLeft: maxValues, aliasesLeft: maxAliases },
      0,
    );
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
    const { line, col } = this.#lines.linePos(offset);
    return new AlidadeError(
      'ALI_INSTRUMENT',
      `${this.name}:${Math.max(1, line)}:${Math.max(1, col)}: ${problem}`,
    );
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
    const target = isAlias(node) ? node.resolve(this.#document) : node;
    return isNode(target) ? target : undefined;
  }

  #toValue(raw: unknown, work: Work, depth: number): unknown {
    const at = isNode(raw) ? (raw.range?.[0] ?? 0) : 0;
    if (isAlias(raw)) work.aliasesLeft -= 1;
    if (work.aliasesLeft < 0) throw this.#fault(at, `more than ${maxAliases} aliases are followed`);
    const node = this.#followed(raw);
    if (isAlias(raw) && node === undefined)
      throw this.#fault(at, `there is no anchor &${raw.source} before this`);
    work.valuesLeft -= 1;
    if (work.valuesLeft < 0) throw this.#fault(at, `this file has more than ${maxValues} values`);
    if (depth > maxDepth) throw this.#fault(at, `this is nested more than ${maxDepth} deep`);
    if (isSeq(node)) return node.items.map((item) => this.#toValue(item, work, depth + 1));
    if (isMap(node)) {
      const map: Record<string, unknown> = Object.create(null);
      for (const item of node.items) {
        const name = nameOf(item.key);
        if (Object.hasOwn(map, name)) {
          const again = isNode(item.key) ? (item.key.range?.[0] ?? at) : at;
          throw this.#fault(again, `'${name}' is here for the second time`);
        }
        map[name] = this.#toValue(item.value, work, depth + 1);
      }
      return map;
    }
    const value = isScalar(node) ? node.value : null;
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    return typeof value === 'number' ? work.float(value) : value;
  }
}

function readText(name: string): string {
  try {
    const { size } = statSync(name);
    if (size > maxFileBytes) {
      throw new AlidadeError(
        'ALI_INSTRUMENT',
        `${name} has ${size} bytes; an instrument file has at most 1 MiB`,
      );
    }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(name));
    return text;
  } catch (error) {
    if (error instanceof AlidadeError) throw error;
    if (error instanceof TypeError) {
      throw new AlidadeError('ALI_INSTRUMENT', `${name} is not UTF-8 text`, { cause: error });
    }
    throw new AlidadeError('ALI_INSTRUMENT', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** The name of an entry of a map: always text, the parser sees to it. */
function nameOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
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
