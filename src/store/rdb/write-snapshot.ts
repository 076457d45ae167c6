import type { Key } from '../key.ts';
import type { Space } from '../store.ts';
import type { SnapshotTarget } from './snapshot-target.ts';
import { type FailedKey, SnapshotWriter, type SnapshotWriterOptions } from './snapshot-writer.ts';

export interface WriteSnapshotOptions extends SnapshotWriterOptions {
  /** A glob, or a list of names; by default all keys of the space. */
  readonly keys?: Key | readonly Key[] | undefined;
}

export interface WriteReport {
  /** Where it is 0 there is no file (see {@link SnapshotWriter.close}). */
  readonly keysWritten: number;
  readonly keysFailed: number;
  /** The first thousand of those that failed. */
  readonly failed: readonly FailedKey[];
  readonly sizeBytes: number;
}

/**
 * Writes keys of a space into an RDB file, or into a stream, which is not ended: what {@link SnapshotWriter} promises,
 * in one step.
 *
 * @throws ALI_FILE_NOT_WRITTEN, ALI_ABORTED, ALI_KEY, and what the space throws; a file that stood there is as it was
 * @example
 * const { keysWritten, sizeBytes } = await writeSnapshot(space, 'night.rdb', { keys: 'm0*' });
 */
export async function writeSnapshot(
  space: Space,
  target: SnapshotTarget,
  options: WriteSnapshotOptions = {},
): Promise<WriteReport> {
  await using writer = await SnapshotWriter.open(target, options);
  await writer.save(space, options.keys);
  await writer.close();
  const { keysWritten, keysFailed, failed, sizeBytes } = writer;
  return { keysWritten, keysFailed, failed, sizeBytes: keysWritten === 0 ? 0 : sizeBytes };
}
