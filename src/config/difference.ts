import type { FieldChange, HashChange } from './change.ts';
import { placeText } from './layout.ts';
import type { Fields, HashState, State } from './state.ts';

const noFields: Fields = new Map();

/** What has to be done to `before` to make it `after`, in the order of `after`; removals last. */
export function differenceOf(before: State, after: State): HashChange[] {
  const changes: HashChange[] = [];
  for (const [hash, { fields }] of after) {
    const old = before.get(hash);
    if (old === undefined) changes.push({ hash, kind: 'added', fields: fieldChanges(noFields, fields) });
    else if (old.fields !== fields) {
      const changed = fieldChanges(old.fields, fields);
      if (changed.length > 0) changes.push({ hash, kind: 'changed', fields: changed });
    }
  }
  for (const [hash, { fields }] of before) {
    if (!after.has(hash)) changes.push({ hash, kind: 'removed', fields: fieldChanges(fields, noFields) });
  }
  return changes;
}

function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const [field, json] of after) {
    const old = before.get(field);
    if (old === undefined) changes.push({ field, after: json });
    else if (old !== json) changes.push({ field, before: old, after: json });
  }
  for (const [field, json] of before) if (!after.has(field)) changes.push({ field, before: json });
  return changes;
}

/** Whether two states have the same hashes in the same order, and the same fields in the same order. */
export function sameOrder(one: State, other: State): boolean {
  return sameSequence(
    one,
    other,
    ([, a], [, b]) => placeText(a.place) === placeText(b.place) && sameFieldOrder(a.fields, b.fields),
  );
}

export function sameFieldOrder(one: Fields, other: Fields): boolean {
  return one === other || sameSequence(one.keys(), other.keys(), (a, b) => a === b);
}

function sameSequence<T>(one: Iterable<T>, other: Iterable<T>, same: (a: T, b: T) => boolean): boolean {
  const others = other[Symbol.iterator]();
  for (const a of one) {
    const { done, value } = others.next();
    if (done || !same(a, value)) return false;
  }
  return others.next().done === true;
}

/** Changes hashes of a state: those that stay keep their places, new ones go to the end. */
export function apply(
  changes: Iterable<HashChange>,
  state: Map<string, HashState>,
  placeOf: (hash: string) => HashState['place'],
): void {
  for (const { hash, kind, fields } of changes) {
    const old = state.get(hash);
    if (kind === 'removed') state.delete(hash);
    else state.set(hash, { place: old?.place ?? placeOf(hash), fields: appliedFields(old?.fields, fields) });
  }
}

function appliedFields(before: Fields | undefined, changes: readonly FieldChange[]): Fields {
  const after = new Map(before);
  for (const { field, after: json } of changes) {
    if (json === undefined) after.delete(field);
    else after.set(field, json);
  }
  return after;
}
