import { AlidadeError, messageOf } from '../shared/errors.ts';
import type { Delivery, RequestOptions } from './bus.ts';

/** A request whose replies are not all there. */
export interface PendingRequest {
  readonly replies: Promise<readonly Delivery[]>;
  /** Ends it with an error. Without effect when it has ended. */
  reject(error: unknown): void;
  /** Nobody is left who could reply: what came is all, where that is enough. */
  abandon(error: unknown): void;
}

interface Entry extends PendingRequest {
  onReply(reply: Delivery): void;
}

/** The requests of a bus that wait for replies, by correlation id. Each has exactly one outcome. */
export class PendingRequests {
  readonly #waiting = new Map<string, Entry>();

  /**
   * @param describe what was asked, for the messages of errors
   * @throws ALI_ABORTED when it was given up before; ALI_BUS_MESSAGE
   */
  add(
    correlationId: string,
    { timeoutMs, isLast, gather = false, signal }: RequestOptions,
    describe: () => string,
  ): PendingRequest {
    if (this.#waiting.has(correlationId)) {
      throw new AlidadeError(
        'ALI_BUS_MESSAGE',
        `the correlation id '${correlationId}' is that of a request that waits for its reply`,
      );
    }
    if (signal?.aborted) throw givenUp(describe(), signal);
    const came: Delivery[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<readonly Delivery[]>();
    const end = () => {
      this.#waiting.delete(correlationId);
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const succeed = () => {
      end();
      resolve(came);
    };
    const fail = (error: unknown) => {
      end();
      reject(error);
    };
    const onTimeout = () => {
      if (gather) succeed();
      else fail(timedOut(describe(), timeoutMs, came.length));
    };
    const onAbort = () => fail(givenUp(describe(), signal));
    const timer = setTimeout(onTimeout, timeoutMs);
    signal?.addEventListener('abort', onAbort);
    const entry: Entry = {
      replies: promise,
      reject: fail,
      abandon: (error) => (gather ? succeed() : fail(error)),
      onReply(reply) {
        came.push(reply);
        try {
          if (isLast?.(reply) ?? !gather) succeed();
        } catch (error) {
          fail(error);
        }
      },
    };
    this.#waiting.set(correlationId, entry);
    return entry;
  }

  /** Gives a reply to whoever waits for it; false when nobody does. */
  take(reply: Delivery): boolean {
    const entry = this.#waiting.get(reply.properties.correlationId ?? '');
    entry?.onReply(reply);
    return entry !== undefined;
  }

  rejectAll(error: unknown): void {
    for (const entry of [...this.#waiting.values()]) entry.reject(error);
  }
}

function givenUp(what: string, signal: AbortSignal | undefined): AlidadeError {
  const cause = signal?.reason;
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
