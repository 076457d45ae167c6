/** What JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** A value of a field as JSON text: `"IOC:m3"`, `1234`, `[1, 2]`. Numbers stay as they were written. */
export type JsonText = string;

/** One field of one hash, before and after; a side is absent where the field was not there. */
export interface FieldChange {
  readonly field: string;
  readonly before?: JsonText;
  readonly after?: JsonText;
}

/** What happened to one hash. Of `added` and `removed` all fields are named, of `changed` those that differ. */
export interface HashChange {
  readonly hash: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly fields: readonly FieldChange[];
}

/** What a write did, or with `dryRun` would do, to one configuration. */
export interface ConfigurationChange {
  readonly configuration: string;
  /** `same`: it holds what was asked for already, and no commit was made. */
  readonly kind: 'added' | 'removed' | 'changed' | 'same';
  /** The newest revision afterwards; after a dry run the one that is there. */
  readonly revision: number;
  readonly changes: readonly HashChange[];
}

/** One commit as the history tells it; what it changed is read by `changesOf`. */
export interface Commit {
  readonly configuration: string;
  /** 1 for the first. */
  readonly revision: number;
  readonly timeSeconds: number;
  /** `user@host`, what the writer gave, or `foreign` for edits that were not made through Alidade. */
  readonly author: string;
  readonly message: string;
  /** Hashes that it added, removed or changed. */
  readonly hashes: number;
}

/** A commit with everything that it changed. */
export interface FullCommit extends Commit {
  readonly changes: readonly HashChange[];
}
