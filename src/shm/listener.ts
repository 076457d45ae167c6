import { setTimeout as delay } from 'node:timers/promises';
import { isAlidadeError } from '../shared/errors.ts';
import { keyText, type Space, type SubscribeFilter, type Subscription } from '../store/index.ts';
import { saysAvailable } from './notice.ts';

/** What is heard, in order. Ends when it, its dict or the store is closed. One reader at a time. */
export interface Listener<R> extends AsyncIterableIterator<R>, AsyncDisposable {
  close(): Promise<void>;
}

export interface ListenerParts<R> {
  /** What there is to give at the beginning, and after notices may have been missed. */
  look(): Promise<readonly R[]>;
  /** What there is to give when this frame was written. */
  heard(name: string): Promise<readonly R[]>;
  readonly signal: AbortSignal | undefined;
  /** Who closes it with themselves: it is among them as long as it is open. */
  readonly owners: readonly Set<Listener<unknown>>[];
}

/** Resolves when every later notice is sure to be heard. */
export async function openListener<R>(
  space: Space,
  filter: SubscribeFilter,
  parts: ListenerParts<R>,
): Promise<Listener<R>> {
  const listener = new SubscribedListener(parts);
  try {
    await listener.open(space, filter);
  } catch (error) {
    await listener.close();
    throw error;
  }
  return listener;
}

/** A store that cannot be reached is asked again after so long. */
const retryMs = 100;

class SubscribedListener<R> implements Listener<R> {
  readonly #parts: ListenerParts<R>;
  readonly #closing = new AbortController();
  #subscription: Subscription | undefined;
  #pending: R[] = [];
  #hasLooked = false;
  #isClosed = false;

  constructor(parts: ListenerParts<R>) {
    this.#parts = parts;
  }

  async open(space: Space, filter: SubscribeFilter): Promise<void> {
    const { signal } = this.#parts;
    for (const owner of this.#parts.owners) owner.add(this);
    if (signal?.aborted) return this.close();
    signal?.addEventListener('abort', this.#abort, { once: true });
    this.#subscription = await space.subscribe(filter);
    if (this.#isClosed) await this.#subscription.close();
  }

  async next(): Promise<IteratorResult<R>> {
    try {
      while (!this.#isClosed && this.#pending.length === 0) await this.#step();
    } catch (error) {
      if (!this.#isClosed) {
        await this.close();
        throw error;
      }
    }
    const value = this.#pending.shift();
    return this.#isClosed || value === undefined ? { done: true, value: undefined } : { done: false, value };
  }

  async return(): Promise<IteratorResult<R>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.signal?.removeEventListener('abort', this.#abort);
    this.#closing.abort();
    for (const owner of this.#parts.owners) owner.delete(this);
    await this.#subscription?.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #abort = (): void => void this.close();

  /** Goes on to what is to be given next, when nothing is pending. */
  async #step(): Promise<void> {
    if (!this.#hasLooked) {
      this.#pending = [...(await this.#patiently(() => this.#parts.look()))];
      this.#hasLooked = true;
      return;
    }
    const { done, value: event } = (await this.#subscription?.next()) ?? { done: true };
    if (done || event === undefined) return this.close();
    if (event.event === 'notice') {
      if (!saysAvailable(event.payload)) return;
      const name = keyText(event.channel);
      this.#pending = [...(await this.#patiently(() => this.#parts.heard(name)))];
    } else if (event.reason !== 'away') this.#hasLooked = false;
  }

  /** Again and again while the store cannot be reached, which comes back or is closed. */
  async #patiently(work: () => Promise<readonly R[]>): Promise<readonly R[]> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isAlidadeError(error, 'ALI_STORE_UNREACHABLE')) throw error;
        await delay(retryMs, undefined, { signal: this.#closing.signal });
      }
    }
  }
}
