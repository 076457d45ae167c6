import type { StoreEvent, Subscription } from './store.ts';

export interface NoticeQueueOptions {
  /** Notices that may wait (a gap does not count). */
  readonly limit: number;
  /** Bytes that may wait; one notice may, however large it is. */
  readonly limitBytes: number;
  /** Called once, when the reader closes the subscription. */
  readonly onClose: () => void | Promise<void>;
}

type Gap = StoreEvent & { readonly event: 'gap' };

export const defaultQueueLimit = 10_000;
export const defaultQueueLimitBytes = 64 * 1024 * 1024;

/**
 * The bounded queue between an engine and one subscriber. The engine pushes and never waits; a subscriber that does
 * not keep up loses its oldest notices and is told how many, at the place where they were. A gap of the engine is
 * never lost.
 */
export class NoticeQueue implements Subscription {
  #options: NoticeQueueOptions;
  /** Places before `#head` are empty, so that what was read is not kept alive. */
  #events: (StoreEvent | undefined)[] = [];
  #head = 0;
  #notices = 0;
  #bytes = 0;
  /** What was dropped, and the last gap among it, before the event at the head. */
  #dropped = 0;
  #droppedGap: Gap | undefined;
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
    if (event.event === 'gap' && this.#joinsLast(event)) return;
    this.#events.push(event);
    if (event.event === 'gap') return;
    this.#notices++;
    this.#bytes += size(event);
    while (
      this.#notices > 1 &&
      (this.#notices > this.#options.limit || this.#bytes > this.#options.limitBytes)
    ) {
      const lost = this.#shift();
      if (lost === undefined) break;
      if (lost.event === 'notice') this.#dropped++;
      else if (lost.reason === 'slow') this.#dropped += lost.dropped ?? 0;
      else this.#droppedGap = lost;
    }
  }

  /** Ends the iteration after what is queued; with an error, the reader gets it. */
  end(error?: unknown): void {
    if (this.#ended !== undefined) return;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    this.#ended = error === undefined || waiter !== undefined ? {} : { error };
    if (waiter === undefined) return;
    if (error === undefined) waiter.resolve({ done: true, value: undefined });
    else waiter.reject(error);
  }

  next(): Promise<IteratorResult<StoreEvent>> {
    const value = this.#take();
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
      this.#ended = {};
      this.#events = [];
      this.#head = 0;
      this.#notices = 0;
      this.#bytes = 0;
      this.#dropped = 0;
      this.#droppedGap = undefined;
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

  /** Two gaps with nothing between them are one, so that gaps alone cannot fill the queue. */
  #joinsLast(gap: Gap): boolean {
    const at = this.#events.length - 1;
    const last = at < this.#head ? this.#droppedGap : this.#events[at];
    const joined = last?.event === 'gap' ? joinedGap(last, gap) : undefined;
    if (joined === undefined) return false;
    if (at < this.#head) this.#droppedGap = joined;
    else this.#events[at] = joined;
    return true;
  }

  #take(): StoreEvent | undefined {
    if (this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      return { event: 'gap', reason: 'slow', dropped };
    }
    if (this.#droppedGap !== undefined) {
      const gap = this.#droppedGap;
      this.#droppedGap = undefined;
      return gap;
    }
    return this.#shift();
  }

  #shift(): StoreEvent | undefined {
    const event = this.#events[this.#head];
    if (event === undefined) return undefined;
    this.#events[this.#head++] = undefined;
    if (this.#head === this.#events.length || (this.#head > 1024 && this.#head * 2 > this.#events.length)) {
      this.#events = this.#events.slice(this.#head);
      this.#head = 0;
    }
    if (event.event === 'notice') {
      this.#notices--;
      this.#bytes -= size(event);
    }
    return event;
  }
}

/** A server that comes and goes leaves only its last word; of the others those of one reason add up. */
function joinedGap(last: Gap, gap: Gap): Gap | undefined {
  const ofServer = (reason: Gap['reason']) => reason === 'away' || reason === 'reconnected';
  if (ofServer(last.reason) && ofServer(gap.reason)) return gap;
  if (last.reason !== gap.reason) return undefined;
  const both =
    last.dropped === undefined || gap.dropped === undefined ? undefined : last.dropped + gap.dropped;
  return { event: 'gap', reason: gap.reason, ...(both === undefined ? {} : { dropped: both }) };
}

function size(event: { channel: Uint8Array; payload: Uint8Array }): number {
  return event.channel.length + event.payload.length + 64;
}
