import type { Dataset, Entity } from 'h5wasm/node';

/** An object of a file, as `show` lists it. */
export interface StoredObject {
  /** From the root, beginning with `/`. */
  readonly path: string;
  readonly kind: 'group' | 'dataset' | 'other';
  /** Of a dataset; with the byte order where it is not that of most machines, such as `big-endian float64`. */
  readonly type?: string;
  readonly shape?: readonly number[];
  /** Such as `bitshuffle`, in the order in which they were applied. */
  readonly filters?: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

const letters: Readonly<Record<string, string>> = {
  b: 'int8',
  B: 'uint8',
  h: 'int16',
  H: 'uint16',
  i: 'int32',
  I: 'uint32',
  q: 'int64',
  Q: 'uint64',
  e: 'float16',
  f: 'float32',
  d: 'float64',
  S: 'string',
};

/** The type of a dataset in our words. */
export function typeOf({ metadata, dtype }: Dataset): string {
  const members = Object.keys(metadata.enum_type?.members ?? {});
  if (members.length === 2 && members.includes('FALSE') && members.includes('TRUE')) return 'bool';
  if (typeof dtype !== 'string') return 'compound';
  const [, order = '', letter = ''] = /^([<>|]?)([A-Za-z])/.exec(dtype) ?? [];
  const name = letters[letter] ?? dtype;
  return order === '>' ? `big-endian ${name}` : name;
}

/** The filters that instruments use, by the numbers they are registered under. */
const filterNames: Readonly<Record<number, string>> = {
  1: 'deflate',
  2: 'shuffle',
  3: 'fletcher32',
  32000: 'lzf',
  32001: 'blosc',
  32004: 'lz4',
  32008: 'bitshuffle-lz4',
  32013: 'zfp',
  32015: 'zstd',
  32026: 'blosc2',
};

export function filtersOf({ filters }: Dataset): string[] {
  return filters.map(({ id, name }) => filterNames[id] ?? (name === '' ? `filter ${id}` : name));
}

export function attributesOf(entity: Entity): Record<string, unknown> {
  if (!('attrs' in entity)) return {};
  return Object.fromEntries(Object.entries(entity.attrs).map(([name, { value }]) => [name, value]));
}
