import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Key, keyBytes } from '../key.ts';
import { plainCondition } from '../normalize.ts';
import { Router } from '../router.ts';
import type {
  BatchResult,
  Condition,
  Operation,
  Outcome,
  Read,
  ResultOf,
  SpaceName,
  Store,
  SubscribeFilter,
  SubscribeOptions,
  Subscription,
  WriteOptions,
} from '../store.ts';
import { storeClosed } from '../store-closed.ts';
import { assertSafeSqlite, openDatabase } from './database.ts';
import { type EmbeddedSpace, EmbeddedStore, onlyOutcome } from './embedded-store.ts';
import { isBusy, sqliteFailure } from './failures.ts';
import { Reads } from './reads.ts';
import { RingReader } from './ring-reader.ts';
import { Statements } from './statements.ts';
import { Writer } from './writer.ts';

const readTimeoutMs = 10_000;

/** Opens the store in a folder that exists: one SQLite file for each space, shared by every process of the machine. */
export function openSqlite(folder: string): Store {
  assertSafeSqlite();
  return new EmbeddedStore(`sqlite:${folder}`, (name) => new SqliteSpace(folder, name));
}

/** Reads on the calling thread, writes through the writer thread. */
class SqliteSpace implements EmbeddedSpace {
  readonly name: SpaceName;
  readonly location: string;
  #db: DatabaseSync;
  #reads: Reads;
  #writer: Writer;
  #router: Router;
  #ring: RingReader;
  #stopping: Promise<unknown> = Promise.resolve();
  #closing = false;

  constructor(folder: string, name: SpaceName) {
    this.name = name;
    this.location = `sqlite:${folder} (${name})`;
    const path = join(folder, `${name}.sqlite`);
    this.#db = openDatabase(path, this.location);
    const sql = new Statements(this.#db);
    this.#reads = new Reads(sql, Date.now);
    this.#router = new Router(() => {
      this.#stopping = Promise.all([this.#stopping, this.#ring.stop()]);
    });
    const data = { path, location: this.location, bells: { folder, name } };
    this.#ring = new RingReader(sql, this.#reads, this.#router, data);
    this.#writer = new Writer(data, () => this.#ring.poll());
  }

  read<R extends Read>(read: R): Promise<ResultOf<R>> {
    return this.#whenFree(() => this.#reads.read(read));
  }

  readMany<const R extends readonly Read[]>(reads: R): Promise<{ [I in keyof R]: ResultOf<R[I]> }> {
    return this.#whenFree(() => this.#reads.readAll(reads));
  }

  async write(operation: Operation, options: WriteOptions = {}): Promise<Outcome> {
    const result = await this.batch([], [operation], options);
    return onlyOutcome(result);
  }

  async batch(
    conditions: readonly Condition[],
    operations: readonly Operation[],
    options: WriteOptions = {},
  ): Promise<BatchResult> {
    const batch = { conditions: conditions.map(plainCondition), operations };
    return this.#writer.batch(batch, options.durability !== 'fast');
  }

  keys(glob: Key = '*'): Promise<Uint8Array[]> {
    return this.#whenFree(() => this.#reads.keys(keyBytes(glob)));
  }

  clear(): Promise<void> {
    return this.#writer.clear();
  }

  async subscribe(filter: SubscribeFilter, options: SubscribeOptions = {}): Promise<Subscription> {
    this.#assertOpen();
    do {
      await this.#whenFree(() => this.#ring.start());
      // Up to here is not for the new subscription; from here on everything is. It may end the others, and the ring.
      this.#ring.poll();
    } while (!this.#ring.running);
    try {
      return this.#router.add(filter, options);
    } catch (error) {
      if (this.#router.size === 0) await this.#ring.stop();
      throw error;
    }
  }

  /** Other processes do not tell to which channels they listen, but each that listens has a doorbell. */
  async mayBeHeard(channel: Key): Promise<boolean> {
    this.#assertOpen();
    return this.#router.wants(keyBytes(channel)) || this.#ring.hasOthers();
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#router.end();
    await Promise.all([this.#stopping, this.#ring.stop()]);
    await this.#writer.close();
    if (this.#db.isOpen) this.#db.close();
  }

  /** Reads at once; only where another process is recovering the file does it wait for it, off the event loop. */
  async #whenFree<T>(work: () => T | Promise<T>): Promise<T> {
    let deadline: number | undefined;
    for (;;) {
      this.#assertOpen();
      try {
        const result = work();
        return result instanceof Promise ? await result : result;
      } catch (error) {
        deadline ??= performance.now() + readTimeoutMs;
        if (!isBusy(error) || performance.now() > deadline) throw sqliteFailure(error, this.location);
        await sleep(1);
      }
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw storeClosed(this.location);
  }
}
