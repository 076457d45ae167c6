import type { Key } from '../../../src/store/key.ts';
import type {
  Operation,
  Space,
  Store,
  StoreEvent,
  SubscribeFilter,
  SubscribeOptions,
  Subscription,
} from '../../../src/store/store.ts';

/** A store for the suite, on a place whose spaces are all empty. */
export interface OpenedStore {
  readonly store: Store;
  /** Opens the same place again, as another process would. Left out where that cannot be (a private memory). */
  readonly second?: (() => Promise<Store>) | undefined;
  /** Closes the store and takes the place away. */
  close(): Promise<void>;
}

export type OpenStore = () => Promise<OpenedStore>;

/** What a test of the suite stands on. The members change between tests, so they are read when they are needed. */
export interface Context {
  readonly store: Store;
  /** The space `state`, empty at the beginning of each test. */
  readonly space: Space;
  /** The space `state` of another store on the same place; the first store's where there is none. */
  readonly other: Space;
  readonly hasSecond: boolean;
  /** A store of the test's own, closed after the test. */
  fresh(): Promise<OpenedStore>;
  /** Subscribes in `space` (or the given one) and closes after the test. */
  subscribe(filter: SubscribeFilter, options?: SubscribeOptions, space?: Space): Promise<Subscription>;
}

/** Bytes of a text in which each character is one byte. */
export function bytes(latin1: string): Uint8Array {
  return Buffer.from(latin1, 'latin1');
}

/** The same with every byte string as text, one character a byte, so that whole results can be compared at once. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(entries.map(([k, v]) => [k, plain(v)]));
}

/** The next `count` events. */
export async function take(subscription: Subscription, count: number): Promise<StoreEvent[]> {
  const events: StoreEvent[] = [];
  while (events.length < count) {
    const { done, value } = await subscription.next();
    if (done === true) throw new Error(`the subscription ended after ${events.length} of ${count} events`);
    events.push(value);
  }
  return events;
}

/** The next `count` notices as `channel payload` texts; a gap as `gap reason dropped`. */
export async function heard(subscription: Subscription, count: number): Promise<string[]> {
  return (await take(subscription, count)).map(eventText);
}

/** All events up to, and without, a notice on the channel `end`, which this publishes: what is not there did not come. */
export async function heardUntilNow(subscription: Subscription, space: Space): Promise<string[]> {
  await space.write({
    do: 'set',
    key: 'end of notices',
    value: bytes(''),
    notice: { channel: 'end', payload: bytes('') },
  });
  const events: string[] = [];
  for await (const event of { [Symbol.asyncIterator]: () => ({ next: () => subscription.next() }) }) {
    if (event.event === 'notice' && plain(event.channel) === 'end') break;
    events.push(eventText(event));
  }
  return events;
}

export function eventText(event: StoreEvent): string {
  if (event.event === 'gap') return `gap ${event.reason} ${event.dropped ?? ''}`.trim();
  return `${plain(event.channel)} ${plain(event.payload)}`;
}

export const set = (key: Key, value: string): Operation => ({ do: 'set', key, value: bytes(value) });
export const add = (key: Key, ...members: string[]): Operation => ({
  do: 'add',
  key,
  members: members.map(bytes),
});
export const setField = (key: Key, field: Key, value: string): Operation => ({
  do: 'set-field',
  key,
  field,
  value: bytes(value),
});
export const setFields = (key: Key, ...fields: [field: string, value: string][]): Operation => ({
  do: 'set-fields',
  key,
  fields: fields.map(([field, value]) => [bytes(field), bytes(value)]),
});
export const setAdd = (key: Key, ...members: string[]): Operation => ({
  do: 'set-add',
  key,
  members: members.map(bytes),
});
export const push = (key: Key, ...items: string[]): Operation => ({
  do: 'push',
  key,
  items: items.map(bytes),
});
