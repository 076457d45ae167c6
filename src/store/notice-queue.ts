import type { StoreEvent, Subscription } from './store.ts';

export interface NoticeQueueOptions {
  /** Notices that may wait (a gap does not count). */
  readonly limit: number;
  readonly limitBytes: number;
  /** Called once, when the subscription ends for whatever reason. */
  readonly onClose: () => void | Promise<void>;
}

export const defaultQueueLimit = 10_000;
export const defaultQueueLimitBytes = 64 * 1024 * 1024;

/**
 * The bounded queue between an engine and one subscriber. The engine pushes and never waits; a subscriber that does
 * not keep up loses its oldest notices and is told how many, at the place where they were.
 */
export class NoticeQueue implements Subscription {
  #options: NoticeQueueOptions;
  #events: StoreEvent[] = [];
  #head = 0;
  #bytes = 0;
  #dropped = 0;
  #waiter: { resolve: (r: IteratorResult<StoreEvent>) => void; reject: (e: unknown) => void } | undefined;
  #ended: { error?: unknown } | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: NoticeQueueOptions) {
    this.#options = options;
  }

  push(event: StoreEvent): void {
    if (this.#ended !== undefined) return;
    if (this.#waiter !== undefined) {
      const { resolve } = this.#waiter;
      this.#waiter = undefined;
      resolve({ done: false, value: event });
      return;
    }
    this.#events.push(event);
    if (event.event === 'notice') this.#bytes += size(event);
    while (this.#events.length - this.#head > this.#options.limit || this.#bytes > this.#options.limitBytes) {
      const lost = this.#shift();
      if (lost === undefined) break;
      this.#dropped += lost.event === 'notice' ? 1 : (lost.dropped ?? 0);
    }
  }

  /** Ends the iteration after what is queued; with an error, the reader gets it. */
  end(error?: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = error === undefined ? {} : { error };
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter === undefined) return;
    if (error === undefined) waiter.resolve({ done: true, value: undefined });
    else waiter.reject(error);
  }

  next(): Promise<IteratorResult<StoreEvent>> {
    if (this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      return Promise.resolve({ done: false, value: { event: 'gap', reason: 'slow', dropped } });
    }
    const value = this.#shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended !== undefined) {
      const { error } = this.#ended;
      this.#ended = {};
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
    }
    if (this.#waiter !== undefined)
      return Promise.reject(new Error('a subscription has one reader at a time'));
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  async return(): Promise<IteratorResult<StoreEvent>> {
    await this.close();
    return { done: true, value: undefined };
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.end();
      this.#events = [];
      this.#head = 0;
      this.#dropped = 0;
      await this.#options.onClose();
    })();
    return this.#closed;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #shift(): StoreEvent | undefined {
    const event = this.#events[this.#head];
    if (event === undefined) return undefined;
    this.#head++;
    if (this.#head > 1024 && this.#head * 2 > this.#events.length) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    if (event.event === 'notice') this.#bytes -= size(event);
    return event;
  }
}

function size(event: { channel: Uint8Array; payload: Uint8Array }): number {
  return event.channel.length + event.payload.length + 64;
}
