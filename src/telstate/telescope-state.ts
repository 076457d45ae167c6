import { AlidadeError } from '../shared/errors.ts';
import { type Key, keyBytes, keyText, openStore, type Space, type Store } from '../store/index.ts';
import type { Value } from './encoding/index.ts';
import { Endpoint, endpointParser } from './endpoint.ts';
import {
  type Current,
  currentOf,
  decoded,
  type EncodedIndexed,
  type ExactOption,
  type KeyType,
  type ReadOptions,
  type Sample,
  typeOf,
} from './entry.ts';
import { ImmutableKeyError } from './errors.ts';
import { type Front, fullKeys, nameOf } from './front.ts';
import { comparePythonOrder } from './python-order.ts';
import { rangeReads, type TimeRange } from './range.ts';
import { type Clock, splitMember, wallClock } from './time.ts';
import {
  firstEntry,
  readField,
  type WaitIndexedOptions,
  type WaitKeyOptions,
  waitIndexed,
  waitKey,
} from './wait.ts';
import { openWatch, type Watch, type WatchOptions } from './watch.ts';
import {
  addSamples,
  addToMany,
  encodeSubKey,
  type KeyedSample,
  type NewSample,
  setAttribute,
  setIndexed,
} from './write.ts';

export interface TelescopeStateOptions {
  /** Under which prefixes a key is looked for, in order; writes go to the first. Default: none, `['']`. */
  readonly prefixes?: readonly Key[] | undefined;
  /** The time of samples that are added without one. Default: the wall clock. */
  readonly clock?: Clock | undefined;
  /**
   * Read values that katsdptelstate pickled before 2019, if they are plain data or NumPy's; nothing of them is run.
   * Default: whether KATSDPTELSTATE_ALLOW_PICKLE is 1 in the environment.
   */
  readonly allowPickle?: boolean | undefined;
}

export interface OpenTelescopeStateOptions extends TelescopeStateOptions {
  /** Make the folder of a `sqlite:` store when it is missing (default). */
  readonly create?: boolean | undefined;
}

export interface ViewOptions {
  /** End the name with `_` where it does not (default true). */
  readonly addSeparator?: boolean | undefined;
  /** Look under this prefix only, not under those of the state that the view is made from. */
  readonly exclusive?: boolean | undefined;
}

export interface GetOptions<D = undefined> extends ReadOptions {
  /** What an absent key gives. */
  readonly default?: D;
}
type Encoded = { readonly encoded: true };

const separator = '_';

/**
 * Telescope state: what an instrument knows, shared by all its processes. A key is an attribute (set once), a sensor
 * (samples in time) or an indexed key (values by sub-key, each set once).
 *
 * A thin front on a space of a store: it adds prefixes, encoding and the rules of each type, and holds no state. Every
 * write is one atomic step together with its notice. Values are encoded before anything is sent; see `encodeValue`
 * for what can be stored: an integer-valued number is stored as an integer, `float(1)` as a float.
 *
 * @example
 * await using state = await openTelescopeState('memory:');
 * await state.set('n_antennas', 64);
 * await state.add('wind_speed', 4.2);
 * await state.get('wind_speed'); // 4.2
 */
export class TelescopeState implements AsyncDisposable {
  static readonly SEPARATOR = separator;
  readonly #front: Front;
  readonly #clock: Clock;
  readonly #store: Store | undefined;

  /** `store` is closed together with this object; without it the space belongs to somebody else. */
  constructor(space: Space, options: TelescopeStateOptions = {}, store?: Store) {
    const prefixes = (options.prefixes ?? ['']).map(keyBytes);
    if (prefixes.length === 0)
      throw new AlidadeError('ALI_USAGE', 'telescope state needs at least one prefix');
    this.#front = { space, prefixes, allowPickle: options.allowPickle };
    this.#clock = options.clock ?? wallClock();
    this.#store = store;
  }

  /** The names joined by the separator. */
  static join(...names: readonly string[]): string {
    return names.join(separator);
  }

  /** The space it stands on. */
  get space(): Space {
    return this.#front.space;
  }

  get prefixes(): readonly string[] {
    return this.#front.prefixes.map(keyText);
  }

  /**
   * The same state with a prefix before all others: what is written goes there, what is read is looked for there
   * first. It needs no closing.
   *
   * @example state.view('beam1').set('target', 'J1939-6342') // key 'beam1_target'
   */
  view(name: Key, { addSeparator = true, exclusive = false }: ViewOptions = {}): TelescopeState {
    const bytes = keyBytes(name);
    const endsWell = bytes.length === 0 || bytes.at(-1) === separator.charCodeAt(0);
    const prefix = endsWell || !addSeparator ? bytes : Buffer.concat([bytes, Buffer.from(separator)]);
    return this.#with(exclusive ? [prefix] : [prefix, ...this.#front.prefixes]);
  }

  /** The same state without prefixes. */
  root(): TelescopeState {
    return this.#with(['']);
  }

  /**
   * Sets an attribute. Setting it again to the same value does nothing. The same is: the same encoded bytes, or text
   * and bytes of the same UTF-8 form, or, given a plain number, any number that is equal to it.
   *
   * @throws ImmutableKeyError when the key has another value or is not an attribute; EncodeError.
   */
  set(key: Key, value: unknown): Promise<void> {
    return setAttribute(this.#front, key, value);
  }

  /**
   * Adds a sample to a sensor, at `time` (Unix seconds) or now. The very same value at the very same time is one
   * sample; another value at the same time is another sample.
   *
   * @throws InvalidTimestampError; ImmutableKeyError when the key is not a sensor; EncodeError.
   * @example await state.add('m062_pos_azim', 45.1, { time: 1763629769.123 })
   */
  add(key: Key, value: unknown, { time }: { readonly time?: number | undefined } = {}): Promise<void> {
    return addSamples(this.#front, key, [{ value, timeSeconds: time }], this.#clock);
  }

  /** Adds samples to one sensor in one step, all or none; each has its own notice. */
  addMany(key: Key, samples: Iterable<NewSample>): Promise<void>;
  /** Adds samples to any number of sensors in one step, all or none. */
  addMany(samples: Iterable<KeyedSample>): Promise<void>;
  addMany(...given: readonly [Key, Iterable<NewSample>] | readonly [Iterable<KeyedSample>]): Promise<void> {
    const [first, samples] = given;
    return samples === undefined
      ? addToMany(this.#front, first as Iterable<KeyedSample>, this.#clock)
      : addSamples(this.#front, first as Key, samples, this.#clock);
  }

  /**
   * Sets one sub-key of an indexed key. A sub-key is its encoded bytes: 1, `float(1)`, true and `'1'` are four.
   *
   * @throws ImmutableKeyError when the sub-key has another value (see {@link set}) or the key is not indexed;
   * EncodeError also on a list, dict or array as sub-key.
   */
  setIndexed(key: Key, subKey: unknown, value: unknown): Promise<void> {
    return setIndexed(this.#front, key, subKey, value);
  }

  /**
   * The value of an attribute; of a sensor the value of its newest sample, which is the one with the latest time, and
   * among equal times the greatest in the order of the encoded bytes; of an indexed key a `Map` of all sub-keys.
   * `undefined`, or `default`, only where the key does not exist: a stored None is null.
   *
   * @throws DecodeError; ALI_WRONG_KIND when the key holds a set, a list or a foreign type.
   */
  get(key: Key, options: GetOptions & Encoded): Promise<Uint8Array | EncodedIndexed | undefined>;
  get<D = undefined>(key: Key, options?: GetOptions<D>): Promise<Value | D>;
  async get(key: Key, options: GetOptions<unknown> = {}): Promise<unknown> {
    const current = await this.#current(key, options);
    return current === undefined ? options.default : current.value;
  }

  /** As {@link get}. @throws also ALI_NOT_FOUND where the key does not exist. */
  getOrThrow(key: Key, options: ReadOptions & Encoded): Promise<Uint8Array | EncodedIndexed>;
  getOrThrow(key: Key, options?: ReadOptions): Promise<Value>;
  async getOrThrow(key: Key, options: ReadOptions = {}): Promise<unknown> {
    const current = await this.#current(key, options);
    if (current === undefined) throw notFound(key);
    return current.value;
  }

  /**
   * The value of one sub-key; `undefined`, or `default`, where there is none. The first prefix under which the key
   * exists decides, even if it lacks the sub-key.
   *
   * @throws ImmutableKeyError when the key is not indexed; DecodeError.
   */
  getIndexed(key: Key, subKey: unknown, options: GetOptions & Encoded): Promise<Uint8Array | undefined>;
  getIndexed<D = undefined>(key: Key, subKey: unknown, options?: GetOptions<D>): Promise<Value | D>;
  async getIndexed(key: Key, subKey: unknown, options: GetOptions<unknown> = {}): Promise<unknown> {
    const { space } = this.#front;
    const found = await readField(space, fullKeys(this.#front, key), encodeSubKey(subKey));
    if (found !== undefined && found.kind !== 'hash') {
      throw new ImmutableKeyError(`${nameOf(key)} is not an indexed key, cannot use getIndexed`);
    }
    return found?.value === undefined ? options.default : decoded(found.value, this.#reading(options));
  }

  /**
   * Samples of a sensor, oldest first; which ones {@link TimeRange} tells.
   *
   * @throws ALI_NOT_FOUND; ImmutableKeyError when the key is not a sensor; InvalidTimestampError on NaN; DecodeError.
   * @example await state.getRange('wind_speed', { start: Date.now() / 1000 - 60 }) // the last minute
   */
  getRange(key: Key, options: TimeRange & ReadOptions & Encoded): Promise<Sample<Uint8Array>[]>;
  getRange(key: Key, options?: TimeRange & ReadOptions): Promise<Sample[]>;
  async getRange(key: Key, options: TimeRange & ReadOptions = {}): Promise<Sample[]> {
    const reading = this.#reading(options);
    for (const fullKey of fullKeys(this.#front, key)) {
      const [kind, ...ranges] = await this.#front.space.readMany([
        { read: 'kind', key: fullKey },
        ...rangeReads(fullKey, options),
      ]);
      if (kind === undefined) continue;
      if (kind !== 'series') throw new ImmutableKeyError(`${nameOf(key)} is immutable, cannot use getRange`);
      return ranges.flat().map((member) => {
        const { timeSeconds, encoded } = splitMember(member);
        return { value: decoded(encoded, reading), timeSeconds };
      });
    }
    throw notFound(key);
  }

  /** Whether there is anything under this key. */
  async exists(key: Key): Promise<boolean> {
    return (await this.#kind(key)) !== undefined;
  }

  /** What the key is. @throws ALI_WRONG_KIND when it holds a set, a list or a foreign type. */
  async keyType(key: Key): Promise<KeyType | undefined> {
    const kind = await this.#kind(key);
    return kind === undefined ? undefined : typeOf(kind, nameOf(key));
  }

  /** The keys that match a glob, in the order of their code points; prefixes play no part in this. */
  async keys(glob: Key = '*'): Promise<string[]> {
    const keys = (await this.#front.space.keys(glob)).map(keyText);
    // The store gives the order of the bytes, which is that of the code points unless some are not UTF-8.
    return keys.every((key) => key.isWellFormed()) ? keys : keys.sort(comparePythonOrder);
  }

  /** Removes the key under every prefix of this view, so also where the view only looked through to it. */
  async delete(key: Key): Promise<void> {
    const operations = fullKeys(this.#front, key).map((fullKey) => ({ do: 'delete', key: fullKey }) as const);
    await this.#front.space.batch([], operations);
  }

  /** Removes all keys, of every prefix. */
  clear(): Promise<void> {
    return this.#front.space.clear();
  }

  /**
   * Waits until the key exists, or until the condition is true of it. Gives what satisfied it. A key that satisfies
   * at once costs one read.
   *
   * @throws TimeoutError; CancelledError when the signal is aborted; DecodeError; what the condition throws.
   * @example await state.waitKey('wind_speed', { condition: (value) => Number(value) < 10, timeoutMs: 60_000 })
   */
  waitKey(key: Key, options: WaitKeyOptions = {}): Promise<Current> {
    return waitKey(this.#front, key, this.#reading(options));
  }

  /**
   * Waits until the sub-key exists, or until the condition is true of its value. Gives the value.
   *
   * @throws as {@link waitKey}; ImmutableKeyError when the key is not indexed.
   */
  waitIndexed(key: Key, subKey: unknown, options: WaitIndexedOptions = {}): Promise<Value> {
    return waitIndexed(this.#front, key, subKey, this.#reading(options));
  }

  /**
   * Follows keys, which need not exist yet. Resolves when every later update is sure to be delivered. A view follows a
   * key where it reads it: under the first prefix that has it.
   *
   * Nothing is lost silently: what was missed while the store was away or the reader too slow is read from the
   * store and delivered, or named by a gap. Memory is bounded, whatever the writers do. Deletions are not told.
   *
   * @example
   * for await (const update of await state.watch(['wind_speed'], { signal })) {
   *   if (update.event === 'update') console.log(update.key, update.value);
   * }
   */
  watch(keys: Key | readonly Key[], options: WatchOptions = {}): Promise<Watch> {
    const list = typeof keys === 'string' || keys instanceof Uint8Array ? [keys] : keys;
    return openWatch(this.#front, list, this.#reading(options));
  }

  /** Closes the store if it was opened together with this state. Views never do. */
  async close(): Promise<void> {
    await this.#store?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #reading<O extends ExactOption>(options: O): O {
    return { ...options, allowPickle: options.allowPickle ?? this.#front.allowPickle };
  }

  #with(prefixes: readonly Key[]): TelescopeState {
    return new TelescopeState(this.#front.space, {
      prefixes,
      clock: this.#clock,
      allowPickle: this.#front.allowPickle,
    });
  }

  async #current(key: Key, options: ReadOptions): Promise<Current<Value | EncodedIndexed> | undefined> {
    const entry = await firstEntry(this.#front.space, fullKeys(this.#front, key));
    return entry === undefined ? undefined : currentOf(entry, nameOf(key), this.#reading(options));
  }

  async #kind(key: Key) {
    const reads = fullKeys(this.#front, key).map((fullKey) => ({ read: 'kind', key: fullKey }) as const);
    const kinds = await this.#front.space.readMany(reads);
    return kinds.find((kind) => kind !== undefined);
  }
}

/**
 * Opens telescope state on a store of its own, which is closed with it: `memory:`, `sqlite:FOLDER`, `redis://HOST`, or
 * `host:port` of a Redis server; without a place the nearest `.alidade` folder.
 *
 * @throws what `openStore` throws; ALI_ENDPOINT when a port is not 0 to 65535.
 * @example await using state = await openTelescopeState('localhost:6379')
 */
export async function openTelescopeState(
  place?: string | Endpoint,
  { create, ...options }: OpenTelescopeStateOptions = {},
): Promise<TelescopeState> {
  const store = await openStore(storeUrl(place), create === undefined ? {} : { create });
  try {
    return new TelescopeState(await store.space('state'), options, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

function storeUrl(place: string | Endpoint | undefined): string | undefined {
  if (place instanceof Endpoint) return `redis://${place}`;
  // A folder and the memory may have a number after their colon too.
  const isEndpoint = place !== undefined && /^(?!(?:sqlite|memory):)[^/]+:\d+$/.test(place);
  return isEndpoint ? `redis://${endpointParser()(place)}` : place;
}

function notFound(key: Key): AlidadeError {
  return new AlidadeError('ALI_NOT_FOUND', `${nameOf(key)} not found`);
}
