import { join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { AlidadeError } from '../../shared/errors.ts';
import { Opened } from '../../shared/opened.ts';
import { openStore } from '../open-store.ts';
import { openDatabase } from '../sqlite/database.ts';
import { sqliteFailure } from '../sqlite/failures.ts';
import type { SpaceName, Store } from '../store.ts';
import { checkFile } from './check-file.ts';
import { copyInto } from './copy-store.ts';
import { makeFolder } from './new-folder.ts';
import { folderOf, spaceFile, spacesInFolder } from './spaces.ts';

export interface BackupProgress {
  /** How much is done, 0 to 1. */
  readonly portion: number;
  readonly bytes: number;
}

export interface BackupOptions {
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BackupReport {
  readonly from: string;
  readonly folder: string;
  readonly spaces: readonly { readonly space: string; readonly keys: number; readonly bytes: number }[];
  /** Keys of kinds that only Redis has. */
  readonly leftOut: number;
}

/** Pages between two looks at the signal: some 4 MB. */
const pagesAtOnce = 1024;

/**
 * Puts a store as it is into a new folder, which is a `sqlite:` store itself. The store may be in use meanwhile. The folder
 * has its name only when all of it was checked and is on disk.
 *
 * Of a `sqlite:` store the spaces are those of one moment each, the moment of the call, however much is written
 * meanwhile. Of another store each key is copied as it is when its turn comes, and what only Redis has is left out.
 *
 * @throws ALI_STORE_NOT_EMPTY, ALI_STORE_NOT_FOUND, ALI_STORE_DAMAGED when the store or its copy is, ALI_STORE_FULL,
 * ALI_ABORTED, and what the store throws
 */
export async function backupStore(
  url: string | undefined,
  folder: string,
  options: BackupOptions = {},
): Promise<BackupReport> {
  await using store = await openStore(url, { create: false });
  const from = folderOf(store);
  if (from !== undefined) return await backupFolder(store, from, folder, options);
  const copy = await makeFolder(folder, (temporary) => copyInto(store, `sqlite:${temporary}`, options));
  return {
    from: copy.from,
    folder,
    spaces: copy.spaces.map(({ space, copied, bytes }) => ({ space, keys: copied, bytes })),
    leftOut: copy.spaces.reduce((sum, { foreign }) => sum + foreign.length, 0),
  };
}

async function backupFolder(
  store: Store,
  from: string,
  to: string,
  options: BackupOptions,
): Promise<BackupReport> {
  const names = spacesInFolder(from);
  if (names.length === 0) throw new AlidadeError('ALI_STORE_NOT_FOUND', `there is no store in ${from}`);
  return await makeFolder(to, async (temporary) => {
    await using opened = new Opened();
    // All at once, so that their moments are as near to each other as can be.
    const sources = names.map((space) => {
      const location = `${store.location} (${space})`;
      const db = openDatabase(spaceFile(from, space), location);
      opened.defer(() => db.close());
      return { space, location, db };
    });
    for (const { db } of sources) hold(db);
    const spaces: { space: SpaceName; keys: number; bytes: number }[] = [];
    let doneBytes = 0;
    for (const [i, { space, location, db }] of sources.entries()) {
      const target = join(temporary, `${space}.sqlite`);
      const bytes = await backupSpace(db, target, location, options.signal, (portion, spaceBytes) =>
        options.onProgress?.({ portion: (i + portion) / names.length, bytes: doneBytes + spaceBytes }),
      );
      doneBytes += bytes;
      const check = await checkFile(target, { atRest: true, signal: options.signal });
      const [fault] = check.faults;
      if (fault !== undefined) {
        throw new AlidadeError(
          'ALI_STORE_DAMAGED',
          `${location} is damaged, and so would be its backup, which was not made: ${fault}`,
        );
      }
      spaces.push({ space, keys: check.keys, bytes });
    }
    return { from: store.location, folder: to, spaces, leftOut: 0 };
  });
}

/**
 * Begins to read the file as it is now. Without this SQLite's online backup begins anew whenever another process writes,
 * and never ends beside a busy writer. Writers go on meanwhile; only the write-ahead log cannot be shortened.
 */
function hold(db: DatabaseSync): void {
  db.exec('BEGIN');
  db.prepare('SELECT 1 FROM keys LIMIT 1').get();
}

async function backupSpace(
  db: DatabaseSync,
  target: string,
  location: string,
  signal: AbortSignal | undefined,
  onProgress: (portion: number, bytes: number) => void,
): Promise<number> {
  const pageBytes = Number(Object.values(db.prepare('PRAGMA page_size').get() ?? {})[0]);
  const assertWanted = () => {
    if (signal?.aborted !== true) return;
    throw new AlidadeError('ALI_ABORTED', `the backup of ${location} was given up`, { cause: signal.reason });
  };
  try {
    assertWanted();
    const pages = await backup(db, target, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) => {
        assertWanted();
        onProgress(1 - remainingPages / totalPages, (totalPages - remainingPages) * pageBytes);
      },
    });
    onProgress(1, pages * pageBytes);
    assertWanted();
    return pages * pageBytes;
  } catch (error) {
    throw sqliteFailure(error, location);
  }
}
