import type { PlainNotice } from '../normalize.ts';

/** Where the notices of a batch go; nothing is sent before the transaction is committed. */
export interface NoticeSink {
  payload(channel: Uint8Array, payload: Uint8Array): void;
  /** The notice is `prefix` and then what `write` wrote. */
  written(channel: Uint8Array, prefix: Uint8Array, write: Written): void;
  /** Forgets the notices since `mark`. */
  rewind(mark: number): void;
  readonly mark: number;
}

/** What was written, and where it can be read again. */
export interface Written {
  readonly kind: 'value' | 'hash' | 'series' | 'set' | 'list';
  readonly key: Uint8Array;
  readonly field?: Uint8Array | undefined;
  readonly bytes: Uint8Array;
}

/** A notice for something written; one with a fixed payload is sent once for an operation, at its `first` change. */
export function publish(
  sink: NoticeSink,
  notice: PlainNotice | undefined,
  written: Written,
  first = true,
): void {
  if (notice === undefined) return;
  if ('prefix' in notice) sink.written(notice.channel, notice.prefix, written);
  else if (first) sink.payload(notice.channel, notice.payload);
}

/** A notice for something removed is sent once for an operation; nothing was written, so nothing follows a prefix. */
export function publishRemoval(sink: NoticeSink, notice: PlainNotice | undefined): void {
  if (notice !== undefined)
    sink.payload(notice.channel, 'payload' in notice ? notice.payload : notice.prefix);
}
