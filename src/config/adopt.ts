import { keyText, type Space } from '../store/index.ts';
import { configurationsKey, hashName, type Place, partsOfName } from './layout.ts';
import { load } from './load.ts';
import type { Fields, HashState, State } from './state.ts';
import type { Aim } from './writer.ts';

const readAtOnce = 5000;

/**
 * What `adopt` would bring under history. A configuration is one of ours, one that has `source:<c>:<s>` hashes, or one in the
 * layout of the reference: the set `<c>:sources`, and the hashes `<c>:user` and `<c>:experiment`.
 */
export async function adoptable(space: Space, only: readonly string[] | undefined): Promise<Aim[]> {
  const keys = (await space.keys()).map(keyText);
  const kinds = await kindsOf(
    space,
    keys.filter((key) => key.includes(':')),
  );
  const named = new Set(only ?? (await space.read({ read: 'members', key: configurationsKey })).map(keyText));
  for (const [key, kind] of only === undefined ? kinds : []) {
    const configuration =
      kind === 'set' ? /^(?:configuration:([^:]+)|([^:]+):sources)$/.exec(key) : undefined;
    if (configuration) named.add(configuration[1] ?? configuration[2] ?? '');
    const source = kind === 'hash' ? /^source:([^:]+):./.exec(key) : undefined;
    if (source?.[1] !== undefined) named.add(source[1]);
  }
  const aims: Aim[] = [];
  for (const configuration of [...named].sort()) {
    const hashes = [...kinds].filter(([, kind]) => kind === 'hash').map(([key]) => key);
    aims.push(await aimOf(space, configuration, hashes, named));
  }
  return aims;
}

async function aimOf(
  space: Space,
  configuration: string,
  hashes: readonly string[],
  configurations: ReadonlySet<string>,
): Promise<Aim> {
  const also = new Map<string, Place>();
  for (const hash of hashes) {
    const parts = partsOfName(hash);
    if (parts?.configuration !== configuration || isReference(hash, configurations)) continue;
    also.set(hash, parts.place);
  }
  const loaded = await load(space, configuration, { also: new Set(also.keys()) });
  const target = new Map(loaded.current);
  const strays = new Map(loaded.strays);
  for (const [hash, place] of also) {
    const fields = loaded.strays.get(hash);
    if (fields !== undefined) target.set(hash, { place, fields });
  }
  for (const section of ['experiment', 'user']) {
    const hash = hashName(configuration, { section });
    const fields = await fieldsOf(space, `${configuration}:${section}`);
    if (fields.size > 0 && !target.has(hash)) target.set(hash, { place: { section }, fields });
  }
  // What stands there without a commit is what this commit is about, not an edit before it.
  const current = new Map<string, HashState>();
  for (const [hash, state] of loaded.current) {
    if (loaded.committed.has(hash)) current.set(hash, state);
    else strays.set(hash, state.fields);
  }
  return { loaded: { ...loaded, current, strays }, target: target satisfies State };
}

/** `<c>:user` of the reference, which by our rule would be the section `<c>` of a configuration `user`. */
function isReference(hash: string, configurations: ReadonlySet<string>): boolean {
  const match = /^([^:]+):(?:user|experiment|sources)$/.exec(hash);
  return match?.[1] !== undefined && configurations.has(match[1]);
}

async function fieldsOf(space: Space, key: string): Promise<Fields> {
  const fields = await space.read({ read: 'fields', key });
  return new Map(fields.map(([field, value]) => [keyText(field), JSON.stringify(keyText(value))]));
}

async function kindsOf(space: Space, keys: readonly string[]): Promise<Map<string, string>> {
  const kinds = new Map<string, string>();
  for (let i = 0; i < keys.length; i += readAtOnce) {
    const some = keys.slice(i, i + readAtOnce);
    const found = await space.readMany(some.map((key) => ({ read: 'kind', key }) as const));
    some.forEach((key, j) => {
      const kind = found[j];
      if (kind !== undefined) kinds.set(key, kind);
    });
  }
  return kinds;
}
