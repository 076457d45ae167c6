import { DatabaseSync } from 'node:sqlite';
import type { Key } from '../key.ts';
import { keyBytes } from '../key.ts';
import { plainCondition, plainOperation } from '../normalize.ts';
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
} from '../store.ts';
import { storeClosed } from '../store-closed.ts';
import { type EmbeddedSpace, EmbeddedStore, onlyOutcome } from './embedded-store.ts';
import type { NoticeSink, Written } from './notice-sink.ts';
import { Reads } from './reads.ts';
import { migrate } from './schema.ts';
import { Statements } from './statements.ts';
import { Writes } from './writes.ts';

/** A store in the memory of this process: the SQL of the files, on one private connection for each space. */
export function openMemory(): Store {
  return new EmbeddedStore('memory:', (name) => new MemorySpace(name));
}

class MemorySpace implements EmbeddedSpace {
  readonly name: SpaceName;
  readonly location: string;
  #db = new DatabaseSync(':memory:');
  #sql = new Statements(this.#db);
  #reads: Reads;
  #writes: Writes;
  #router = new Router(() => undefined);

  constructor(name: SpaceName) {
    this.name = name;
    this.location = `memory: (${name})`;
    migrate(this.#db);
    this.#reads = new Reads(this.#sql, Date.now);
    this.#writes = new Writes(this.#sql, Date.now);
  }

  async read<R extends Read>(read: R): Promise<ResultOf<R>> {
    this.#assertOpen();
    return this.#reads.read(read);
  }

  async readMany<const R extends readonly Read[]>(reads: R): Promise<{ [I in keyof R]: ResultOf<R[I]> }> {
    this.#assertOpen();
    return this.#reads.readAll(reads);
  }

  async write(operation: Operation): Promise<Outcome> {
    const result = await this.batch([], [operation]);
    return onlyOutcome(result);
  }

  async batch(conditions: readonly Condition[], operations: readonly Operation[]): Promise<BatchResult> {
    this.#assertOpen();
    const batch = {
      conditions: conditions.map(plainCondition),
      operations: operations.map(plainOperation),
    };
    const notices = new Collected();
    this.#sql.of('BEGIN').run();
    try {
      const result = this.#writes.apply(batch, notices);
      this.#writes.collect(100);
      this.#sql.of('COMMIT').run();
      for (const [channel, payload] of notices.list) this.#router.publish(channel, payload);
      return result;
    } catch (error) {
      this.#sql.of('ROLLBACK').run();
      this.#writes.forgetKeys();
      throw error;
    }
  }

  async keys(glob: Key = '*'): Promise<Uint8Array[]> {
    this.#assertOpen();
    return this.#reads.keys(keyBytes(glob));
  }

  async clear(): Promise<void> {
    this.#assertOpen();
    this.#writes.clear();
  }

  async subscribe(filter: SubscribeFilter, options: SubscribeOptions = {}): Promise<Subscription> {
    this.#assertOpen();
    return this.#router.add(filter, options);
  }

  async mayBeHeard(channel: Key): Promise<boolean> {
    this.#assertOpen();
    return this.#router.wants(keyBytes(channel));
  }

  async close(): Promise<void> {
    this.#router.end();
    if (this.#db.isOpen) this.#db.close();
  }

  #assertOpen(): void {
    if (!this.#db.isOpen) throw storeClosed(this.location);
  }
}

/** Notices of one batch, in copies: the buffers of a write are its caller's again once it is done. */
class Collected implements NoticeSink {
  readonly list: [channel: Uint8Array, payload: Uint8Array][] = [];

  get mark(): number {
    return this.list.length;
  }

  payload(channel: Uint8Array, payload: Uint8Array): void {
    this.list.push([new Uint8Array(channel), new Uint8Array(payload)]);
  }

  written(channel: Uint8Array, prefix: Uint8Array, { bytes }: Written): void {
    this.list.push([new Uint8Array(channel), Buffer.concat([prefix, bytes])]);
  }

  rewind(mark: number): void {
    this.list.length = mark;
  }
}
