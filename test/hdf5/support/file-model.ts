import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ChunkOptions,
  Dataset,
  DatasetOptions,
  Group,
  Hdf5File,
  Hdf5Object,
  Item,
  Items,
  TypeName,
} from '../../../src/hdf5/index.ts';
import { dtypeOf, encode } from './encode.ts';

/** What is in the file: of each path its rows, and how many of its attributes. */
export type State = Readonly<Record<string, readonly [rows: number, attributes: number]>>;

/** Values as judge.py reads them. */
interface Values {
  shape: readonly number[];
  dtype?: string;
  /** Base64. */
  bytes?: string;
  text?: readonly string[];
}

interface Entry {
  readonly kind: 'group' | 'dataset' | 'fixed';
  readonly object: Hdf5Object;
  readonly attributes: Map<string, Values>;
  /** Of a dataset. */
  readonly type?: TypeName;
  /** Of a dataset that grows. */
  readonly options?: DatasetOptions;
  /** Of a dataset of a fixed size all, of one that grows those of a row. */
  readonly sizes: readonly number[];
  rows: number;
  readonly pieces: Uint8Array[];
  readonly text: string[];
}

const filterIds = { none: [], deflate: [1], 'bitshuffle-lz4': [32008], lz4: [32004] } as const;

function valuesOf(type: TypeName, shape: readonly number[], items: readonly Item[]): Values {
  return type === 'string'
    ? { shape, text: items as string[] }
    : { shape, dtype: dtypeOf(type), bytes: base64(encode(type, items)) };
}

/** Writes to a file and remembers what, so that a judge can tell whether it is there. */
export class FileModel {
  readonly file: Hdf5File;
  readonly #entries = new Map<string, Entry>();

  constructor(file: Hdf5File) {
    this.file = file;
    this.#add('group', file.root);
  }

  /** Paths of the groups. */
  get groups(): string[] {
    return this.#paths('group');
  }

  /** Paths of the datasets that grow. */
  get datasets(): string[] {
    return this.#paths('dataset');
  }

  group(parent: string, name: string): string {
    return this.#add('group', this.#groupAt(parent).group(name));
  }

  dataset(parent: string, name: string, options: DatasetOptions): string {
    const { attributes, ...rest } = options;
    const path = this.#add('dataset', this.#groupAt(parent).dataset(name, rest), {
      options,
      type: options.type,
      sizes: options.shape ?? [],
    });
    for (const [key, value] of Object.entries(attributes ?? {}))
      this.attribute(path, key, 'string', value as string);
    return path;
  }

  fixed(
    parent: string,
    name: string,
    type: TypeName,
    items: readonly Item[],
    shape: readonly number[],
  ): string {
    const fixed = this.#groupAt(parent).fixed(name, givenAs(items, shape), { type, shape });
    const path = this.#add('fixed', fixed, { type, sizes: shape });
    this.#remember(this.#entry(path), items);
    return path;
  }

  /** @param value one item, or an array of one dimension */
  attribute(path: string, name: string, type: TypeName, value: Item | readonly Item[]): void {
    const entry = this.#entry(path);
    entry.object.attribute(name, value, { type });
    const items = Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
    entry.attributes.set(name, valuesOf(type, Array.isArray(value) ? [items.length] : [], items));
  }

  /** @param items plain items of whole rows; `as` is what the writer gets, where it is something else */
  append(path: string, items: readonly Item[], as: Items = items): Promise<void> | undefined {
    const entry = this.#entry(path);
    const waiting = (entry.object as Dataset).append(as);
    this.#remember(entry, items);
    entry.rows += items.length / entry.sizes.reduce((product, size) => product * size, 1);
    return waiting;
  }

  /** Rows of the fill value. */
  skip(path: string, rows: number): Promise<void> | undefined {
    const entry = this.#entry(path);
    const { type, fillValue } = this.optionsOf(path);
    const rowItems = entry.sizes.reduce((product, size) => product * size, 1);
    this.#remember(entry, new Array<Item>(rows * rowItems).fill(fillValue ?? emptyItem(type)));
    entry.rows += rows;
    return (entry.object as Dataset).skip(rows);
  }

  /** As {@link append}, given as the bytes that are to stand in the file. */
  appendBytes(path: string, items: readonly Item[], borrow: boolean): Promise<void> | undefined {
    const entry = this.#entry(path);
    this.#remember(entry, items);
    entry.rows += items.length / entry.sizes.reduce((product, size) => product * size, 1);
    return (entry.object as Dataset).appendBytes(encode(this.optionsOf(path).type, items), { borrow });
  }

  /** @param bytes the rows as they read, full chunk or not */
  appendChunk(
    path: string,
    chunk: Uint8Array,
    bytes: Uint8Array,
    rows: number,
    options?: ChunkOptions,
  ): Promise<void> | undefined {
    const entry = this.#entry(path);
    const waiting = (entry.object as Dataset).appendChunk(chunk, options);
    entry.pieces.push(bytes);
    entry.rows += rows;
    return waiting;
  }

  optionsOf(path: string): DatasetOptions {
    const { options } = this.#entry(path);
    if (options === undefined) throw new Error(`${path} does not grow`);
    return options;
  }

  rowsOf(path: string): number {
    return this.#entry(path).rows;
  }

  state(): State {
    return Object.fromEntries(
      [...this.#entries].map(([path, { rows, attributes }]) => [path, [rows, attributes.size] as const]),
    );
  }

  /** Of each dataset all items that were written: as text, or as their bytes. */
  contents(): { path: string; type: TypeName; bytes: Uint8Array; text: readonly string[] }[] {
    return [...this.#entries].flatMap(([path, { type, pieces, text }]) =>
      type === undefined ? [] : [{ path, type, bytes: Buffer.concat(pieces), text }],
    );
  }

  /** Writes what judge.py needs to know, and gives the file's path. */
  save(folder: string): string {
    const path = join(folder, 'model.json');
    const objects = Object.fromEntries([...this.#entries].map(([name, entry]) => [name, describe(entry)]));
    writeFileSync(path, JSON.stringify({ objects }));
    return path;
  }

  #remember({ type, pieces, text }: Entry, items: readonly Item[]): void {
    if (type === undefined) throw new Error('a group has no items');
    if (type === 'string') text.push(...(items as string[]));
    else pieces.push(encode(type, items));
  }

  #paths(kind: Entry['kind']): string[] {
    return [...this.#entries].filter(([, entry]) => entry.kind === kind).map(([path]) => path);
  }

  #groupAt(path: string): Group {
    return this.#entry(path).object as Group;
  }

  #entry(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw new Error(`nothing was written at ${path}`);
    return entry;
  }

  #add(
    kind: Entry['kind'],
    object: Hdf5Object,
    more: Partial<Pick<Entry, 'options' | 'type' | 'sizes'>> = {},
  ): string {
    this.#entries.set(object.path, {
      kind,
      object,
      attributes: new Map(),
      sizes: [],
      rows: 0,
      pieces: [],
      text: [],
      ...more,
    });
    return object.path;
  }
}

/** What reads as zeros. */
function emptyItem(type: TypeName): Item {
  if (typeof type === 'object' || type === 'string') return '';
  if (type === 'bool') return false;
  return type.includes('int64') ? 0n : 0;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}

/** A bare item where there is no dimension. */
function givenAs(items: readonly Item[], shape: readonly number[]): Items {
  return shape.length === 0 ? (items[0] as Item) : items;
}

function describe({ kind, attributes, type, options, sizes, rows, pieces, text }: Entry): object {
  const common = { kind, attributes: Object.fromEntries(attributes) };
  if (type === undefined) return common;
  const shape = options === undefined ? sizes : [rows, ...sizes];
  const values: Values =
    type === 'string'
      ? { shape, text }
      : { shape, dtype: dtypeOf(type), bytes: base64(Buffer.concat(pieces)) };
  if (options === undefined) return { ...common, values };
  const { chunkRows, filter = 'none', fillValue } = options;
  return {
    ...common,
    values,
    filters: filterIds[typeof filter === 'object' ? 'deflate' : filter],
    ...(chunkRows !== undefined && { chunkRows }),
    ...(fillValue !== undefined && type !== 'string' && { fill: base64(encode(type, [fillValue])) }),
  };
}
