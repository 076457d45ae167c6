import { AlidadeError } from '../shared/errors.ts';
import { FairQueue } from './fair-queue.ts';
import type { Message } from './message.ts';
import type { Settings } from './options.ts';
import type { Peer } from './peer.ts';

export interface ReceiveOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Takes a batch of messages, at least one. While a promise that it gives is pending, nothing more is handed over. */
export type BatchCallback = (batch: readonly Message[]) => void | PromiseLike<void>;

/** A batch is handed over when it has so many messages, so that a slow callback is not a deep queue of its own. */
const mostOfBatch = 1024;

interface Waiter {
  readonly deliver: () => void;
  readonly end: (error?: unknown) => void;
}

/** Hands what was received to the one who reads, one at a time. */
export class Reader {
  #queue: FairQueue;
  #waiter: Waiter | undefined;
  #isClosed = false;

  constructor(settings: Settings) {
    this.#queue = new FairQueue(settings.receiveHighWaterMessages, settings.receiveHighWaterBytes);
  }

  push(peer: Peer, message: Message, sizeBytes: number): void {
    if (this.#isClosed) peer.counts.unwantedMessages++;
    else this.#queue.push(peer, message, sizeBytes);
  }

  /** A peer is gone. What it sent stays. */
  forget(peer: Peer): void {
    this.#queue.forget(peer);
  }

  /** Peers that are gone while messages of them wait. */
  get leftCount(): number {
    return this.#queue.leftCount;
  }

  /** Something may have come in. */
  deliver(): void {
    if (!this.#queue.isEmpty) this.#waiter?.deliver();
  }

  close(): void {
    this.#isClosed = true;
    this.#queue.clear();
    this.#waiter?.end();
  }

  next(signal: AbortSignal | undefined): Promise<IteratorResult<Message>> {
    if (signal?.aborted === true) return Promise.reject(aborted(signal));
    if (this.#waiter !== undefined) return Promise.reject(readTwice());
    const value = this.#queue.take();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#isClosed) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      const stopWaiting = this.#wait(signal, {
        deliver: () => {
          stopWaiting();
          resolve({ done: false, value: this.#queue.take() as Message });
        },
        end: (error) => {
          stopWaiting();
          if (error === undefined) resolve({ done: true, value: undefined });
          else reject(error);
        },
      });
    });
  }

  batches(callback: BatchCallback, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(aborted(signal));
    if (this.#waiter !== undefined) return Promise.reject(readTwice());
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve, reject) => {
      let isBusy = false;
      let settle: (() => void) | undefined;
      const end = (error?: unknown) => {
        stopWaiting();
        settle ??= error === undefined ? resolve : () => reject(error);
        if (!isBusy) settle();
      };
      const done = () => {
        isBusy = false;
        settle?.();
      };
      const fail = (error: unknown) => {
        stopWaiting();
        reject(error);
      };
      const deliver = () => {
        while (!isBusy && this.#waiter === waiter && !this.#queue.isEmpty) {
          isBusy = true;
          try {
            const pending = callback(this.#batch());
            if (pending === undefined) done();
            else
              pending.then(() => {
                done();
                deliver();
              }, fail);
          } catch (error) {
            fail(error);
          }
        }
      };
      const waiter = { deliver, end };
      const stopWaiting = this.#wait(signal, waiter);
      deliver();
    });
  }

  #batch(): Message[] {
    const batch: Message[] = [];
    for (let message = this.#queue.take(); message !== undefined; message = this.#queue.take()) {
      batch.push(message);
      if (batch.length === mostOfBatch) break;
    }
    return batch;
  }

  #wait(signal: AbortSignal | undefined, waiter: Waiter): () => void {
    this.#waiter = waiter;
    const onAbort = () => waiter.end(aborted(signal));
    signal?.addEventListener('abort', onAbort, { once: true });
    return () => {
      if (this.#waiter === waiter) this.#waiter = undefined;
      signal?.removeEventListener('abort', onAbort);
    };
  }
}

function aborted(signal: AbortSignal | undefined): AlidadeError {
  return new AlidadeError('ALI_ABORTED', 'receiving was given up by its signal', { cause: signal?.reason });
}

function readTwice(): AlidadeError {
  return new AlidadeError(
    'ALI_USAGE',
    'a socket has one reader at a time: end the first one, or share its messages',
  );
}
