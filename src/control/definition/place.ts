import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { AlidadeError } from '../../shared/errors.ts';
import { Float, isList } from '../../shared/exact-value.ts';
import type { Path, YamlFile } from '../../shared/yaml-file.ts';
import { pythonRepr } from '../calibration/python-value.ts';

const maxNameLength = 200;

/** A value with its place in a file; what is asked of it and not there is an error of that place. */
export class Place {
  readonly path: Path;
  readonly value: unknown;
  readonly #yaml: YamlFile;

  constructor(yaml: YamlFile, path: Path, value: unknown) {
    this.#yaml = yaml;
    this.path = path;
    this.value = value;
  }

  /** As a message shows it. */
  get shown(): string {
    return pythonRepr(this.value).slice(0, 100);
  }

  /** File, line and column. */
  get where(): string {
    const { line, column } = this.#yaml.placeOf(this.path);
    return `${this.#yaml.name}:${line}:${column}`;
  }

  fault(problem: string, key?: string): AlidadeError {
    return this.#yaml.fault(this.path, problem, key);
  }

  /** The entries of a map whose names are text. */
  entries(expected: string): ReadonlyMap<string, Place> {
    const { value } = this;
    const isRecord =
      typeof value === 'object' &&
      value !== null &&
      !isList(value) &&
      !(value instanceof Map) &&
      !(value instanceof Float);
    if (!isRecord) throw this.#unlike(expected);
    return new Map(
      Object.entries(value).map(([key, entry]) => [key, new Place(this.#yaml, [...this.path, key], entry)]),
    );
  }

  items(expected: string): readonly Place[] {
    if (!isList(this.value)) throw this.#unlike(expected);
    return this.value.map((item, i) => new Place(this.#yaml, [...this.path, i], item));
  }

  text(expected: string): string {
    if (typeof this.value === 'boolean')
      throw this.#unlike(`${expected}, which is in quotation marks where it is on, off, yes or no`);
    if (typeof this.value !== 'string' || this.value === '') throw this.#unlike(expected);
    return this.value;
  }

  texts(): readonly string[] {
    const list = isList(this.value) ? this.value : [this.value];
    if (!list.every((item) => typeof item === 'string')) throw this.#unlike('a list of texts');
    return list;
  }

  number(): number {
    const number = this.value instanceof Float ? this.value.value : this.value;
    if (typeof number !== 'number' || !(number >= 0)) throw this.#unlike('a number from 0 on');
    return number;
  }

  oneOf<Word extends string>(words: readonly Word[]): Word {
    const found = words.find((word) => word === this.value);
    if (found === undefined) throw this.#unlike(words.join(', '));
    return found;
  }

  /** A word of a routing key: without dots, which part its words, spaces, and the signs of patterns. */
  word(expected: string): string {
    const word = this.text(expected);
    const wrong = /[.*#\s]/.exec(word)?.[0];
    if (wrong !== undefined) {
      const sign = { '.': 'dot', '*': "'*'", '#': "'#'" }[wrong] ?? 'space';
      throw this.fault(
        `'${word.slice(0, 100)}' has a ${sign}: it is a word of the routing key, in which ${sign}s have a meaning of their own. Write '${word.replaceAll(/[.*#\s]+/g, '_').slice(0, 100)}'`,
      );
    }
    if (word.length > maxNameLength)
      throw this.fault(
        `this name has ${word.length} characters; at most ${maxNameLength} fit into a routing key`,
      );
    return word;
  }

  /** An absolute path; a relative one starts at a folder, and ~ is the user's home. */
  file(folder: string): string {
    const path = this.text('the path of a file');
    return path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(folder, path);
  }

  #unlike(expected: string): AlidadeError {
    return this.fault(
      `${this.path.map(String).join('.') || 'the file'} is ${this.shown}; expected ${expected}`,
    );
  }
}
