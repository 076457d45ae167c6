import { AlidadeError } from '../shared/errors.ts';
import { compileGlob, type Glob } from './glob.ts';
import { keyBytes } from './key.ts';
import { defaultQueueLimit, defaultQueueLimitBytes, NoticeQueue } from './notice-queue.ts';
import type { StoreEvent, SubscribeFilter, SubscribeOptions } from './store.ts';

interface Subscriber {
  readonly queue: NoticeQueue;
  readonly channels: readonly string[];
  readonly globs: readonly Glob[];
  /** Called once, however it ends. */
  readonly onEnd: () => void;
}

/** Hands each notice of a space to the subscriptions of this process that asked for its channel. */
export class Router {
  #byChannel = new Map<string, Set<Subscriber>>();
  #withGlobs = new Set<Subscriber>();
  #all = new Set<Subscriber>();
  #onEmpty: () => void;

  /** `onEmpty` is called when the last subscription has ended. */
  constructor(onEmpty: () => void) {
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#all.size;
  }

  /** @throws ALI_ABORTED when the signal says so already */
  add(filter: SubscribeFilter, options: SubscribeOptions): NoticeQueue {
    if (options.signal?.aborted === true) {
      throw new AlidadeError('ALI_ABORTED', 'the subscription was given up before it began', {
        cause: options.signal.reason,
      });
    }
    const subscriber: Subscriber = {
      queue: new NoticeQueue({
        limit: options.queueLimit ?? defaultQueueLimit,
        limitBytes: defaultQueueLimitBytes,
        onClose: () => this.#remove(subscriber),
      }),
      channels: (filter.channels ?? []).map((channel) => latin1(keyBytes(channel))),
      globs: (filter.patterns ?? []).map((pattern) => compileGlob(keyBytes(pattern))),
      onEnd: () => options.signal?.removeEventListener('abort', abort),
    };
    const abort = () => void subscriber.queue.close();
    options.signal?.addEventListener('abort', abort, { once: true });
    this.#all.add(subscriber);
    if (subscriber.globs.length > 0) this.#withGlobs.add(subscriber);
    for (const channel of subscriber.channels) {
      const others = this.#byChannel.get(channel);
      if (others === undefined) this.#byChannel.set(channel, new Set([subscriber]));
      else others.add(subscriber);
    }
    return subscriber.queue;
  }

  publish(channel: Uint8Array, payload: Uint8Array): void {
    const exact = this.#byChannel.get(latin1(channel));
    if (exact === undefined && this.#withGlobs.size === 0) return;
    const event: StoreEvent = { event: 'notice', channel, payload };
    if (exact !== undefined) for (const subscriber of exact) subscriber.queue.push(event);
    for (const subscriber of this.#withGlobs) {
      if (exact?.has(subscriber)) continue;
      if (subscriber.globs.some((glob) => glob.matches(channel))) subscriber.queue.push(event);
    }
  }

  /** Whether a notice on this channel would reach anybody; spares the reading of large payloads. */
  wants(channel: Uint8Array): boolean {
    if (this.#byChannel.has(latin1(channel))) return true;
    for (const { globs } of this.#withGlobs) if (globs.some((glob) => glob.matches(channel))) return true;
    return false;
  }

  gap(event: StoreEvent & { event: 'gap' }): void {
    for (const subscriber of this.#all) subscriber.queue.push(event);
  }

  /** Ends every subscription; with an error, their readers get it. */
  end(error?: unknown): void {
    for (const subscriber of [...this.#all]) {
      subscriber.queue.end(error);
      this.#remove(subscriber);
    }
  }

  #remove(subscriber: Subscriber): void {
    if (!this.#all.delete(subscriber)) return;
    subscriber.onEnd();
    this.#withGlobs.delete(subscriber);
    for (const channel of subscriber.channels) {
      const others = this.#byChannel.get(channel);
      others?.delete(subscriber);
      if (others?.size === 0) this.#byChannel.delete(channel);
    }
    if (this.#all.size === 0) this.#onEmpty();
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
