import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { AlidadeError } from '../../shared/errors.ts';
import type { BatchResult } from '../store.ts';
import { logBytes, whileBusy } from './database.ts';
import { sqliteFailure } from './failures.ts';
import { PackedNotices } from './notices.ts';
import { Statements } from './statements.ts';
import { type PlainBatch, Writes } from './writes.ts';

/** The ring of notices holds at most this many, and this many bytes; an older one is gone. */
const ringNotices = 100_000;
const ringBytes = 64 * 1024 * 1024;
/** Commits between two trims of the ring, and bytes. */
const trimEvery = 128;
const trimEveryBytes = ringBytes / 4;
const lockTimeoutMs = 10_000;
const collectedAtOnce = 2_000;
/** How long all writers wait at most for readers to leave the write-ahead log. */
const shortenTimeoutMs = 250;

export type Task = { readonly durable: boolean; readonly batch: PlainBatch | 'clear' };

/** What a {@link Task} gave; the error is that of its own batch, or of the commit that held it. */
export type TaskResult = BatchResult | AlidadeError;

/** Groups tasks into commits on one connection to a space file, and publishes their notices in the same commit. */
export class Commits {
  #db: DatabaseSync;
  #location: string;
  #sql: Statements;
  #writes: Writes;
  #notices = new PackedNotices();
  #synchronous = '';
  #dataVersion = 0;
  #ring: { seq: number; total: number } | undefined;
  #sinceTrim = trimEvery;
  #bytesSinceTrim = 0;
  #longestLog = logBytes;

  constructor(db: DatabaseSync, location: string) {
    this.#db = db;
    this.#location = location;
    this.#sql = new Statements(db);
    this.#writes = new Writes(this.#sql, Date.now);
  }

  /** Commits all tasks at once. `published` tells whether there is something to ring for. */
  commit(tasks: readonly Task[]): { results: readonly TaskResult[]; published: boolean } {
    try {
      return this.#transaction(
        tasks.some(({ durable }) => durable),
        () => {
          const results = tasks.map((task) => this.#apply(task));
          return { results, published: this.#publish() };
        },
      );
    } catch (error) {
      const failure = sqliteFailure(error, this.#location);
      return { results: tasks.map(() => failure), published: false };
    }
  }

  /** Removes some of what was deleted; true when more is left. */
  collect(): boolean {
    try {
      return this.#transaction(false, () => this.#writes.collect(collectedAtOnce));
    } catch {
      // The disk is full or failing: the next write will say so.
      return false;
    }
  }

  /**
   * Sees to it that the write-ahead log begins anew. SQLite does so by itself when nobody reads, which among readers that
   * overlap never comes: here writers wait until those have gone on. A reader that stays is not waited for again before
   * the log has grown as much once more.
   */
  shortenLog(): void {
    const path = this.#db.location();
    const sizeBytes = path === null ? 0 : (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
    if (sizeBytes <= this.#longestLog) return;
    try {
      this.#db.exec(`PRAGMA busy_timeout = ${shortenTimeoutMs}`);
      const isHeld = this.#sql.of('PRAGMA wal_checkpoint(TRUNCATE)').get()?.[0] === 1;
      this.#longestLog = isHeld ? sizeBytes + logBytes : logBytes;
    } catch {
      // The disk is full or failing: the next write will say so.
    } finally {
      this.#db.exec('PRAGMA busy_timeout = 0');
    }
  }

  close(): void {
    this.#db.close();
  }

  #apply({ batch }: Task): TaskResult {
    if (batch === 'clear') {
      this.#writes.clear();
      return { applied: true, outcomes: [] };
    }
    try {
      return this.#writes.apply(batch, this.#notices);
    } catch (error) {
      if (error instanceof AlidadeError) return error;
      throw error;
    }
  }

  #transaction<T>(durable: boolean, work: () => T): T {
    this.#setSynchronous(durable ? 'FULL' : 'NORMAL');
    whileBusy(lockTimeoutMs, () => this.#sql.of('BEGIN IMMEDIATE').run());
    try {
      const dataVersion = pragmaOf(this.#sql, 'data_version');
      if (dataVersion !== this.#dataVersion) {
        this.#dataVersion = dataVersion;
        this.#forget();
      }
      const result = work();
      this.#sql.of('COMMIT').run();
      return result;
    } catch (error) {
      this.#notices.rewind(0);
      this.#forget();
      // A full disk may have ended the transaction already.
      if (this.#db.isTransaction) this.#sql.of('ROLLBACK').run();
      throw error;
    }
  }

  /** What is known of the file is void once another process has written, or our own write was undone. */
  #forget(): void {
    this.#writes.forgetKeys();
    this.#ring = undefined;
  }

  #publish(): boolean {
    const row = this.#notices.take();
    if (row === undefined) return false;
    this.#ring ??= this.#ringEnd();
    const seq = this.#ring.seq + row.count;
    const total = this.#ring.total + row.notices.length;
    this.#sql
      .of('INSERT INTO notices (seq, count, total, notices) VALUES (?, ?, ?, ?)')
      .run(seq, row.count, total, row.notices);
    this.#ring = { seq, total };
    this.#bytesSinceTrim += row.notices.length;
    if (++this.#sinceTrim > trimEvery || this.#bytesSinceTrim > trimEveryBytes) {
      this.#sinceTrim = 0;
      this.#bytesSinceTrim = 0;
      this.#trim(seq, total);
    }
    return true;
  }

  #ringEnd(): { seq: number; total: number } {
    const last = this.#sql.of('SELECT seq, total FROM notices ORDER BY seq DESC LIMIT 1').get();
    return { seq: (last?.[0] as number) ?? 0, total: (last?.[1] as number) ?? 0 };
  }

  /** `total` grows with `seq`, so this reads only the rows that go, and one more. The last row always stays. */
  #trim(seq: number, total: number): void {
    const kept = this.#sql
      .of('SELECT seq FROM notices WHERE (seq > ? AND total > ?) OR seq = ? ORDER BY seq LIMIT 1')
      .get(seq - ringNotices, total - ringBytes, seq);
    this.#sql.of('DELETE FROM notices WHERE seq < ?').run(kept?.[0] as number);
  }

  #setSynchronous(value: 'FULL' | 'NORMAL'): void {
    if (this.#synchronous === value) return;
    this.#db.exec(`PRAGMA synchronous = ${value}`);
    this.#synchronous = value;
  }
}

function pragmaOf(sql: Statements, name: string): number {
  return sql.of(`PRAGMA ${name}`).get()?.[0] as number;
}
