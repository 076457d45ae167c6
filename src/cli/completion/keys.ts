import { keyBytes, keyText, type SpaceName, type Store } from '../../store/index.ts';
import { fromStore } from './from-store.ts';

export interface KeyQuery {
  /** Where to look; undefined for the nearest store. */
  readonly url: string | undefined;
  readonly space: SpaceName;
  /** What the keys begin with. */
  readonly start: string;
  /** Views in which a key is looked for, as `--view` has them. */
  readonly views: readonly string[];
  readonly exclusive: boolean;
  readonly timeoutMs: number;
}

/** More than these nobody reads. */
export const maxKeys = 2000;

/** Keys of the store in use as the verbs take them; none where there is no store or it does not answer in time. */
export function storedKeys(query: KeyQuery): Promise<string[]> {
  return fromStore(query.url, query.timeoutMs, (store) => read(store, query));
}

async function read(store: Store, { space: name, start, views, exclusive }: KeyQuery): Promise<string[]> {
  const space = await store.space(name);
  const names = views.flatMap((names) => names.split(',')).filter((name) => name !== '');
  const prefixes = names.map((name) => (name.endsWith('_') ? name : `${name}_`));
  const found = new Set<string>();
  for (const prefix of [...prefixes, ...(exclusive && prefixes.length > 0 ? [] : [''])]) {
    const keys = await space.keys(keyBytes(`${literal(prefix + start)}*`));
    for (const key of keys.slice(0, maxKeys)) found.add(keyText(key).slice(prefix.length));
  }
  return [...found].slice(0, maxKeys);
}

/** A text that a glob takes for itself. */
export function literal(text: string): string {
  return text.replace(/[\\*?[\]^]/g, '\\$&');
}
