import { EventEmitter, once } from 'node:events';
import type {
  BatchResult,
  Condition,
  Key,
  Operation,
  Outcome,
  Read,
  ResultOf,
  Space,
  StoreEvent,
  SubscribeFilter,
  SubscribeOptions,
  Subscription,
  WriteOptions,
} from '../../src/store/index.ts';
import { NoticeQueue } from '../../src/store/notice-queue.ts';

/**
 * A real space that tells what is asked of it, and between which and its subscribers the line can be cut. Notices are
 * lost while it is; after `heal` every subscription gets a gap, as from an engine whose ring was overrun.
 */
export class ObservedSpace implements Space {
  readonly name: string;
  readonly location: string;
  reads = 0;
  writes = 0;
  /** Subscriptions made so far. */
  subscribed = 0;
  readonly #space: Space;
  readonly #open = new Set<ObservedSubscription>();
  readonly #events = new EventEmitter();
  #isCut = false;

  constructor(space: Space) {
    this.#space = space;
    this.name = space.name;
    this.location = space.location;
  }

  /** Subscriptions that are not closed. */
  get openSubscriptions(): number {
    return this.#open.size;
  }

  /** Resolves when this many open subscriptions wait for their next event. */
  async listening(count = 1): Promise<void> {
    while ([...this.#open].filter((subscription) => subscription.isListening).length < count) {
      await once(this.#events, 'change');
    }
  }

  /** Resolves when no subscription is open. */
  async quiet(): Promise<void> {
    while (this.#open.size > 0) await once(this.#events, 'change');
  }

  cut(): void {
    this.#isCut = true;
  }

  /** Notices pass again; subscribers are told that some may be missing. */
  heal(reason: 'reconnected' | 'slow' | 'overrun' = 'overrun'): void {
    this.#isCut = false;
    for (const subscription of [...this.#open]) subscription.push({ event: 'gap', reason });
  }

  read<R extends Read>(read: R): Promise<ResultOf<R>> {
    this.reads++;
    return this.#space.read(read);
  }

  readMany<const R extends readonly Read[]>(reads: R): Promise<{ [I in keyof R]: ResultOf<R[I]> }> {
    this.reads++;
    return this.#space.readMany(reads);
  }

  write(operation: Operation, options?: WriteOptions): Promise<Outcome> {
    this.writes++;
    return this.#space.write(operation, options);
  }

  batch(
    conditions: readonly Condition[],
    operations: readonly Operation[],
    options?: WriteOptions,
  ): Promise<BatchResult> {
    this.writes++;
    return this.#space.batch(conditions, operations, options);
  }

  keys(glob?: Key): Promise<Uint8Array[]> {
    return this.#space.keys(glob);
  }

  clear(): Promise<void> {
    return this.#space.clear();
  }

  mayBeHeard(channel: Key): Promise<boolean> {
    return this.#space.mayBeHeard(channel);
  }

  async subscribe(filter: SubscribeFilter, options: SubscribeOptions = {}): Promise<Subscription> {
    this.subscribed++;
    const inner = await this.#space.subscribe(filter, options);
    const subscription = new ObservedSubscription(inner, options.queueLimit ?? 10_000, () => {
      if (subscription.isClosed) this.#open.delete(subscription);
      this.#events.emit('change');
    });
    this.#open.add(subscription);
    void subscription.pump(() => this.#isCut);
    return subscription;
  }
}

class ObservedSubscription implements Subscription {
  isListening = false;
  isClosed = false;
  readonly #inner: Subscription;
  readonly #queue: NoticeQueue;
  readonly #onChange: () => void;

  constructor(inner: Subscription, limit: number, onChange: () => void) {
    this.#inner = inner;
    this.#onChange = onChange;
    this.#queue = new NoticeQueue({ limit, limitBytes: 64 * 1024 * 1024, onClose: () => inner.close() });
  }

  async pump(isCut: () => boolean): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#inner.next();
        if (done) break;
        if (!isCut()) this.#queue.push(value);
      }
      this.#queue.end();
    } catch (error) {
      this.#queue.end(error);
    }
  }

  push(event: StoreEvent): void {
    this.#queue.push(event);
  }

  async next(): Promise<IteratorResult<StoreEvent>> {
    const next = this.#queue.next();
    this.isListening = true;
    this.#onChange();
    try {
      return await next;
    } finally {
      this.isListening = false;
    }
  }

  async return(): Promise<IteratorResult<StoreEvent>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.isClosed = true;
    this.#onChange();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
