import { AlidadeError } from '../shared/errors.ts';
import { keyText, patiently, type Space, type StoreEvent, type Subscription } from '../store/index.ts';
import type { HashChange } from './change.ts';
import { differenceOf } from './difference.ts';
import type { ConfigurationEvent, ListenFilter, Listening } from './event.ts';
import { configurationsKey, membersKey, partsOfName } from './layout.ts';
import { load, loadHash } from './load.ts';
import type { HashState } from './state.ts';

/** See `ConfigurationDatabase.listen`. */
export async function openListening(
  space: Space,
  filter: ListenFilter,
  signal: AbortSignal | undefined,
): Promise<Listening> {
  const listening = new ConfigurationListening(space, filter, signal);
  try {
    await listening.open();
  } catch (error) {
    await listening.close();
    throw error;
  }
  return listening;
}

/**
 * Follows notices and keeps what it last knew of each hash, so that after a gap reading tells what changed. Its memory is
 * that of the configurations it listens to.
 */
class ConfigurationListening implements Listening {
  readonly #space: Space;
  readonly #hashes: ReadonlySet<string>;
  readonly #asked: ReadonlySet<string>;
  readonly #all: boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #closing = new AbortController();
  readonly #events = this.#run();
  /** The configurations that are listened to: those asked for, or all there are. */
  #configurations: ReadonlySet<string>;
  #existing: ReadonlySet<string> = new Set();
  #known = new Map<string, HashState>();
  #subscription: Subscription | undefined;

  constructor(space: Space, filter: ListenFilter, signal: AbortSignal | undefined) {
    this.#space = space;
    this.#hashes = new Set(filter.hashes);
    this.#asked = new Set(filter.configurations);
    this.#all = filter.all ?? false;
    this.#configurations = this.#asked;
    this.#signal = signal;
    if (this.#hashes.size === 0 && this.#asked.size === 0 && !this.#all) {
      throw new AlidadeError('ALI_USAGE', 'name the hashes or configurations to listen to, or ask for all');
    }
  }

  async open(): Promise<void> {
    if (this.#signal?.aborted) return this.close();
    this.#signal?.addEventListener('abort', this.#abort, { once: true });
    await this.#look();
  }

  async next(): Promise<IteratorResult<ConfigurationEvent>> {
    if (this.#closing.signal.aborted) return { done: true, value: undefined };
    const next = await this.#events.next();
    return this.#closing.signal.aborted ? { done: true, value: undefined } : next;
  }

  async return(): Promise<IteratorResult<ConfigurationEvent>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort);
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

  async *#run(): AsyncGenerator<ConfigurationEvent, undefined> {
    try {
      while (this.#subscription !== undefined && !this.#closing.signal.aborted) {
        const { done, value } = await this.#subscription.next();
        if (done) return;
        if (value.event === 'notice') yield* this.#heard(value);
        else if (value.reason === 'away') yield { event: 'away' };
        else {
          if (value.reason !== 'reconnected') {
            yield { event: 'gap', ...(value.dropped !== undefined && { dropped: value.dropped }) };
          }
          yield* this.#catchUp({ missed: true });
          if (value.reason === 'reconnected') yield { event: 'back' };
        }
      }
    } catch (error) {
      if (!this.#closing.signal.aborted) throw error;
    } finally {
      await this.close();
    }
  }

  async *#heard(notice: StoreEvent & { event: 'notice' }): AsyncGenerator<ConfigurationEvent> {
    const channel = keyText(notice.channel);
    const text = keyText(notice.payload);
    const isNew = text.startsWith('+');
    const name = text.slice(1);
    if (channel === configurationsKey) {
      if (!/^[+-]./.test(text) || !(this.#all || this.#asked.has(name))) return;
      yield { event: isNew ? 'configuration-added' : 'configuration-removed', configuration: name };
      const existing = new Set(this.#existing);
      if (isNew) existing.add(name);
      else existing.delete(name);
      this.#existing = existing;
      // The channels of a new configuration are not subscribed yet.
      if (this.#all && isNew && !this.#configurations.has(name)) yield* this.#catchUp({});
      return;
    }
    const configuration = /^configuration:([^:]+)$/.exec(channel)?.[1];
    if (configuration !== undefined && this.#configurations.has(configuration)) {
      if (!/^[+-]./.test(text)) return;
      await this.#read(name);
      yield { event: isNew ? 'hash-added' : 'hash-removed', configuration, hash: name };
      return;
    }
    const parts = partsOfName(channel);
    if (this.#hashes.has(channel) || (parts !== undefined && this.#configurations.has(parts.configuration))) {
      const value = (await this.#read(channel))?.fields.get(text);
      yield { event: 'field', hash: channel, field: text, ...(value !== undefined && { value }) };
    } else if (this.#configurations.has(channel)) {
      yield { event: 'configuration', configuration: channel, text };
    }
  }

  /** What a hash holds now, which is known from then on. */
  async #read(hash: string): Promise<HashState | undefined> {
    const configuration = partsOfName(hash)?.configuration;
    if (configuration === undefined) return undefined;
    const { current, strays } = await this.#patiently(() => loadHash(this.#space, configuration, hash));
    const fields = current.get(hash)?.fields ?? strays.get(hash);
    if (fields === undefined) {
      this.#known.delete(hash);
      return undefined;
    }
    const state = { place: { section: '' }, fields };
    this.#known.set(hash, state);
    return state;
  }

  async *#catchUp(mark: { readonly missed?: true }): AsyncGenerator<ConfigurationEvent> {
    const existing = this.#existing;
    const known = this.#known;
    await this.#look();
    for (const configuration of this.#existing) {
      if (existing.has(configuration) || !(this.#all || this.#asked.has(configuration))) continue;
      yield { event: 'configuration-added', configuration, ...mark };
    }
    for (const change of differenceOf(known, this.#known)) yield* this.#eventsOf(change, mark);
    for (const configuration of existing) {
      if (this.#existing.has(configuration) || !(this.#all || this.#asked.has(configuration))) continue;
      yield { event: 'configuration-removed', configuration, ...mark };
    }
  }

  *#eventsOf(
    { hash, kind, fields }: HashChange,
    mark: { readonly missed?: true },
  ): Generator<ConfigurationEvent> {
    const configuration = partsOfName(hash)?.configuration ?? '';
    if (kind !== 'changed' && this.#configurations.has(configuration)) {
      yield { event: `hash-${kind}`, configuration, hash, ...mark };
    }
    for (const { field, after } of fields) {
      yield { event: 'field', hash, field, ...(after !== undefined && { value: after }), ...mark };
    }
  }

  /** Subscribes afresh, and then reads everything that is listened to: nothing falls between the two. */
  async #look(): Promise<void> {
    for (;;) {
      const before = new Set(await this.#patiently(() => this.#names()));
      if (this.#all) this.#configurations = before;
      await this.#patiently(() => this.#subscribe());
      const known = new Map<string, HashState>();
      for (const configuration of this.#configurations) {
        const { current } = await this.#patiently(() => load(this.#space, configuration));
        for (const [hash, state] of current) known.set(hash, state);
      }
      this.#existing = new Set(await this.#patiently(() => this.#names()));
      const isComplete = !this.#all || [...this.#existing].every((name) => before.has(name));
      if (!isComplete) continue;
      this.#known = known;
      for (const hash of this.#hashes) await this.#read(hash);
      return;
    }
  }

  async #names(): Promise<string[]> {
    return (await this.#space.read({ read: 'members', key: configurationsKey })).map(keyText);
  }

  async #subscribe(): Promise<void> {
    const channels = [...this.#hashes];
    const patterns: string[] = [];
    if (this.#all || this.#asked.size > 0) channels.push(configurationsKey);
    for (const configuration of this.#configurations) {
      const escaped = configuration.replace(/[\\*?[\]^]/g, '\\$&');
      channels.push(configuration, membersKey(configuration));
      patterns.push(`*:${escaped}`, `*:${escaped}:*`);
    }
    const before = this.#subscription;
    this.#subscription = await this.#space.subscribe({ channels, patterns });
    await before?.close();
    if (this.#closing.signal.aborted) await this.#subscription.close();
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return patiently(work, this.#closing.signal);
  }
}
