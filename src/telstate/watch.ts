import {
  type Key,
  keyBytes,
  keyText,
  patiently,
  type Space,
  type StoreEvent,
  type Subscription,
} from '../store/index.ts';
import type { ReadOptions } from './entry.ts';
import { InvalidTimestampError } from './errors.ts';
import { Follower, type Look, type Missed } from './follower.ts';
import { type Front, fullKeys } from './front.ts';

import { packTime } from './time.ts';
import { channelOf, type Notice, parseNotice } from './update.ts';
import { eventOf, type WatchEvent } from './watch-event.ts';

export interface WatchOptions extends ReadOptions {
  /** Ends the watch: its iteration ends, and throws nothing. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where to begin. `now` (default): with the next update. `current`: with what each key holds now, of a sensor the
   * newest sample. A time in Unix seconds: with the samples from then on, and other keys as they are now.
   */
  readonly from?: 'now' | 'current' | number | undefined;
  /** Updates that wait for a slow reader at most (default 10 000); those above are read from the store again. */
  readonly queueLimit?: number | undefined;
}

/** Updates in the order of their writes. Ends when it, or the store, is closed. One reader at a time. */
export interface Watch extends AsyncIterableIterator<WatchEvent>, AsyncDisposable {
  close(): Promise<void>;
}

/** See `TelescopeState.watch`. */
export async function openWatch(front: Front, keys: readonly Key[], options: WatchOptions): Promise<Watch> {
  const watch = new StateWatch(front, keys, options);
  try {
    await watch.open();
  } catch (error) {
    await watch.close();
    throw error;
  }
  return watch;
}

/** A watched key: a follower for each prefix. The first whose key exists decides, and hides the others. */
interface Watched {
  readonly key: string;
  readonly followers: readonly Follower[];
}

interface Pending {
  readonly key: string;
  readonly follower: Follower;
  readonly isHidden: boolean;
  readonly missed: Missed;
}

const looksAtOnce = 32;
const pageBytes = 1024 * 1024;
const maxPage = 1000;

class StateWatch implements Watch {
  readonly #space: Space;
  readonly #options: WatchOptions;
  readonly #watched: readonly Watched[];
  readonly #byChannel = new Map<string, { watched: Watched; prefix: number }[]>();
  readonly #closing = new AbortController();
  readonly #events = this.#run();
  #subscription: Subscription | undefined;
  #pending: readonly Pending[] = [];

  constructor(front: Front, keys: readonly Key[], options: WatchOptions) {
    if (typeof options.from === 'number' && Number.isNaN(options.from)) {
      throw new InvalidTimestampError('cannot watch from NaN');
    }
    this.#space = front.space;
    this.#options = options;
    const texts = new Set(keys.map((key) => keyText(keyBytes(key))));
    this.#watched = Array.from(texts, (key) => ({
      key,
      followers: fullKeys(front, key).map((fullKey) => new Follower(fullKey)),
    }));
    for (const watched of this.#watched) {
      for (const [prefix, { fullKey }] of watched.followers.entries()) {
        const channel = latin1(channelOf(fullKey));
        const targets = this.#byChannel.get(channel) ?? [];
        targets.push({ watched, prefix });
        this.#byChannel.set(channel, targets);
      }
    }
  }

  /** Resolves when every later update is sure to be seen. */
  async open(): Promise<void> {
    const { signal, from = 'now' } = this.#options;
    if (signal?.aborted) return this.close();
    signal?.addEventListener('abort', this.#abort, { once: true });
    await this.#subscribe();
    if (from === 'now' || from === Number.POSITIVE_INFINITY) {
      await this.#look((follower) => follower.begin(this.#space));
      return;
    }
    const start = typeof from === 'number' ? packTime(Math.max(from, 0)) : undefined;
    this.#pending = await this.#look((follower) => follower.begin(this.#space, start));
  }

  async next(): Promise<IteratorResult<WatchEvent>> {
    if (this.#closing.signal.aborted) return { done: true, value: undefined };
    const next = await this.#events.next();
    return this.#closing.signal.aborted ? { done: true, value: undefined } : next;
  }

  async return(): Promise<IteratorResult<WatchEvent>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    this.#closing.abort();
    await this.#subscription?.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #abort = (): void => void this.close();

  async *#run(): AsyncGenerator<WatchEvent, undefined> {
    try {
      yield* this.#deliver(this.#pending);
      this.#pending = [];
      while (this.#subscription !== undefined && !this.#closing.signal.aborted) {
        const { done, value: event } = await this.#subscription.next();
        if (done) return;
        if (event.event === 'notice') yield* this.#heard(event);
        else if (event.reason === 'away') yield { event: 'away' };
        else {
          yield* this.#catchUp();
          if (event.reason === 'reconnected') yield { event: 'back' };
        }
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    } finally {
      await this.close();
    }
  }

  async *#heard({ channel, payload }: StoreEvent & { event: 'notice' }): AsyncGenerator<WatchEvent> {
    const notice = parseNotice(payload);
    const targets = this.#byChannel.get(latin1(channel));
    if (notice === undefined || targets === undefined) return;
    for (const { watched, prefix } of targets) {
      const novelty = watched.followers[prefix]?.heard(notice);
      if (novelty === 'known' || (await this.#isHidden(watched, prefix))) continue;
      yield eventOf(watched.key, notice, novelty === 'late', this.#options);
    }
  }

  /** Whether the key exists under an earlier prefix. Nothing is read where none was ever heard of. */
  async #isHidden({ followers }: Watched, prefix: number): Promise<boolean> {
    for (const follower of followers.slice(0, prefix)) {
      if (!follower.exists) continue;
      const kind = await this.#patiently(() => this.#space.read({ read: 'kind', key: follower.fullKey }));
      if (kind !== undefined) return true;
      follower.gone();
    }
    return false;
  }

  /**
   * Notices may have been lost. A new subscription leaves behind those that still wait; then all that the store holds
   * and the watch does not know is delivered, or named where it cannot be told from what is known.
   */
  async *#catchUp(): AsyncGenerator<WatchEvent> {
    await this.#patiently(() => this.#subscribe());
    const look = (follower: Follower) => this.#patiently(() => follower.lookAgain(this.#space));
    yield* this.#deliver(await this.#look(look));
  }

  async #subscribe(): Promise<void> {
    const channels = Array.from(this.#byChannel.keys(), (channel) => Buffer.from(channel, 'latin1'));
    const before = this.#subscription;
    this.#subscription = await this.#space.subscribe({ channels }, { queueLimit: this.#options.queueLimit });
    await before?.close();
    if (this.#closing.signal.aborted) await this.#subscription.close();
  }

  async #look(look: (follower: Follower) => Promise<Look>): Promise<Pending[]> {
    const pending: Pending[] = [];
    for (let i = 0; i < this.#watched.length; i += looksAtOnce) {
      const some = this.#watched.slice(i, i + looksAtOnce);
      const looks = await Promise.all(some.map(({ followers }) => Promise.all(followers.map(look))));
      for (const [j, { key, followers }] of some.entries()) {
        let isHidden = false;
        for (const [prefix, follower] of followers.entries()) {
          const seen = looks[j]?.[prefix];
          if (seen === undefined) continue;
          const missed = seen.take();
          if (hasMore(missed)) pending.push({ key, follower, isHidden, missed });
          isHidden ||= seen.isThere;
        }
      }
    }
    return pending;
  }

  async *#deliver(pending: readonly Pending[]): AsyncGenerator<WatchEvent> {
    for (const { key, follower, isHidden, missed } of pending) {
      const { notices, until, difference } = missed;
      if (difference !== undefined && !isHidden) {
        const { samples, beforeSeconds } = difference;
        if (samples > 0) yield { event: 'gap', key, reason: 'late', missed: samples, beforeSeconds };
        else yield { event: 'gap', key, reason: 'removed', beforeSeconds };
      }
      if (!isHidden) for (const notice of notices) yield eventOf(key, notice, false, this.#options);
      if (until === undefined) continue;
      for await (const { notice, isLate } of this.#unknownSamples(follower, until)) {
        if (!isHidden) yield eventOf(key, notice, isLate, this.#options);
      }
    }
  }

  /** Reads the samples of a window up to `until`, page by page, and gives those that are not known. */
  async *#unknownSamples(
    follower: Follower,
    until: Uint8Array,
  ): AsyncGenerator<{ notice: Notice; isLate: boolean }> {
    const { window, fullKey: key } = follower;
    const max = { at: until, inclusive: true };
    let min = window.start;
    for (let limit = 64, isLast = false; !isLast; ) {
      const page = await this.#patiently(() => this.#space.read({ read: 'range', key, min, max, limit }));
      isLast = page.length < limit;
      let bytes = 0;
      for (const member of page) {
        bytes += member.length;
        const novelty = window.read(member);
        if (novelty !== 'known') yield { notice: { type: 'sensor', member }, isLate: novelty === 'late' };
      }
      const last = page.at(-1);
      if (last === undefined) break;
      window.trim(last);
      min = { at: last, inclusive: false };
      limit = Math.max(1, Math.min(maxPage, Math.floor((pageBytes * page.length) / bytes)));
    }
    window.trim();
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, this.#closing.signal);
  }
}

function hasMore({ notices, until, difference }: Missed): boolean {
  return notices.length > 0 || until !== undefined || difference !== undefined;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
