import type { Field } from '../store.ts';

/** What a key of a snapshot holds, or a part of it. The bytes are views of larger buffers: copy what you keep. */
export type SnapshotContent =
  | { readonly kind: 'value'; readonly value: Uint8Array }
  | { readonly kind: 'series'; readonly members: readonly Uint8Array[] }
  | {
      readonly kind: 'hash';
      readonly fields: readonly Field[];
      /** Unix milliseconds at which each field of this part expires, where the file knows such fields. */
      readonly fieldsExpireAtMs?: readonly (number | undefined)[] | undefined;
    }
  | { readonly kind: 'set'; readonly members: readonly Uint8Array[] }
  | { readonly kind: 'list'; readonly items: readonly Uint8Array[] }
  /** What the store cannot hold: `type` names it (`stream`, `sorted set with scores`, …). */
  | { readonly kind: 'other'; readonly type: string };

/**
 * One key of a snapshot. A large series, hash, set or list comes as several entries one after another, each a part of
 * at most some thousand elements and about a megabyte.
 */
export interface SnapshotEntry {
  /** The Redis database that it was in. */
  readonly db: number;
  readonly key: Uint8Array;
  /** Unix milliseconds; may lie in the past. */
  readonly expiresAtMs?: number | undefined;
  readonly content: SnapshotContent;
  /** 0 for the first part of a key, then 1, 2, … */
  readonly part: number;
  /** Whether another part of the same key follows. */
  readonly more: boolean;
}
