import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AlidadeError } from '../../shared/errors.ts';
import { sqliteFailure } from '../sqlite/failures.ts';
import type { CheckAnswer, CheckTask } from './check-thread.ts';
import type { FileCheck } from './file-faults.ts';

export interface CheckFileOptions {
  /** Nobody uses the file: no file beside it is made. */
  readonly atRest?: boolean | undefined;
  /** Leaves out what takes longest: whether the indexes agree with their tables. */
  readonly quick?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks through the file of a space in a thread of its own: it takes as long as to read the file.
 *
 * @throws ALI_STORE_DAMAGED where it cannot be read at all, ALI_ABORTED
 */
export async function checkFile(path: string, options: CheckFileOptions = {}): Promise<FileCheck> {
  const { atRest = false, quick = false, signal } = options;
  // Run from the sources (tests) or from dist/, with what each calls its modules.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const task: CheckTask = { path, atRest, quick };
  const thread = new Worker(new URL(`./check-thread.${extension}`, import.meta.url), { workerData: task });
  try {
    const [answer] = (await once(thread, 'message', signal === undefined ? {} : { signal })) as [CheckAnswer];
    if ('check' in answer) return answer.check;
    throw sqliteFailure(Object.assign(new Error(answer.message), { errcode: answer.errcode }), path);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    throw new AlidadeError('ALI_ABORTED', `the check of ${path} was given up`, { cause: error });
  } finally {
    await thread.terminate();
  }
}
