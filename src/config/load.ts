import { type Field, keyText, type Space } from '../store/index.ts';
import type { HashChange } from './change.ts';
import { throwIfAborted } from './checks.ts';
import { differenceOf } from './difference.ts';
import { ConfigurationError } from './errors.ts';
import {
  configurationsKey,
  hashName,
  headKey,
  historyKey,
  membersKey,
  orderKey,
  type Place,
  partsOfName,
  placeByName,
  placeOfText,
} from './layout.ts';
import { type Fields, fieldsOfText, type HashState, type State, wireText } from './state.ts';

/** What the store holds of a configuration, or of some of its hashes, as of one moment. */
export interface Loaded {
  readonly configuration: string;
  readonly exists: boolean;
  /** The newest revision, 0 before the first. */
  readonly revision: number;
  /** What the newest commit left. */
  readonly committed: State;
  /** What is there; the same but for foreign edits. */
  readonly current: State;
  /** Fields of keys that are not the configuration's, but carry a name that will be: by that name. */
  readonly strays: ReadonlyMap<string, Fields>;
}

/** Hashes of one reading; the event loop is free in between. */
const readAtOnce = 5000;

export interface LoadOptions {
  /** Names of hashes that will be written: what stands there already is read too. */
  readonly also?: ReadonlySet<string> | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a whole configuration and compares it with its newest commit. A commit that comes while it is read has it read
 * again, the last time as one snapshot.
 */
export async function load(space: Space, configuration: string, options: LoadOptions = {}): Promise<Loaded> {
  for (let attempt = 0; ; attempt++) {
    const loaded = await tryLoad(
      space,
      configuration,
      options,
      attempt < 2 ? readAtOnce : Number.MAX_SAFE_INTEGER,
    );
    if (loaded !== undefined) return loaded;
  }
}

async function tryLoad(
  space: Space,
  configuration: string,
  { also = new Set(), onProgress, signal }: LoadOptions,
  atOnce: number,
): Promise<Loaded | undefined> {
  const [revision, configurations, memberKeys, headFields, orderItems] = await space.readMany([
    { read: 'length', key: historyKey(configuration) },
    { read: 'members', key: configurationsKey },
    { read: 'members', key: membersKey(configuration) },
    { read: 'fields', key: headKey(configuration) },
    { read: 'items', key: orderKey(configuration) },
  ]);
  const members = new Set(memberKeys.map(keyText));
  const head = new Map(headFields.map(([name, text]) => [keyText(name), text]));
  const places = placesInOrder(configuration, orderItems.map(keyText), members, head.keys());
  const committed = new Map<string, HashState>();
  for (const [name, place] of places) {
    const text = head.get(name);
    if (text !== undefined) committed.set(name, { place, fields: headFieldsOf(text, name) });
  }
  const names = [...places.keys()].filter((name) => members.has(name));
  for (const name of also) if (!members.has(name)) names.push(name);
  const current = new Map<string, HashState>();
  const strays = new Map<string, Fields>();
  for (let i = 0; i < names.length; i += atOnce) {
    throwIfAborted(signal);
    const some = names.slice(i, i + atOnce);
    const [now, ...hashes] = await space.readMany([
      { read: 'length', key: historyKey(configuration) } as const,
      ...some.map((key) => ({ read: 'fields', key }) as const),
    ]);
    if (now !== revision) return undefined;
    some.forEach((name, j) => {
      const fields = hashes[j] ?? [];
      const place = members.has(name) ? places.get(name) : undefined;
      if (place !== undefined) current.set(name, currentState(place, committed.get(name), fields));
      else if (fields.length > 0) strays.set(name, foreignFields(fields));
    });
    onProgress?.(Math.min(i + atOnce, names.length), names.length);
  }
  const exists = configurations.some((key) => keyText(key) === configuration);
  return { configuration, exists, revision, committed, current, strays };
}

/**
 * Reads one hash, whose cost does not grow with the configuration: whether it belongs to it is known from the newest commit,
 * and only where that has not heard of it from the whole set.
 */
export async function loadHash(space: Space, configuration: string, hash: string): Promise<Loaded> {
  const [revision, configurations, headText, fields] = await space.readMany([
    { read: 'length', key: historyKey(configuration) },
    { read: 'members', key: configurationsKey },
    { read: 'field', key: headKey(configuration), field: hash },
    { read: 'fields', key: hash },
  ]);
  const exists = configurations.some((key) => keyText(key) === configuration);
  const place = placeByName(hash);
  const committed = new Map<string, HashState>();
  const current = new Map<string, HashState>();
  const strays = new Map<string, Fields>();
  if (headText !== undefined) committed.set(hash, { place, fields: headFieldsOf(headText, hash) });
  const isMember =
    (headText !== undefined && fields.length > 0) ||
    (await space.read({ read: 'members', key: membersKey(configuration) })).some(
      (key) => keyText(key) === hash,
    );
  if (isMember) current.set(hash, currentState(place, committed.get(hash), fields));
  else if (fields.length > 0) strays.set(hash, foreignFields(fields));
  return { configuration, exists, revision, committed, current, strays };
}

/** Edits that were not made through Alidade. */
export function foreignChanges({ committed, current }: Loaded): HashChange[] {
  return differenceOf(committed, current);
}

/** The hashes in the order of the file; those of which it knows nothing go last, by name. */
function placesInOrder(
  configuration: string,
  order: readonly string[],
  members: ReadonlySet<string>,
  head: Iterable<string>,
): Map<string, Place> {
  const known = new Set([...members, ...head]);
  const places = new Map<string, Place>();
  for (const text of order) {
    const place = placeOfText(text);
    const name = hashName(configuration, place);
    if (!known.has(name)) continue;
    // What was removed and added again stands where it was added last.
    places.delete(name);
    places.set(name, place);
  }
  for (const name of [...known].filter((name) => !places.has(name)).sort()) {
    const parts = partsOfName(name);
    if (parts?.configuration === configuration) places.set(name, parts.place);
  }
  return places;
}

function headFieldsOf(text: Uint8Array, name: string): Fields {
  try {
    return fieldsOfText(keyText(text), name);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    // Somebody else wrote it: what the hash itself holds is taken for news.
    return new Map();
  }
}

/** What a hash holds: a field that the newest commit left has its type from there, any other is plain text. */
function currentState(place: Place, before: HashState | undefined, wire: readonly Field[]): HashState {
  const texts = new Map(wire.map(([field, value]) => [keyText(field), keyText(value)]));
  if (before !== undefined && isUnchanged(before.fields, texts)) return before;
  const fields = new Map<string, string>();
  for (const [field, json] of before?.fields ?? []) {
    const text = texts.get(field);
    if (text === undefined) continue;
    fields.set(field, wireText(json) === text ? json : JSON.stringify(text));
    texts.delete(field);
  }
  for (const field of [...texts.keys()].sort()) fields.set(field, JSON.stringify(texts.get(field)));
  return { place, fields };
}

function isUnchanged(fields: Fields, texts: ReadonlyMap<string, string>): boolean {
  if (fields.size !== texts.size) return false;
  for (const [field, json] of fields) if (texts.get(field) !== wireText(json)) return false;
  return true;
}

function foreignFields(wire: readonly Field[]): Fields {
  return new Map(wire.map(([field, value]) => [keyText(field), JSON.stringify(keyText(value))]));
}
