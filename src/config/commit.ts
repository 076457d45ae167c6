import type { Condition, Field, Operation } from '../store/index.ts';
import { keyBytes } from '../store/index.ts';
import type { HashChange } from './change.ts';
import { apply, differenceOf, sameFieldOrder, sameOrder } from './difference.ts';
import {
  configurationsKey,
  headKey,
  historyKey,
  membersKey,
  orderKey,
  partKey,
  placeByName,
  placeText,
} from './layout.ts';
import { foreignChanges, type Loaded } from './load.ts';
import { type CommitRecord, encodeCommit, type Ordering } from './record.ts';
import { fieldsText, type State, wireBytes, wireText } from './state.ts';

/** What is to become of one configuration, of which `loaded` is what was found. */
export interface Goal {
  readonly loaded: Loaded;
  /** undefined: it is removed. */
  readonly target: State | undefined;
  readonly author: string;
  readonly message: string;
  readonly timeSeconds: number;
}

/** The batch that gets there, and what it does. */
export interface Plan {
  readonly configuration: string;
  readonly kind: 'added' | 'removed' | 'changed' | 'same';
  /** The newest revision once it is done. */
  readonly revision: number;
  readonly foreign: readonly HashChange[];
  readonly changes: readonly HashChange[];
  readonly conditions: readonly Condition[];
  readonly operations: readonly Operation[];
}

export const foreignAuthor = 'foreign';
const foreignMessage = 'edited without Alidade';

/**
 * One batch for everything: hashes, sets, notices, the commit, and before it the commit of foreign edits that were met on
 * the way. It holds only while nobody else has committed.
 */
export function planOf({ loaded, target, author, message, timeSeconds }: Goal): Plan {
  const { configuration, committed, current, exists } = loaded;
  const foreign = foreignChanges(loaded);
  const goal: State = target ?? new Map();
  const changes = differenceOf(current, goal);
  const order = orderOf(current, changes, goal);
  const isOrdered = order.order !== undefined || order.fieldOrder !== undefined;
  const kind = kindOf(exists, target, changes.length > 0 || isOrdered);
  const records: CommitRecord[] = [];
  const record = (of: Pick<CommitRecord, 'author' | 'message' | 'changes'> & Ordering) => {
    const revision = loaded.revision + records.length + 1;
    records.push({ ...of, configuration, revision, timeSeconds, hashes: of.changes.length });
  };
  if (foreign.length > 0) {
    const ordering = orderOf(committed, foreign, current);
    record({ author: foreignAuthor, message: foreignMessage, changes: foreign, ...ordering });
  }
  if (kind !== 'same') record({ author, message, changes, ...order });
  const bytesOf = sharedBytes();
  const operations: Operation[] = [
    ...records.flatMap(recordOperations),
    ...membershipOperations(configuration, kind),
    ...hashOperations(loaded, changes, bytesOf),
    ...(kind === 'removed'
      ? forgettingOperations(configuration)
      : [
          ...headOperations(configuration, committed, goal, bytesOf),
          ...orderOperations(loaded, goal, isOrdered),
        ]),
  ];
  const revision = loaded.revision + records.length;
  const conditions: Condition[] = [
    { if: 'revision', key: historyKey(configuration), revision: loaded.revision },
  ];
  return { configuration, kind, revision, foreign, changes, conditions, operations };
}

/** The bytes of names, which stand in several operations and notices each: one copy serves all. */
function sharedBytes(): (name: string) => Uint8Array {
  const known = new Map<string, Uint8Array>();
  return (name) => {
    const bytes = known.get(name) ?? keyBytes(name);
    known.set(name, bytes);
    return bytes;
  };
}

function kindOf(exists: boolean, target: State | undefined, differs: boolean): Plan['kind'] {
  if (target === undefined) return exists || differs ? 'removed' : 'same';
  if (!exists) return 'added';
  return differs ? 'changed' : 'same';
}

function recordOperations(record: CommitRecord): Operation[] {
  const { configuration } = record;
  const { item, parts } = encodeCommit(record);
  return [
    { do: 'push', key: historyKey(configuration), items: [item] },
    ...parts.map(
      (value, i) => ({ do: 'set', key: partKey(configuration, record.revision, i), value }) as const,
    ),
  ];
}

/** The order, where who replays the changes would come to another one. */
function orderOf(before: State, changes: readonly HashChange[], after: State): Ordering {
  const added = changes.filter(({ kind }) => kind === 'added').map(({ hash }) => hash);
  const places = new Map<string, string>();
  for (const hash of added) {
    const place = placeText(after.get(hash)?.place ?? placeByName(hash));
    if (place !== placeText(placeByName(hash))) places.set(hash, place);
  }
  const found = places.size > 0 ? { places } : {};
  // What is all new is told in its order.
  if (before.size === 0) return found;
  const replayed = new Map(before);
  apply(changes, replayed, (hash) => after.get(hash)?.place ?? placeByName(hash));
  if (sameOrder(replayed, after)) return found;
  const fieldOrder = new Map<string, string[]>();
  for (const [hash, { fields }] of after) {
    const other = replayed.get(hash);
    if (other !== undefined && !sameFieldOrder(other.fields, fields))
      fieldOrder.set(hash, [...fields.keys()]);
  }
  const orderIn = (state: State) => Array.from(state.values(), ({ place }) => placeText(place));
  const order = orderIn(after);
  const isSame = orderIn(replayed).every((place, i) => place === order[i]);
  return {
    ...found,
    ...(!isSame && { order }),
    ...(fieldOrder.size > 0 && { fieldOrder }),
  };
}

function* hashOperations(
  { configuration, strays }: Loaded,
  changes: readonly HashChange[],
  bytesOf: (name: string) => Uint8Array,
): Generator<Operation> {
  const key = membersKey(configuration);
  const added = changes.filter(({ kind }) => kind === 'added');
  if (added.length > 0) {
    const members = added.map(({ hash }) => bytesOf(hash));
    yield { do: 'set-add', key, members, notice: told(key, '+') };
  }
  for (const { hash, kind, fields } of changes) {
    if (kind === 'added') {
      const written = new Set(fields.map(({ field }) => field));
      for (const field of strays.get(hash)?.keys() ?? []) {
        if (!written.has(field)) yield { do: 'delete-field', key: hash, field };
      }
    }
    const written = fields.flatMap(({ field, after }): Field[] => {
      const stray = strays.get(hash)?.get(field);
      const isThere = stray !== undefined && after !== undefined && wireText(stray) === wireText(after);
      return after === undefined || isThere ? [] : [[bytesOf(field), wireBytes(after)]];
    });
    if (written.length > 0) {
      const name = bytesOf(hash);
      yield { do: 'set-fields', key: name, fields: written, notice: { channel: name } };
    }
    for (const { field, after } of fields) if (after === undefined) yield fieldOperation(hash, field, after);
    if (kind === 'removed') {
      yield { do: 'set-remove', key, members: [bytesOf(hash)], notice: fixed(key, `-${hash}`) };
    }
  }
}

/** The reference's notice: the name of the field, on the channel that is named like the hash. */
export function fieldOperation(hash: string, field: string, after: string | undefined): Operation {
  const notice = fixed(hash, field);
  if (after === undefined) return { do: 'delete-field', key: hash, field, notice };
  return { do: 'set-field', key: hash, field, value: wireBytes(after), notice };
}

function membershipOperations(configuration: string, kind: Plan['kind']): Operation[] {
  const key = configurationsKey;
  const members = [keyBytes(configuration)];
  if (kind === 'added') return [{ do: 'set-add', key, members, notice: told(key, '+') }];
  if (kind === 'removed')
    return [{ do: 'set-remove', key, members, notice: fixed(key, `-${configuration}`) }];
  return [];
}

/** The history stays, with all that the hashes held. */
function forgettingOperations(configuration: string): Operation[] {
  return [headKey(configuration), orderKey(configuration)].map((key) => ({ do: 'delete', key }) as const);
}

function* headOperations(
  configuration: string,
  committed: State,
  goal: State,
  bytesOf: (name: string) => Uint8Array,
): Generator<Operation> {
  const key = headKey(configuration);
  const texts: Field[] = [];
  for (const [hash, { fields }] of goal) {
    const before = committed.get(hash)?.fields;
    if (before === fields) continue;
    const text = fieldsText(fields);
    if (before === undefined || fieldsText(before) !== text) texts.push([bytesOf(hash), Buffer.from(text)]);
  }
  if (texts.length > 0) yield { do: 'set-fields', key, fields: texts };
  for (const hash of committed.keys()) if (!goal.has(hash)) yield { do: 'delete-field', key, field: hash };
}

/** New hashes go to the end of the list; entries of removed ones stay, and mean nothing, until it is written anew. */
function* orderOperations(
  { configuration, committed }: Loaded,
  goal: State,
  isOrdered: boolean,
): Generator<Operation> {
  const key = orderKey(configuration);
  const entries = isOrdered ? goal : [...goal].filter(([hash]) => !committed.has(hash));
  const items = Array.from(entries, ([, { place }]) => keyBytes(placeText(place)));
  if (isOrdered) yield { do: 'delete', key };
  if (items.length > 0) yield { do: 'push', key, items };
}

function told(channel: string, prefix: string) {
  return { channel, prefix: Buffer.from(prefix) };
}

function fixed(channel: string, payload: string) {
  return { channel, payload: keyBytes(payload) };
}
