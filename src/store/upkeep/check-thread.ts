import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../shared/errors.ts';
import { type FileCheck, faultsOf } from './file-faults.ts';

export interface CheckTask {
  readonly path: string;
  readonly atRest: boolean;
  readonly quick: boolean;
}

/** Errors lose their class on the way between threads. */
export type CheckAnswer =
  | { readonly check: FileCheck }
  | { readonly message: string; readonly errcode: number | undefined };

const busyTimeoutMs = 10_000;

/** The thread that looks through one file of a space. */
function answer({ path, atRest, quick }: CheckTask): CheckAnswer {
  let db: DatabaseSync | undefined;
  try {
    const url = pathToFileURL(path);
    // Immutable: SQLite makes no log and takes no lock.
    if (atRest) url.search = '?immutable=1';
    db = new DatabaseSync(url, { timeout: busyTimeoutMs });
    db.exec('PRAGMA mmap_size = 0; PRAGMA trusted_schema = 0; PRAGMA query_only = 1');
    return { check: faultsOf(db, quick) };
  } catch (error) {
    const { errcode } = error as { errcode?: number };
    return { message: messageOf(error), errcode };
  } finally {
    db?.close();
  }
}

parentPort?.postMessage(answer(workerData as CheckTask));
