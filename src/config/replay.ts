import type { Space } from '../store/index.ts';
import { apply } from './difference.ts';
import { ConfigurationError } from './errors.ts';
import { hashName, historyKey, placeByName, placeOfText } from './layout.ts';
import { type CommitRecord, wholeCommit } from './record.ts';
import type { HashState, State } from './state.ts';

const commitsAtOnce = 100;

/** The commits of a configuration from the first to `last`, read by the hundred. */
export async function* commitsUpTo(
  space: Space,
  configuration: string,
  last: number,
  first = 1,
): AsyncGenerator<CommitRecord> {
  const key = historyKey(configuration);
  for (let start = first - 1; start < last; start += commitsAtOnce) {
    const limit = Math.min(commitsAtOnce, last - start);
    for (const item of await space.read({ read: 'items', key, start, limit })) {
      yield await wholeCommit(space, configuration, item);
    }
  }
}

/** The configuration as a revision left it, made from its commits one after the other. */
export async function stateAt(space: Space, configuration: string, revision: number): Promise<State> {
  const length = await space.read({ read: 'length', key: historyKey(configuration) });
  if (!Number.isSafeInteger(revision) || revision < 0 || revision > length || length === 0) {
    throw new ConfigurationError(
      length === 0
        ? `configuration '${configuration}' has no history`
        : `configuration '${configuration}' has revisions 1 to ${length}, not ${revision}`,
    );
  }
  let state: Map<string, HashState> = new Map();
  for await (const commit of commitsUpTo(space, configuration, revision)) {
    state = replayed(state, configuration, commit);
  }
  return state;
}

/** Does to the state, or to another one that it gives, what a commit did. */
function replayed(
  state: Map<string, HashState>,
  configuration: string,
  { changes, places, order, fieldOrder }: CommitRecord,
): Map<string, HashState> {
  apply(changes, state, (hash) => {
    const place = places?.get(hash);
    return place === undefined ? placeByName(hash) : placeOfText(place);
  });
  for (const [hash, names] of fieldOrder ?? []) {
    const old = state.get(hash);
    if (old === undefined) continue;
    const fields = new Map<string, string>();
    for (const name of [...names, ...old.fields.keys()]) {
      const json = old.fields.get(name);
      if (json !== undefined) fields.set(name, json);
    }
    state.set(hash, { place: old.place, fields });
  }
  if (order === undefined) return state;
  const ordered = new Map<string, HashState>();
  for (const text of order) {
    const place = placeOfText(text);
    const hash = hashName(configuration, place);
    const old = state.get(hash);
    if (old !== undefined) ordered.set(hash, { place, fields: old.fields });
  }
  return ordered;
}
