import type { JsonText } from './change.ts';

/** A field was written or removed. */
export interface FieldEvent {
  readonly event: 'field';
  readonly hash: string;
  readonly field: string;
  /** What it holds now; absent where it is gone. */
  readonly value?: JsonText;
  /** Found by reading, because its notice was missed. */
  readonly missed?: true;
}

/** A source (or an item of another section) came or went. */
export interface HashEvent {
  readonly event: 'hash-added' | 'hash-removed';
  readonly configuration: string;
  readonly hash: string;
  readonly missed?: true;
}

export interface MembershipEvent {
  readonly event: 'configuration-added' | 'configuration-removed';
  readonly configuration: string;
  readonly missed?: true;
}

/** A whole configuration after a change, on its own channel. Over 1 MB only its revision and the names that changed. */
export interface WholeEvent {
  readonly event: 'configuration';
  readonly configuration: string;
  /** The JSON text that was sent. */
  readonly text: string;
}

/** `away`: the server of the store is not reachable. `back`: it is again, and what was missed has been told. */
export interface ConnectionEvent {
  readonly event: 'away' | 'back';
}

/** Notices were missed, and what they told could not all be found again. */
export interface GapEvent {
  readonly event: 'gap';
  readonly dropped?: number;
}

export type ConfigurationEvent =
  | FieldEvent
  | HashEvent
  | MembershipEvent
  | WholeEvent
  | ConnectionEvent
  | GapEvent;

export interface ListenFilter {
  /** Names of hashes, which need not exist yet. */
  readonly hashes?: readonly string[] | undefined;
  /** Every hash of these, what is added and removed, and the whole configuration after each change. */
  readonly configurations?: readonly string[] | undefined;
  /** All configurations, also those that are added later. */
  readonly all?: boolean | undefined;
}

/** Events in the order of their writes. Ends when it, its signal or the store is closed. One reader at a time. */
export interface Listening extends AsyncIterableIterator<ConfigurationEvent>, AsyncDisposable {
  close(): Promise<void>;
}
