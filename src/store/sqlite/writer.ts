import { Worker } from 'node:worker_threads';
import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import type { BatchResult } from '../store.ts';
import { storeClosed } from '../store-closed.ts';
import { readResult, type UncheckedBatch, writeBatch } from './batch-codec.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { sqliteFailure } from './failures.ts';
import { close, type Reply, taskTag, type WriterData } from './writer-protocol.ts';

/** Groups on their way at once: while one is committed the next waits in the thread, so that the disk is never idle. */
const groupsAtOnce = 2;

interface Pending {
  readonly resolve: (result: BatchResult) => void;
  readonly reject: (error: AlidadeError) => void;
}

/**
 * This process's end of the writer thread. Tasks of one turn of the event loop, and all that come while a commit is
 * under way, travel as one group. The thread is started by the first task, and keeps the process alive only while a
 * task has no answer.
 */
export class Writer {
  #data: WriterData;
  #onPublished: () => void;
  #thread: Worker | undefined;
  #group = new ByteWriter();
  #groupTasks: Pending[] = [];
  #scheduled = false;
  #sent: Pending[][] = [];
  #closing: Promise<void> | undefined;
  #exited: Promise<void> = Promise.resolve();

  constructor(data: WriterData, onPublished: () => void) {
    this.#data = data;
    this.#onPublished = onPublished;
  }

  batch(batch: UncheckedBatch, durable: boolean): Promise<BatchResult> {
    return this.#submit((group) => {
      group.u8(durable ? taskTag.durable : taskTag.fast);
      writeBatch(group, batch);
    });
  }

  async clear(): Promise<void> {
    await this.#submit((group) => group.u8(taskTag.clear));
  }

  /** Commits what was submitted before, and ends the thread. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      if (this.#thread === undefined) return;
      this.#send();
      this.#thread.ref();
      this.#thread.postMessage(close);
      await this.#exited;
    })();
    return this.#closing;
  }

  #submit(write: (group: ByteWriter) => void): Promise<BatchResult> {
    if (this.#closing !== undefined) {
      return Promise.reject(storeClosed(this.#data.location));
    }
    return new Promise((resolve, reject) => {
      const before = this.#group.length;
      try {
        write(this.#group);
      } catch (error) {
        // Without memory for the rest of it; half a task would spoil those beside it.
        this.#group.truncate(before);
        throw error;
      }
      this.#groupTasks.push({ resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        if (this.#sent.length < groupsAtOnce) this.#send();
      });
    });
  }

  #send(): void {
    if (this.#groupTasks.length === 0) return;
    this.#thread ??= this.#start();
    this.#thread.ref();
    const group = this.#group.take();
    this.#sent.push(this.#groupTasks);
    this.#groupTasks = [];
    this.#thread.postMessage(group, [group.buffer]);
  }

  #start(): Worker {
    // Run from the sources (tests) or from dist/, with what each calls its modules.
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
    const thread = new Worker(new URL(`./writer-thread.${extension}`, import.meta.url), {
      workerData: this.#data,
      // That node:sqlite is experimental on Node.js 22 is said once, by this thread. Options of the process are left out:
      // many (--max-old-space-size) are refused for a thread, and those that are not mean nothing to this one.
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    thread.on('message', (reply: Reply) => this.#receive(reply));
    this.#exited = new Promise((resolve) => {
      let failure: unknown;
      thread.on('error', (error) => {
        failure = error;
      });
      thread.on('exit', () => {
        if (this.#thread === thread) this.#thread = undefined;
        this.#rejectAll(failure);
        resolve();
      });
    });
    return thread;
  }

  #receive({ results, groups, published }: Reply): void {
    const from = new ByteReader(results);
    const answered = this.#sent.splice(0, groups);
    this.#send();
    if (this.#sent.length === 0 && this.#closing === undefined) this.#thread?.unref();
    if (published) this.#onPublished();
    for (const { resolve, reject } of answered.flat()) {
      const result = readResult(from);
      if (result instanceof AlidadeError) reject(result);
      else resolve(result);
    }
  }

  /** The thread ended with tasks unanswered: it could not open the file, or it was killed. The next task starts another. */
  #rejectAll(failure: unknown): void {
    const { location } = this.#data;
    // Errors lose their class on the way between threads.
    const error = isErrorWithCode(failure)
      ? new AlidadeError(failure.code, failure.message)
      : sqliteFailure(failure ?? new Error('the writer thread ended'), location);
    const pending = [...this.#sent.flat(), ...this.#groupTasks];
    this.#sent = [];
    this.#groupTasks = [];
    this.#group = new ByteWriter();
    for (const { reject } of pending) reject(error);
  }
}

function isErrorWithCode(error: unknown): error is AlidadeError {
  const { code } = (error ?? {}) as { code?: unknown };
  return isAlidadeError(error) || (typeof code === 'string' && code.startsWith('ALI_'));
}
