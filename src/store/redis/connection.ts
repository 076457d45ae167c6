import { Redis } from 'ioredis';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { storeClosed } from '../store-closed.ts';
import { answerLost, notReached, reasonOf, redisFailure, replyCode, wasNeverSent } from './failures.ts';
import type { RedisTarget } from './url.ts';

export type Argument = string | Buffer;
export type Command = readonly [name: string, ...args: Argument[]];

export interface ConnectionOptions {
  readonly target: RedisTarget;
  readonly database: number;
  /** How long the first connection may take, and how long an operation waits for a server that is away. */
  readonly waitMs: number;
  /** A server that is silent for so long with answers outstanding counts as gone. */
  readonly answerMs: number;
  /** What to do on each new connection before anybody may use it. It has failed when the connection is lost meanwhile. */
  readonly prepare: (redis: Redis) => Promise<void>;
  readonly onLost?: () => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: AlidadeError) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * One connection to one database, made again for ever with back-off when it is lost. Nothing is sent twice: what was
 * under way at a cut rejects, and what is called while the server is away waits for it or is never sent.
 *
 * The commands of one turn of the event loop leave in one write (`cork`); measured with ioredis 6 this gives twice the
 * throughput of its automatic pipelining, which besides loses the name of a command given to `callBuffer`.
 */
export class Connection {
  #options: ConnectionOptions;
  #redis: Redis;
  #open = false;
  #closed = false;
  #corked = false;
  #pending = 0;
  #waiters = new Set<Waiter>();
  #lastError: AlidadeError | undefined;
  #lastReason = 'closed';
  #firstFailure: ((error: AlidadeError) => void) | undefined;
  #idle: (() => void) | undefined;

  constructor(options: ConnectionOptions) {
    const { target } = options;
    this.#options = options;
    this.#redis = new Redis({
      host: target.host,
      port: target.port,
      ...(target.username === undefined ? {} : { username: target.username }),
      ...(target.password === undefined ? {} : { password: target.password }),
      ...(target.tls === undefined ? {} : { tls: target.tls }),
      db: options.database,
      lazyConnect: true,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      enableOfflineQueue: false,
      // 0: at every cut all commands under way reject at once (without it they would never settle).
      maxRetriesPerRequest: 0,
      retryStrategy: backOffMs,
      connectTimeout: options.waitMs,
      socketTimeout: options.answerMs,
      disconnectTimeout: 500,
      connectionName: 'alidade',
    });
    this.#redis.on('error', (error) => this.#onError(error));
    this.#redis.on('ready', () => void this.#prepare());
    this.#redis.on('close', () => this.#onLost());
  }

  /** The first connection. @throws ALI_STORE_UNREACHABLE, ALI_STORE_LOGIN, ALI_STORE_URL (no such database) */
  async connect(signal?: AbortSignal): Promise<void> {
    const { target, waitMs } = this.#options;
    if (this.#closed) throw storeClosed(target.location);
    const failed = new Promise<never>((_resolve, reject) => {
      this.#firstFailure = reject;
    });
    const abort = () =>
      this.#firstFailure?.(new AlidadeError('ALI_ABORTED', `connecting to ${target.location} was given up`));
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const opened = this.whenOpen(waitMs);
      this.start();
      await Promise.race([opened, failed]);
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      this.#firstFailure = undefined;
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Begins to connect, and keeps on for ever. */
  start(): void {
    if (this.#redis.status === 'wait' && !this.#closed) this.#redis.connect().catch(() => {});
  }

  /** Resolves at once while the connection stands. @throws ALI_STORE_UNREACHABLE after `waitMs`, ALI_STORE_CLOSED */
  whenOpen(waitMs: number): Promise<void> {
    const { target } = this.#options;
    if (this.#closed) return Promise.reject(storeClosed(target.location));
    if (this.#open) return Promise.resolve();
    const waiting = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(notReached(target, this.#options.waitMs, this.#lastError));
      }, waitMs);
      const waiter = { resolve, reject, timer };
      this.#waiters.add(waiter);
    });
    waiting.catch(() => {});
    return waiting;
  }

  /** One command. Rejects with what the server said (a ReplyError), or with one of our own errors. */
  call(name: string, args: readonly Argument[]): Promise<unknown> {
    return this.#send((redis) => redis.callBuffer(name, [...args]));
  }

  /** Commands in one MULTI/EXEC: their replies, each error as the value of its place. */
  transaction(commands: readonly Command[]): Promise<unknown[]> {
    return this.#send(async (redis) => {
      const multi = redis.multi();
      for (const [name, ...args] of commands) multi.callBuffer(name, args);
      const replies = await multi.exec();
      return (replies ?? []).map(([error, reply]) => error ?? reply);
    });
  }

  /** For an error of `call` or `transaction`. */
  failure(error: unknown, doing?: string): AlidadeError {
    return redisFailure(error, this.#options.target, doing);
  }

  /** Waits for what is under way, no longer than the server may be silent; lets go of what waits for the server. */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#rejectWaiters(storeClosed(this.#options.target.location));
      this.#firstFailure?.(storeClosed(this.#options.target.location));
    }
    if (this.#pending > 0) {
      await new Promise<void>((resolve) => {
        const before = this.#idle;
        this.#idle = () => {
          before?.();
          resolve();
        };
      });
    }
    this.#open = false;
    this.#redis.disconnect();
  }

  async #send<T>(action: (redis: Redis) => Promise<T>): Promise<T> {
    if (this.#closed) throw storeClosed(this.#options.target.location);
    this.#pending++;
    try {
      if (this.#open) {
        try {
          this.#cork();
          return await action(this.#redis);
        } catch (error) {
          if (!wasNeverSent(error)) throw this.#sentFailure(error);
        }
      }
      return await this.#sendWhenOpen(action);
    } finally {
      if (--this.#pending === 0) this.#idle?.();
    }
  }

  async #sendWhenOpen<T>(action: (redis: Redis) => Promise<T>): Promise<T> {
    const end = performance.now() + this.#options.waitMs;
    for (;;) {
      await this.whenOpen(Math.max(0, end - performance.now()));
      try {
        return await action(this.#redis);
      } catch (error) {
        if (!wasNeverSent(error)) throw this.#sentFailure(error);
        this.#open = false;
      }
    }
  }

  #sentFailure(error: unknown): unknown {
    if (replyCode(error) !== undefined) return error;
    return answerLost(this.#options.target, this.#lastReason);
  }

  #cork(): void {
    if (this.#corked) return;
    const { stream } = this.#redis;
    this.#corked = true;
    stream.cork();
    process.nextTick(() => this.sendNow(stream));
  }

  /** Lets go what was called in this turn of the event loop so far. */
  sendNow(stream = this.#redis.stream): void {
    if (!this.#corked) return;
    this.#corked = false;
    stream.uncork();
  }

  async #prepare(): Promise<void> {
    try {
      await this.#options.prepare(this.#redis);
    } catch (error) {
      this.#onError(error);
      if (this.#redis.status === 'ready') this.#redis.disconnect(true);
      return;
    }
    if (this.#closed || this.#redis.status !== 'ready') return;
    this.#open = true;
    this.#lastError = undefined;
    this.#lastReason = 'closed';
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.resolve();
    }
    this.#waiters.clear();
  }

  #onError(error: unknown): void {
    this.#lastReason = reasonOf(error, this.#options.target);
    this.#lastError = this.#databaseFailure(error) ?? this.failure(error, 'connecting');
    this.#firstFailure?.(this.#lastError);
    // ioredis would go on in database 0.
    if (this.#lastError.code === 'ALI_STORE_URL') this.#redis.disconnect(true);
  }

  #databaseFailure(error: unknown): AlidadeError | undefined {
    if (!/DB index|SELECT is not allowed/i.test(messageOf(error))) return undefined;
    const { target, database } = this.#options;
    return new AlidadeError(
      'ALI_STORE_URL',
      `${target.location} has no database ${database} (${messageOf(error)}). A URL that ends in /0 keeps every space in database 0.`,
    );
  }

  #onLost(): void {
    this.#open = false;
    const { target } = this.#options;
    this.#firstFailure?.(
      this.#lastError ??
        new AlidadeError(
          'ALI_STORE_UNREACHABLE',
          `${target.location} closed the connection at once. Check host and port; a server with TLS needs rediss://.`,
        ),
    );
    if (!this.#closed) this.#options.onLost?.();
  }

  #rejectWaiters(error: AlidadeError): void {
    for (const waiter of this.#waiters) {
      clearTimeout(waiter.timer);
      waiter.reject(error);
    }
    this.#waiters.clear();
  }
}

/** 50 ms, doubling up to 2 s, less a random share of up to a half so that clients of one server do not come all at once. */
function backOffMs(attempt: number): number {
  const most = Math.min(2000, 50 * 2 ** Math.min(attempt, 10));
  return most * (0.5 + 0.5 * Math.random());
}
