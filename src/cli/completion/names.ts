import { keyBytes, keyText, type Space, type Store } from '../../store/index.ts';
import { fromStore } from './from-store.ts';
import { literal, maxKeys } from './keys.ts';

export interface NameQuery {
  /** `source` is one of the configuration that stands before it, `change` the HASH,KEY,VALUE of an update, or its three words. */
  readonly what: 'configuration' | 'source' | 'hash' | 'change';
  /** Where to look; undefined for the nearest store. */
  readonly url: string | undefined;
  /** What was typed of the word: of a list with commas the last name is completed. */
  readonly start: string;
  /** The words before it that are no options. */
  readonly operands: readonly string[];
  readonly timeoutMs: number;
}

/** Words for `alidade config` from the store in use; none where there is no store or it does not answer in time. */
export function storedNames(query: NameQuery): Promise<string[]> {
  return fromStore(query.url, query.timeoutMs, (store) => read(store, query));
}

async function read(store: Store, { what, start, operands }: NameQuery): Promise<string[]> {
  const space = await store.space('config');
  const comma = start.lastIndexOf(',');
  const before = start.slice(0, comma + 1);
  const last = start.slice(comma + 1);
  const put = (names: readonly string[]) =>
    names.filter((name) => name.startsWith(last)).map((name) => before + name);
  if (what === 'configuration') return put(await membersOf(space, 'configurations'));
  if (what === 'source') {
    const prefix = `source:${operands[0] ?? ''}:`;
    return put((await hashes(space, prefix + last)).map((name) => name.slice(prefix.length)));
  }
  if (what === 'hash' || (comma < 0 && operands.length === 0)) return put(await hashes(space, last));
  // The name of a field, behind that of its hash.
  const hash = comma < 0 ? operands[0] : start.slice(0, comma);
  if (hash === undefined || hash.includes(',') || operands.length > 1) return [];
  const fields = await space.read({ read: 'fields', key: hash });
  return put(fields.map(([name]) => keyText(name)).sort());
}

async function membersOf(space: Space, key: string): Promise<string[]> {
  return (await space.read({ read: 'members', key })).slice(0, maxKeys).map(keyText);
}

/** Hashes, and the sets of them; what Alidade keeps beside them is for nobody's hands. */
async function hashes(space: Space, start: string): Promise<string[]> {
  const keys = await space.keys(keyBytes(`${literal(start)}*`));
  return keys
    .map(keyText)
    .filter((name) => !/^(?:history|instrument):/.test(name))
    .slice(0, maxKeys);
}
