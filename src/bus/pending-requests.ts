import { AlidadeError, messageOf } from '../shared/errors.ts';
import type { Delivery, RequestOptions } from './bus.ts';

/** A request whose replies are not all there. */
export interface PendingRequest {
  readonly replies: Promise<readonly Delivery[]>;
  /** Whether it has its outcome. */
  readonly isEnded: boolean;
  /** Ends it with an error. Without effect when it has ended. */
  reject(error: unknown): void;
  /** Nobody is left who could reply: what came is all, where that is enough. */
  abandon(error: unknown): void;
}

/** A timer of Node.js takes at most this; what is later is looked for again. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The requests of a bus that wait for replies, by correlation id. Each has exactly one outcome.
 *
 * One timer is for all of them: most have their reply long before their time is over, and a timer for each, set and taken
 * away, costs a tenth of a round trip between two processes. It does not keep the program alive, the bus does.
 */
export class PendingRequests {
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer comes: not after the time of anyone who waits. */
  #dueMs = Number.POSITIVE_INFINITY;

  /**
   * @param describe what was asked, for the messages of errors
   * @param onEnd called when it has its outcome
   * @throws ALI_ABORTED when it was given up before; ALI_BUS_MESSAGE
   */
  add(
    correlationId: string,
    options: RequestOptions,
    describe: () => string,
    onEnd: () => void = () => {},
  ): PendingRequest {
    if (this.#waiting.has(correlationId)) {
      throw new AlidadeError(
        'ALI_BUS_MESSAGE',
        `the correlation id '${correlationId}' is that of a request that waits for its reply`,
      );
    }
    if (options.signal?.aborted) throw givenUp(describe(), options.signal);
    const waiting = new Waiting(options, describe, () => {
      this.#waiting.delete(correlationId);
      onEnd();
    });
    this.#waiting.set(correlationId, waiting);
    if (waiting.endMs < this.#dueMs) this.#wake(waiting.endMs);
    return waiting;
  }

  /** Gives a reply to whoever waits for it; false when nobody does. */
  take(reply: Delivery): boolean {
    const waiting = this.#waiting.get(reply.properties.correlationId ?? '');
    waiting?.onReply(reply);
    return waiting !== undefined;
  }

  rejectAll(error: unknown): void {
    for (const waiting of [...this.#waiting.values()]) waiting.reject(error);
    clearTimeout(this.#timer);
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  #wake(dueMs: number): void {
    clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    const delayMs = Math.max(0, Math.ceil(dueMs - performance.now()));
    this.#timer = setTimeout(() => this.#look(), Math.min(delayMs, longestTimerMs)).unref();
  }

  /** Ends those whose time is over, and comes again for the next. */
  #look(): void {
    const nowMs = performance.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const waiting of this.#waiting.values()) {
      if (waiting.endMs <= nowMs) waiting.expire();
      else nextMs = Math.min(nextMs, waiting.endMs);
    }
    this.#dueMs = nextMs;
    if (nextMs < Number.POSITIVE_INFINITY) this.#wake(nextMs);
  }
}

class Waiting implements PendingRequest {
  readonly replies: Promise<readonly Delivery[]>;
  /** Until when it waits, by `performance.now()`. */
  readonly endMs: number;
  readonly #options: RequestOptions;
  readonly #describe: () => string;
  readonly #onEnd: () => void;
  readonly #came: Delivery[] = [];
  readonly #resolve: (came: readonly Delivery[]) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onAbort: (() => void) | undefined;
  #isEnded = false;

  constructor(options: RequestOptions, describe: () => string, onEnd: () => void) {
    const { signal, timeoutMs } = options;
    const { promise, resolve, reject } = Promise.withResolvers<readonly Delivery[]>();
    this.replies = promise;
    this.#options = options;
    this.#describe = describe;
    this.#onEnd = onEnd;
    this.#resolve = resolve;
    this.#reject = reject;
    this.endMs = performance.now() + timeoutMs;
    if (signal !== undefined) {
      this.#onAbort = () => this.reject(givenUp(describe(), signal));
      signal.addEventListener('abort', this.#onAbort);
    }
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  onReply(reply: Delivery): void {
    const { isLast, gather = false } = this.#options;
    this.#came.push(reply);
    try {
      if (isLast?.(reply) ?? !gather) this.#succeed();
    } catch (error) {
      this.reject(error);
    }
  }

  reject(error: unknown): void {
    // Its correlation id may be that of another by now.
    if (this.#isEnded) return;
    this.#end();
    this.#reject(error);
  }

  abandon(error: unknown): void {
    if (this.#options.gather) this.#succeed();
    else this.reject(error);
  }

  expire(): void {
    const { gather, timeoutMs } = this.#options;
    if (gather) this.#succeed();
    else this.reject(timedOut(this.#describe(), timeoutMs, this.#came.length));
  }

  #succeed(): void {
    if (this.#isEnded) return;
    this.#end();
    this.#resolve(this.#came);
  }

  #end(): void {
    this.#isEnded = true;
    if (this.#onAbort !== undefined) this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#onEnd();
  }
}

function givenUp(what: string, signal: AbortSignal): AlidadeError {
  const cause: unknown = signal.reason;
  return new AlidadeError('ALI_ABORTED', `the request to ${what} was given up: ${messageOf(cause)}`, {
    cause,
  });
}

function timedOut(what: string, timeoutMs: number, came: number): AlidadeError {
  const parts = came === 0 ? '' : ` (${came} parts of it came)`;
  return new AlidadeError(
    'ALI_TIMEOUT',
    `no reply to ${what} within ${Number((timeoutMs / 1000).toPrecision(3))} s${parts}. Its service is busy, was ended, or never answers; or another program listens to every request (a monitor) and no service does.`,
  );
}
