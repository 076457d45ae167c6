import { type Key, keyBytes, keyText, type Space } from '../store/index.ts';
import { repr } from './encoding/index.ts';

/** What a view is made of: a space, and the prefixes under which a key is looked for, in order. */
export interface Front {
  readonly space: Space;
  /** At least one; writes go to the first. */
  readonly prefixes: readonly Uint8Array[];
  /** Whether old pickled values are read; undefined leaves it to the environment. */
  readonly allowPickle: boolean | undefined;
}

/** The key under each prefix, in the order in which they are looked for. */
export function fullKeys(front: Front, key: Key): Uint8Array[] {
  const bytes = keyBytes(key);
  return front.prefixes.map((prefix) =>
    prefix.length === 0 ? bytes : keyBytes(Buffer.concat([prefix, bytes])),
  );
}

/** The key to which writes go. */
export function writtenKey(front: Front, key: Key): Uint8Array {
  const [prefix] = front.prefixes;
  const bytes = keyBytes(key);
  return prefix === undefined || prefix.length === 0 ? bytes : keyBytes(Buffer.concat([prefix, bytes]));
}

/** How messages name a key, and a sub-key of it: `'abc'`, `b'\xff'`, `'ix'['a']`. */
export function nameOf(key: Key, ...subKey: readonly unknown[]): string {
  const bytes = keyBytes(key);
  const text = keyText(bytes);
  const name = repr(text.isWellFormed() ? text : bytes);
  return subKey.length === 0 ? name : `${name}[${repr(subKey[0])}]`;
}
