import type { Value } from './encoding/index.ts';
import { decoded, type KeyType, type ReadOptions } from './entry.ts';
import { DecodeError } from './errors.ts';
import { splitMember } from './time.ts';
import type { Notice } from './update.ts';

/** Something new under a watched key. */
export interface Update {
  readonly event: 'update';
  /** The key as it was asked for, without the prefix of the view. */
  readonly key: string;
  readonly type: KeyType;
  /** With `encoded` the bytes. */
  readonly value: Value;
  /** Of sensors only. */
  readonly timeSeconds?: number;
  /** Of indexed keys only. */
  readonly subKey?: Value;
  /** The sample is older than another one that came before. */
  readonly late?: true;
}

/** Something new whose bytes are not a value. */
export interface Undecodable {
  readonly event: 'undecodable';
  readonly key: string;
  readonly type: KeyType;
  /** Of sensors only, and only where the bytes are enough for a time. */
  readonly timeSeconds?: number;
  readonly late?: true;
  readonly encoded: Uint8Array;
  readonly error: DecodeError;
}

/**
 * Samples before `beforeSeconds` changed while notices were lost (the server was away, or the reader too slow). `late`:
 * `missed` samples were added there, and are not delivered. `removed`: samples were removed there, and whether others
 * were added cannot be told. `getRange` reads what is there.
 */
export interface WatchGap {
  readonly event: 'gap';
  readonly key: string;
  readonly reason: 'late' | 'removed';
  readonly missed?: number;
  readonly beforeSeconds: number;
}

/**
 * `away`: the server of the store is not reachable. `back`: it is reachable again, and what was missed meanwhile has been
 * delivered or named by a gap.
 */
export type WatchConnection = { readonly event: 'away' } | { readonly event: 'back' };

export type WatchEvent = Update | Undecodable | WatchGap | WatchConnection;

/** What a reader gets of a notice. */
export function eventOf(
  key: string,
  notice: Notice,
  isLate: boolean,
  options: ReadOptions,
): Update | Undecodable {
  const late = isLate ? ({ late: true } as const) : {};
  const { type } = notice;
  let encoded = type === 'sensor' ? notice.member : notice.encoded;
  let time: { timeSeconds?: number } = {};
  try {
    if (type === 'sensor') {
      const sample = splitMember(notice.member);
      encoded = sample.encoded;
      time = { timeSeconds: sample.timeSeconds };
    }
    const value = decoded(encoded, options);
    const subKey = type === 'indexed' ? { subKey: decoded(notice.encodedSubKey, options) } : {};
    return { event: 'update', key, type, ...subKey, value, ...time, ...late };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { event: 'undecodable', key, type, ...time, ...late, encoded, error };
  }
}
