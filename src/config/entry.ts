import { keyText, type Space } from '../store/index.ts';
import { configurationsKey, membersKey } from './layout.ts';
import type { Loaded } from './load.ts';
import type { Entry } from './options.ts';

/** A key as it stands in the store; the fields of a hash are plain text, in byte order. */
export async function readEntry(space: Space, name: string): Promise<Entry | undefined> {
  const [kind, fields, members] = await space.readMany([
    { read: 'kind', key: name },
    { read: 'fields', key: name },
    { read: 'members', key: name },
  ]);
  switch (kind) {
    case undefined:
      return undefined;
    case 'hash': {
      const texts = fields.map(([field, value]) => [keyText(field), JSON.stringify(keyText(value))] as const);
      return { kind, name, fields: texts.sort(([a], [b]) => (a < b ? -1 : 1)) };
    }
    case 'set':
      return { kind, name, members: members.map(keyText) };
    default:
      return { kind, name };
  }
}

/** What the configurations consist of, with types; with `all` also every other key, as it stands there. */
export async function* dumpEntries(
  space: Space,
  all: boolean,
  read: (configuration: string) => Promise<Loaded>,
): AsyncGenerator<Entry> {
  const given = new Set<string>();
  for await (const entry of configurationEntries(space, read)) {
    if (all) given.add(entry.name);
    yield entry;
  }
  for (const key of all ? await space.keys() : []) {
    const name = keyText(key);
    const entry = given.has(name) ? undefined : await readEntry(space, name);
    if (entry !== undefined) yield entry;
  }
}

async function* configurationEntries(
  space: Space,
  read: (configuration: string) => Promise<Loaded>,
): AsyncGenerator<Entry> {
  const names = (await space.read({ read: 'members', key: configurationsKey })).map(keyText);
  if (names.length > 0) yield { kind: 'set', name: configurationsKey, members: names };
  for (const configuration of names) {
    const { current } = await read(configuration);
    const members = [...current.keys()].sort();
    yield { kind: 'set', name: membersKey(configuration), members };
    for (const name of members) yield { kind: 'hash', name, fields: [...(current.get(name)?.fields ?? [])] };
  }
}
