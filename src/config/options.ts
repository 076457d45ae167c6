import type { Clock } from '../shared/clock.ts';
import type { JsonText } from './change.ts';

export interface ConfigurationOptions {
  /** Who writes, for the history. Default: `user@host` of this process. */
  readonly author?: string | undefined;
  readonly clock?: Clock | undefined;
}

export interface CommitOptions {
  /** What the commit is for, in words. Default: a short account of what was called. */
  readonly message?: string | undefined;
  readonly author?: string | undefined;
  /** Write only if this is still the newest revision; else RevisionError. 0: only if nothing was ever committed. */
  readonly ifRevision?: number | undefined;
  /** Find out what would change, and write nothing. */
  readonly dryRun?: boolean | undefined;
}

/** How far a long write is: `done` of `total` hashes. `store` is one step, so it begins and ends. */
export interface Progress {
  readonly phase: 'read' | 'compare' | 'store';
  readonly done: number;
  readonly total: number;
}

export interface PopulateOptions extends CommitOptions {
  /** Leave configurations that are there as they are. */
  readonly onlyMissing?: boolean | undefined;
  /** How messages name the text; a file's path. Default `input`. */
  readonly name?: string | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface UpdateOptions extends CommitOptions {
  /** Make the hash, and its configuration, when it is not there. */
  readonly create?: boolean | undefined;
  /** The value is JSON text, and keeps its type. Default: it is plain text. */
  readonly json?: boolean | undefined;
}

export interface HistoryOptions {
  /** Commits at most, newest first (default 100). */
  readonly limit?: number | undefined;
  /** Only commits before this revision. */
  readonly before?: number | undefined;
}

/** Fields of a new source: plain text, or with `json` JSON text. */
export interface AddSourceOptions extends CommitOptions {
  /** The section it goes into. Default `sources`. */
  readonly section?: string | undefined;
  readonly json?: boolean | undefined;
}

export interface DiffOptions {
  /** The older side. Default: the revision before the newest. */
  readonly from?: number | undefined;
  /** The newer side: a revision, or the text of a file. Default: what is there now. */
  readonly to?: number | { readonly text: string; readonly name?: string | undefined } | undefined;
}

export interface ExportOptions {
  /** Which configurations, in this order. Default: all, by name. */
  readonly configurations?: readonly string[] | undefined;
  readonly format?: 'json' | 'yaml' | undefined;
  /** As of a revision; needs exactly one configuration. */
  readonly revision?: number | undefined;
}

/** A key of the space, as it stands in the store. */
export type Entry =
  | {
      readonly kind: 'hash';
      readonly name: string;
      readonly fields: readonly (readonly [string, JsonText])[];
    }
  | { readonly kind: 'set'; readonly name: string; readonly members: readonly string[] }
  /** Neither hash nor set: only `--all` finds it. */
  | { readonly kind: 'value' | 'series' | 'list' | 'other'; readonly name: string };

/** What `validate` found. */
export interface Validation {
  /** How many sections have a schema, and were checked. */
  readonly sections: number;
  readonly problems: readonly Problem[];
}

/** Where a section does not fit its schema. */
export interface Problem {
  readonly configuration: string;
  readonly section: string;
  /** Keys from the section to the value: `['motor1', 'address']`. */
  readonly path: readonly string[];
  readonly message: string;
}
