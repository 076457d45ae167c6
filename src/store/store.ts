import type { Key } from './key.ts';

/**
 * The store: where all state of an instrument lives. The model is Redis's, because three of the wires are Redis; the
 * engines are `memory:`, `sqlite:` and `redis:`. A domain never knows which engine it stands on.
 *
 * Kinds of entry that a key can hold. `series` is an ordered set of byte strings (on Redis a sorted set whose scores
 * are all 0); `other` is a Redis type that none of the five programs uses.
 */
export type Kind = 'value' | 'hash' | 'series' | 'set' | 'list' | 'other';

/** One end of a range of a series, in byte order. Left out where the range is open. */
export interface Bound {
  readonly at: Uint8Array;
  readonly inclusive: boolean;
}

/**
 * One thing to read. An absent key and a key of another kind read the same: `undefined`, `[]` or 0. Where the
 * difference matters, read `kind` beside it in the same {@link Space.readMany}, which is one snapshot.
 */
export type Read =
  | { readonly read: 'kind'; readonly key: Key }
  | { readonly read: 'value'; readonly key: Key }
  /** Whatever the key holds, in the form in which telescope state wants it: of a series only its last member. */
  | { readonly read: 'entry'; readonly key: Key }
  | { readonly read: 'field'; readonly key: Key; readonly field: Key }
  | { readonly read: 'fields'; readonly key: Key }
  /** Members of a series between two bounds, ascending; with `reverse` descending. `limit` counts from the first given. */
  | {
      readonly read: 'range';
      readonly key: Key;
      readonly min?: Bound | undefined;
      readonly max?: Bound | undefined;
      readonly limit?: number | undefined;
      readonly reverse?: boolean | undefined;
    }
  | {
      readonly read: 'count';
      readonly key: Key;
      readonly min?: Bound | undefined;
      readonly max?: Bound | undefined;
    }
  /** Members of a set, in byte order. */
  | { readonly read: 'members'; readonly key: Key }
  /** Milliseconds until the key expires, 0 or more; `undefined` where it never does. */
  | { readonly read: 'expiry'; readonly key: Key }
  /** How many items a list has. */
  | { readonly read: 'length'; readonly key: Key }
  /** Items of a list from `start`, at most `limit`. */
  | {
      readonly read: 'items';
      readonly key: Key;
      readonly start?: number | undefined;
      readonly limit?: number | undefined;
    };

export type Field = readonly [field: Uint8Array, value: Uint8Array];

export type Entry =
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'series'; readonly last: Uint8Array }
  | { readonly kind: 'hash'; readonly fields: readonly Field[] }
  | { readonly kind: 'set' | 'list' | 'other' };

/** What each {@link Read} gives. Fields of a hash come in no particular order. */
export interface ReadResults {
  kind: Kind | undefined;
  value: Uint8Array | undefined;
  entry: Entry | undefined;
  field: Uint8Array | undefined;
  fields: readonly Field[];
  range: readonly Uint8Array[];
  count: number;
  members: readonly Uint8Array[];
  expiry: number | undefined;
  length: number;
  items: readonly Uint8Array[];
}
export type ResultOf<R extends Read> = ReadResults[R['read']];

/** What must hold for a batch to be applied. A key of another kind counts as absent, but for `absent` itself. */
export type Condition =
  | { readonly if: 'absent'; readonly key: Key }
  /** The key holds exactly this value. */
  | { readonly if: 'equals'; readonly key: Key; readonly value: Uint8Array }
  | { readonly if: 'field-absent'; readonly key: Key; readonly field: Key }
  | { readonly if: 'field-equals'; readonly key: Key; readonly field: Key; readonly value: Uint8Array }
  /** The list at `key`, which holds one item a revision, has this many items (absent: 0). */
  | { readonly if: 'revision'; readonly key: Key; readonly revision: number };

/**
 * A notice, published atomically with its write, and only if the write changed something. `payload` is sent as it is;
 * without one the notice is `prefix` followed by what was written (the value, each new member on its own, or the name of
 * each of several fields), and for a removal `prefix` alone.
 */
export type NoticeOf =
  | { readonly channel: Key; readonly payload: Uint8Array }
  | { readonly channel: Key; readonly prefix?: Uint8Array | undefined };

interface Change {
  readonly key: Key;
  readonly notice?: NoticeOf | undefined;
}

/** One write. `delete-field`, `trim`, `pop` and the like on an absent key change nothing; `pop` and `drain` take `[]` there. */
export type Operation =
  /**
   * Replaces whatever the key held; with `onlyIfAbsent` only a missing key is set. Counts as a change whenever it is done,
   * as `set-field` does.
   */
  | (Change & {
      readonly do: 'set';
      readonly value: Uint8Array;
      readonly expireMs?: number | undefined;
      readonly onlyIfAbsent?: boolean | undefined;
    })
  | (Change & {
      readonly do: 'set-field';
      readonly field: Key;
      readonly value: Uint8Array;
      readonly onlyIfAbsent?: boolean | undefined;
    })
  /** Sets fields of a hash, one after the other. A notice without a payload is told for each: the prefix and the field's name. */
  | (Change & { readonly do: 'set-fields'; readonly fields: readonly Field[] })
  | (Change & { readonly do: 'delete-field'; readonly field: Key })
  /** Adds members to a series; those already there change nothing. */
  | (Change & { readonly do: 'add'; readonly members: readonly Uint8Array[] })
  /** Removes members of a series: those below `below`, and all but the last `keepLast`. */
  | (Change & {
      readonly do: 'trim';
      readonly below?: Uint8Array | undefined;
      readonly keepLast?: number | undefined;
    })
  | (Change & { readonly do: 'set-add'; readonly members: readonly Uint8Array[] })
  | (Change & { readonly do: 'set-remove'; readonly members: readonly Uint8Array[] })
  | (Change & { readonly do: 'push'; readonly items: readonly Uint8Array[] })
  /** Takes the first item of a list. */
  | (Change & { readonly do: 'pop' })
  /** Takes all items of a list. */
  | (Change & { readonly do: 'drain' })
  | (Change & { readonly do: 'delete' });

/** What one operation did. */
export interface Outcome {
  /** How many keys, fields, members or items it changed. */
  readonly changed: number;
  /** What `onlyIfAbsent` found in place. */
  readonly found?: Uint8Array | undefined;
  /** What `pop` and `drain` took. */
  readonly items?: readonly Uint8Array[] | undefined;
}

/** `failed` is the index of the first condition that did not hold; nothing was written then. */
export type BatchResult =
  | { readonly applied: true; readonly outcomes: readonly Outcome[] }
  | { readonly applied: false; readonly failed: number };

export interface WriteOptions {
  /**
   * `durable` (default): the promise resolves when the write survives a power cut (on Redis: as its own configuration
   * says). `fast`: it resolves when every process sees the write; a power cut may lose the last ones.
   */
  readonly durability?: 'durable' | 'fast' | undefined;
}

export type StoreEvent =
  | { readonly event: 'notice'; readonly channel: Uint8Array; readonly payload: Uint8Array }
  /**
   * Notices may have been missed at this place in the stream. `slow`: this subscriber did not keep up with its queue;
   * `overrun`: this process was away for longer than the store keeps notices; `away`: the server is gone, and from here on notices are
   * missed until `reconnected` says that it is back.
   * `dropped` says how many, where it is known.
   */
  | {
      readonly event: 'gap';
      readonly reason: 'slow' | 'overrun' | 'away' | 'reconnected';
      readonly dropped?: number | undefined;
    };

/**
 * Notices in the order in which their writes were done. Ends when it is closed; throws out of its iteration when the
 * store fails for good. One reader at a time.
 */
export interface Subscription extends AsyncIterableIterator<StoreEvent>, AsyncDisposable {
  close(): Promise<void>;
}

export interface SubscribeFilter {
  readonly channels?: readonly Key[] | undefined;
  /** A notice that several of them match is heard once. Globs as Redis has them: `*`, `?`, `[a-c]`, `[^a]`, `\` before a special character. */
  readonly patterns?: readonly Key[] | undefined;
}

export interface SubscribeOptions {
  /** Notices that wait for this subscriber at most (default 10 000, and 64 MiB); then the oldest are dropped and a `slow` gap says so. */
  readonly queueLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One part's share of a store: its keys, its glob, its clear. */
export interface Space {
  readonly name: string;
  /** How errors name the place, without any password: `sqlite:/data/.alidade (state)`. */
  readonly location: string;

  read<R extends Read>(read: R): Promise<ResultOf<R>>;
  /** Reads everything as of one moment. */
  readMany<const R extends readonly Read[]>(reads: R): Promise<{ [I in keyof R]: ResultOf<R[I]> }>;

  /** One write on its own. */
  write(operation: Operation, options?: WriteOptions): Promise<Outcome>;
  /**
   * All operations at once if all conditions hold, else nothing.
   *
   * @throws ALI_WRONG_KIND if an operation meets a key of another kind, and nothing is written; ALI_VALUE_TOO_LARGE
   * above 64 MiB; ALI_STORE_FULL, ALI_STORE_UNREACHABLE and the like from the engine. A write whose promise rejects
   * with ALI_STORE_UNREACHABLE was done once or not at all.
   */
  batch(
    conditions: readonly Condition[],
    operations: readonly Operation[],
    options?: WriteOptions,
  ): Promise<BatchResult>;

  /** Names of the keys that match a glob, in byte order. */
  keys(glob?: Key): Promise<Uint8Array[]>;
  /** Removes every key of this space, and of no other. No notices. */
  clear(): Promise<void>;

  /** Resolves when every later notice is sure to be seen: subscribe first, then read. */
  subscribe(filter: SubscribeFilter, options?: SubscribeOptions): Promise<Subscription>;
  /**
   * Whether a notice on this channel may be heard by anybody, in any process: false only if by nobody. Spares the making
   * of costly payloads. A store that knows only that somebody listens, but not to what, says true.
   */
  mayBeHeard(channel: Key): Promise<boolean>;
}

/**
 * The spaces of the parts; on Redis they are the databases 0, 1 and 2. A Redis URL that names a database puts all spaces
 * into it, as old clients do: `keys` and `clear` of one then mean the keys of all.
 */
export const spaceNames = ['state', 'shm', 'config'] as const;
export type SpaceName = (typeof spaceNames)[number];

export interface Store extends AsyncDisposable {
  /** How errors and tables name this store, without any password. */
  readonly location: string;
  space(name: SpaceName): Promise<Space>;
  /** Ends all subscriptions and waits for writes under way. Safe at any moment, and more than once. */
  close(): Promise<void>;
}

/** Values, members, fields and items are at most this long. */
export const maxValueBytes = 64 * 1024 * 1024;

/** The longest `expireMs`: some 31 000 years, so that every moment of expiry is a whole number in every engine. */
export const maxExpireMs = 1e15;
