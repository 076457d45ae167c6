import { maxKeyBytes } from '../key.ts';
import { type ByteWindow, short } from './byte-window.ts';
import { scoreOf } from './numbers.ts';
import { type PackedForm, packedElements } from './packed.ts';
import type { Parts } from './parts.ts';
import { Damage } from './rdb-parse-error.ts';
import type { SnapshotEntry } from './snapshot-entry.ts';

/**
 * A piece of the walk over a file: gives entries as they are complete, and `undefined` where the window must be
 * filled before it can go on.
 */
export type Steps<T = void> = Generator<SnapshotEntry | undefined, T, undefined>;

export function* readLength(window: ByteWindow): Steps<number> {
  for (;;) {
    const length = window.length();
    if (length !== short) return length;
    yield;
  }
}

export function* readString(window: ByteWindow): Steps<Uint8Array> {
  for (;;) {
    const text = window.string();
    if (text !== undefined) return text;
    yield;
  }
}

export function* readSigned64(window: ByteWindow): Steps<number> {
  for (;;) {
    const value = window.signed64();
    if (value !== undefined) return value;
    yield;
  }
}

/** Items of a list or members of a set, one string each. */
export function* plainElements(window: ByteWindow, parts: Parts): Steps {
  const count = yield* readLength(window);
  for (let i = 0; i < count; i++) {
    let element = window.string();
    while (element === undefined) {
      yield;
      element = window.string();
    }
    if (parts.full) yield parts.take(true);
    parts.add(element);
  }
}

export function* packedList(window: ByteWindow, parts: Parts, form: PackedForm): Steps {
  yield* blockElements(yield* readString(window), parts, form);
}

/** A list as a row of packed blocks; in the second version also large items on their own. */
export function* quicklist(window: ByteWindow, parts: Parts, version: 1 | 2): Steps {
  const count = yield* readLength(window);
  for (let i = 0; i < count; i++) {
    const container = version === 1 ? 2 : yield* readLength(window);
    const block = yield* readString(window);
    if (container === 1) {
      if (parts.full) yield parts.take(true);
      parts.add(block);
    } else if (container === 2) yield* blockElements(block, parts, version === 1 ? 'ziplist' : 'listpack');
    else throw new Damage(`a list node has the unknown form ${container}`);
  }
}

function* blockElements(block: Uint8Array, parts: Parts, form: PackedForm): Steps {
  const elements = packedElements(form, block);
  for (let element = elements.next(); element !== undefined && !parts.foreign; element = elements.next()) {
    if (parts.full) yield parts.take(true);
    parts.add(element);
  }
}

export function* plainSortedSet(window: ByteWindow, parts: Parts, scores: 'text' | 'binary'): Steps {
  const count = yield* readLength(window);
  for (let i = 0; i < count; i++) {
    let member = window.string();
    while (member === undefined) {
      yield;
      member = window.string();
    }
    let score = scores === 'text' ? window.scoreText() : window.double();
    while (score === undefined) {
      yield;
      score = scores === 'text' ? window.scoreText() : window.double();
    }
    if (parts.full) yield parts.take(true);
    addMember(parts, member, score);
  }
}

export function* packedSortedSet(window: ByteWindow, parts: Parts, form: PackedForm): Steps {
  const elements = packedElements(form, yield* readString(window));
  for (let member = elements.next(); member !== undefined && !parts.foreign; member = elements.next()) {
    const score = elements.next();
    if (score === undefined) throw new Damage('a sorted set has a member without a score');
    if (parts.full) yield parts.take(true);
    addMember(parts, member, scoreOf(score));
  }
}

export function* plainHash(window: ByteWindow, parts: Parts): Steps {
  const count = yield* readLength(window);
  for (let i = 0; i < count; i++) {
    let field = window.string();
    while (field === undefined) {
      yield;
      field = window.string();
    }
    let value = window.string();
    while (value === undefined) {
      yield;
      value = window.string();
    }
    if (parts.full) yield parts.take(true);
    checkField(parts, field);
    parts.addField(field, value);
  }
}

export function* packedHash(window: ByteWindow, parts: Parts, form: PackedForm): Steps {
  const elements = packedElements(form, yield* readString(window));
  for (let field = elements.next(); field !== undefined && !parts.foreign; field = elements.next()) {
    const value = elements.next();
    if (value === undefined) throw new Damage('a hash has a field without a value');
    if (parts.full) yield parts.take(true);
    checkField(parts, field);
    parts.addField(field, value);
  }
}

/**
 * A hash whose fields may expire: the time, field and value of each. `relative`: the file gives the first time, then
 * for each field 0 (stays) or its distance from the first plus 1; else 0 or the time itself.
 */
export function* expiringHash(window: ByteWindow, parts: Parts, relative: boolean): Steps {
  const firstMs = relative ? (yield* readSigned64(window)) - 1 : 0;
  const count = yield* readLength(window);
  for (let i = 0; i < count; i++) {
    const time = yield* readLength(window);
    const field = yield* readString(window);
    const value = yield* readString(window);
    if (parts.full) yield parts.take(true);
    checkField(parts, field);
    parts.addExpiringField(field, value, time === 0 ? undefined : firstMs + time);
  }
}

/** The same as a listpack of field, value and time; `dated`: the first time stands before it too. */
export function* packedExpiringHash(window: ByteWindow, parts: Parts, dated: boolean): Steps {
  if (dated) yield* readSigned64(window);
  const elements = packedElements('listpack', yield* readString(window));
  for (let field = elements.next(); field !== undefined && !parts.foreign; field = elements.next()) {
    const value = elements.next();
    const time = elements.next();
    if (value === undefined || time === undefined)
      throw new Damage('a hash has a field without a value or time');
    const expiresAtMs = scoreOf(time);
    if (!(expiresAtMs >= 0)) throw new Damage('a hash field has a damaged time');
    if (parts.full) yield parts.take(true);
    checkField(parts, field);
    parts.addExpiringField(field, value, expiresAtMs === 0 ? undefined : expiresAtMs);
  }
}

function addMember(parts: Parts, member: Uint8Array, score: number): void {
  if (score === 0) parts.add(member);
  else if (Number.isNaN(score)) throw new Damage('a member of a sorted set has no number as its score');
  else parts.becomeForeign();
}

function checkField(parts: Parts, field: Uint8Array): void {
  if (field.length > maxKeyBytes) parts.becomeForeign();
}
