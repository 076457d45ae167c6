import { chmodSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AlidadeError } from '../../shared/errors.ts';
import { isBusy, sqliteFailure } from './failures.ts';
import { isCurrent, migrate, pragma } from './schema.ts';

/** First SQLite with the mended WAL reset; before it, several connections to one file can corrupt it. */
const oldestSqlite = [3, 51, 3] as const;
const openTimeoutMs = 10_000;
/** A write-ahead log that begins anew is cut to this; one that is longer could not for a while. */
export const logBytes = 64 * 1024 * 1024;

/** @throws ALI_NODE_TOO_OLD when the SQLite inside this Node.js is not safe with several processes. */
export function assertSafeSqlite(version = process.versions.sqlite ?? '0'): void {
  const parts = version.split('.').map(Number);
  const older = oldestSqlite.findIndex((wanted, i) => (parts[i] ?? 0) !== wanted);
  if (older < 0 || (parts[older] ?? 0) > (oldestSqlite[older] as number)) return;
  throw new AlidadeError(
    'ALI_NODE_TOO_OLD',
    `this Node.js ${process.versions.node} has SQLite ${version}, which can corrupt a store that several processes use; install Node.js 22.23, 24.15 or newer`,
  );
}

/**
 * Waits a little and unevenly, so that processes which met once do not meet again: 0.05 to 0.45 ms. SQLite's own busy
 * handler waits longer each time, and so starves whoever came first.
 */
export function pause(): void {
  Atomics.wait(pauseCell, 0, 0, 0.05 + Math.random() * 0.4);
}
const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** Runs `work` again while another process holds the file. @throws what `work` throws, or its busy error at the end. */
export function whileBusy<T>(timeoutMs: number, work: () => T): T {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      pause();
    }
  }
}

/**
 * Opens a connection to the file of a space, makes the file when it is missing, and brings it to today's format.
 *
 * @throws ALI_STORE_FORMAT, ALI_STORE_DAMAGED, ALI_STORE_NOT_WRITABLE, ALI_STORE_BUSY
 */
export function openDatabase(path: string, location: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    const made = new DatabaseSync(path, { timeout: 0 });
    db = made;
    whileBusy(openTimeoutMs, () => prepare(made, path, location));
    return made;
  } catch (error) {
    db?.close();
    throw sqliteFailure(error, location);
  }
}

function prepare(db: DatabaseSync, path: string, location: string): void {
  // Before the write-ahead files exist, as SQLite gives them the mode of the file itself.
  shareWithGroup(path);
  // mmap_size 0: a file that is truncated under us would kill the process otherwise.
  db.exec(
    `PRAGMA journal_mode = WAL; PRAGMA mmap_size = 0; PRAGMA journal_size_limit = ${logBytes}; PRAGMA trusted_schema = 0`,
  );
  if (!isCurrent(db, location)) {
    db.exec('BEGIN IMMEDIATE');
    try {
      if (!isCurrent(db, location)) migrate(db);
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
  assertWhole(db, path, location);
}

/** A file that is shorter than it says has lost pages; SQLite itself would notice only when it needs one of them. */
function assertWhole(db: DatabaseSync, path: string, location: string): void {
  const logged = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (logged > 0) return;
  const wanted = pragma(db, 'page_count') * pragma(db, 'page_size');
  const { size } = statSync(path);
  if (size < wanted) {
    throw new AlidadeError(
      'ALI_STORE_DAMAGED',
      `${location} is truncated: ${path} has ${size} of ${wanted} bytes. Restore a backup into a new folder.`,
    );
  }
}

/** In a folder that its group may write, the files are for the group too. */
function shareWithGroup(path: string): void {
  const groupMayWrite = (statSync(dirname(path)).mode & 0o020) !== 0;
  const file = statSync(path);
  if (groupMayWrite && (file.mode & 0o020) === 0 && file.uid === process.getuid?.()) {
    chmodSync(path, file.mode | 0o060);
  }
}
