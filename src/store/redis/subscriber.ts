import type { Redis } from 'ioredis';
import { AlidadeError } from '../../shared/errors.ts';
import { compileGlob } from '../glob.ts';
import { type Key, keyBytes } from '../key.ts';
import { defaultQueueLimit, defaultQueueLimitBytes, NoticeQueue } from '../notice-queue.ts';
import type { SubscribeFilter, SubscribeOptions, Subscription } from '../store.ts';
import { storeClosed } from '../store-closed.ts';
import { latin1 } from './bytes.ts';
import { Connection } from './connection.ts';
import { notReached, replyCode } from './failures.ts';
import { type Listener, type Route, Routes } from './routes.ts';
import { serverPattern } from './server-pattern.ts';
import type { RedisTarget } from './url.ts';

export interface SubscriberOptions {
  readonly target: RedisTarget;
  readonly database: number;
  readonly waitMs: number;
  /** How often an answer is asked of the server, so that a dead connection is noticed. */
  readonly pingMs: number;
}

/** Routes in one SUBSCRIBE command. */
const mostAtOnce = 1000;

/**
 * The subscriptions of one space, on one connection of their own, made when the first is asked for. Redis's channels
 * are global: a notice is heard in every database of the server.
 *
 * A lost connection is told by an `away` gap. Everything is subscribed again, and only then comes a `reconnected` gap, so
 * that who reads the state upon the gap misses nothing after it. What came in between is covered by the gap.
 */
export class Subscriber {
  #options: SubscriberOptions;
  #connection: Connection;
  #redis: Redis | undefined;
  #routes = new Routes();
  #listeners = new Set<Listener>();
  #live = false;
  #closed = false;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.#connection = new Connection({
      ...options,
      // An answer to a ping is due every pingMs: longer silence means that nobody is there.
      answerMs: options.pingMs * 1.5,
      prepare: (redis) => this.#onConnection(redis),
      onLost: () => this.#onLost(),
    });
  }

  /** @throws ALI_KEY, ALI_ABORTED, ALI_STORE_CLOSED, ALI_STORE_UNREACHABLE, ALI_STORE_LOGIN */
  async subscribe(filter: SubscribeFilter, options: SubscribeOptions): Promise<Subscription> {
    const { signal } = options;
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => {});
    const listener = this.#listener(filter, options, () => signal?.removeEventListener('abort', onAbort));
    const onAbort = () => {
      aborted.reject(givenUp(signal?.reason));
      void listener.queue.close();
    };
    if (signal?.aborted === true) throw givenUp(signal.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#start(listener, signal), aborted.promise]);
      listener.started = true;
      return listener.queue;
    } catch (error) {
      await listener.queue.close();
      throw replyCode(error) === undefined ? error : this.#connection.failure(error, 'subscribing');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#live = false;
    clearInterval(this.#ping);
    for (const listener of this.#listeners) {
      listener.queue.end();
      listener.onEnd();
    }
    this.#listeners.clear();
    const closed = storeClosed(this.#options.target.location);
    for (const route of this.#routes.all()) route.refuse(closed);
    await this.#connection.close();
  }

  #listener(filter: SubscribeFilter, options: SubscribeOptions, onEnd: () => void): Listener {
    const patterns = new Map((filter.patterns ?? []).map((pattern) => [text(pattern), keyBytes(pattern)]));
    const listener: Listener = {
      queue: new NoticeQueue({
        limit: options.queueLimit ?? defaultQueueLimit,
        limitBytes: defaultQueueLimitBytes,
        onClose: () => {
          onEnd();
          this.#leave(listener);
        },
      }),
      channels: new Set((filter.channels ?? []).map(text)),
      patterns: [...patterns].map(([own, pattern]) => {
        const route = serverPattern(pattern);
        return { glob: compileGlob(pattern), route, widened: route !== own };
      }),
      started: false,
      onEnd,
    };
    return listener;
  }

  async #start(listener: Listener, signal: AbortSignal | undefined): Promise<void> {
    const { target, waitMs } = this.#options;
    this.#connection.start();
    await this.#connection.whenOpen(waitMs);
    if (signal?.aborted === true) return;
    if (this.#closed) throw storeClosed(target.location);
    this.#listeners.add(listener);
    const { all, added } = this.#routes.join(listener);
    void this.#ask(added);
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(notReached(target, waitMs)), waitMs);
    try {
      await Promise.race([Promise.all(all.map((route) => route.confirmed)), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #leave(listener: Listener): void {
    this.#listeners.delete(listener);
    const dropped = this.#routes.leave(listener);
    if (!this.#live) return;
    for (const { kind, name } of dropped) {
      this.#redis?.callBuffer(kind === 'subscribe' ? 'unsubscribe' : 'punsubscribe', name).catch(() => {});
    }
  }

  /** Asks the server for routes; a cut leaves them unconfirmed, for the next connection to ask again. */
  async #ask(routes: readonly Route[]): Promise<void> {
    const asked: Promise<void>[] = [];
    for (const kind of ['subscribe', 'psubscribe'] as const) {
      const ofKind = routes.filter((route) => route.kind === kind);
      for (let i = 0; i < ofKind.length; i += mostAtOnce) {
        asked.push(this.#askOnce(kind, ofKind.slice(i, i + mostAtOnce)));
      }
    }
    await Promise.all(asked);
  }

  async #askOnce(kind: Route['kind'], routes: readonly Route[]): Promise<void> {
    try {
      await this.#redis?.callBuffer(
        kind,
        routes.map(({ name }) => name),
      );
      for (const route of routes) route.confirm();
    } catch (error) {
      if (replyCode(error) === undefined) return;
      const [only, ...others] = routes;
      // One that is refused has the whole command refused.
      if (others.length > 0) await Promise.all(routes.map((route) => this.#askOnce(kind, [route])));
      else if (only !== undefined) this.#refuse(only, error);
    }
  }

  /** Who waits for the route is refused; who had it before the connection was lost would hear nothing more, and is told. */
  #refuse(route: Route, error: unknown): void {
    route.refuse(error);
    for (const listener of [...route.listeners]) {
      if (!listener.started) continue;
      listener.queue.end(this.#connection.failure(error, 'subscribing again'));
      listener.onEnd();
      this.#leave(listener);
    }
  }

  #onLost(): void {
    if (!this.#live) return;
    this.#live = false;
    for (const { queue, started } of this.#listeners) {
      if (started) queue.push({ event: 'gap', reason: 'away' });
    }
  }

  async #onConnection(redis: Redis): Promise<void> {
    const isFirst = this.#redis === undefined;
    if (isFirst) {
      this.#redis = redis;
      redis.on('messageBuffer', (channel: Buffer, payload: Buffer) => {
        if (this.#live) this.#routes.message(channel, payload);
      });
      redis.on('pmessageBuffer', (pattern: string, channel: Buffer, payload: Buffer) => {
        if (this.#live) this.#routes.patternMessage(Buffer.from(pattern), channel, payload);
      });
      this.#ping = setInterval(() => {
        if (this.#live) redis.ping().catch(() => {});
      }, this.#options.pingMs).unref();
    }
    await this.#ask(this.#routes.all());
    if (redis.status !== 'ready') throw new Error('the connection was lost while subscribing');
    this.#live = true;
    if (isFirst) return;
    for (const { queue, started } of this.#listeners) {
      if (started) queue.push({ event: 'gap', reason: 'reconnected' });
    }
  }
}

function text(key: Key): string {
  return latin1(keyBytes(key));
}

function givenUp(reason: unknown): AlidadeError {
  return new AlidadeError('ALI_ABORTED', 'the subscription was given up before it began', { cause: reason });
}
