/**
 * Redis snapshots (RDB files): how state comes in from Redis and from katsdptelstate's RDBWriter.
 *
 * A file flows through these, from the outside in: `load-snapshot` writes what `snapshot` gives into a space;
 * `snapshot` goes through the file twice, first to check all of it; `snapshot-file` makes that possible for streams
 * too; `walk` is the grammar of the file, `value` that of one key, `collections` and `foreign-values` those of its
 * kinds; `byte-window` holds the part that is in memory and reads lengths and strings; `listpack`, `ziplist`,
 * `intset`, `zipmap` and `lzf` unpack single strings.
 *
 * And out: `write-snapshot` writes a space through a `snapshot-writer`, which has a file (`snapshot-target`), and for each
 * key a `key-writer`; `series-pages` reads long series, which wait in a `spool`; `rdb-encoder` makes the bytes.
 */
export { type LoadOptions, type LoadReport, loadSnapshot, type SkippedKey } from './load-snapshot.ts';
export { RdbParseError } from './rdb-parse-error.ts';
export {
  openSnapshot,
  readSnapshot,
  type Snapshot,
  type SnapshotOptions,
  type SnapshotProgress,
} from './snapshot.ts';
export type { SnapshotContent, SnapshotEntry } from './snapshot-entry.ts';
export type { SnapshotSource } from './snapshot-file.ts';
export type { SnapshotTarget } from './snapshot-target.ts';
export {
  type FailedKey,
  SnapshotWriter,
  type SnapshotWriterOptions,
  type WriteProgress,
} from './snapshot-writer.ts';
export { type WriteReport, type WriteSnapshotOptions, writeSnapshot } from './write-snapshot.ts';
