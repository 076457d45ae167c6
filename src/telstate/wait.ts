import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { type Entry, type Key, patiently, type Space, type Subscription } from '../store/index.ts';
import type { Value } from './encoding/index.ts';
import { Ending, type EndingOptions } from './ending.ts';
import { type Current, currentOf, decoded, type ExactOption } from './entry.ts';
import { ImmutableKeyError } from './errors.ts';
import { type Front, fullKeys, nameOf } from './front.ts';

import { splitMember } from './time.ts';
import { channelOf, type Notice, parseNotice } from './update.ts';
import { encodeSubKey } from './write.ts';

export interface WaitConnectionOptions {
  /**
   * Called when the server of the store cannot be reached any more (`away`), and when it is back and the key was looked
   * at again without success (`back`). The wait goes on meanwhile.
   */
  readonly onConnection?: ((now: 'away' | 'back') => void) | undefined;
}

export interface WaitKeyOptions extends EndingOptions, ExactOption, WaitConnectionOptions {
  /**
   * What must be true of the value; of an indexed key the value is the `Map` of all sub-keys. The time is given for
   * sensors. Each sample is shown in the order in which it was added, even if newer ones exist meanwhile; after a lost
   * connection only the newest. What it throws, the wait throws.
   */
  readonly condition?: ((value: Value, timeSeconds: number | undefined) => boolean) | undefined;
}

export interface WaitIndexedOptions extends EndingOptions, ExactOption, WaitConnectionOptions {
  readonly condition?: ((value: Value) => boolean) | undefined;
}

/** See `TelescopeState.waitKey`. */
export async function waitKey(front: Front, key: Key, options: WaitKeyOptions): Promise<Current> {
  const keys = fullKeys(front, key);
  const name = nameOf(key);
  const of = (entry: Entry) => currentOf(entry, name, { ...options, encoded: false }) as Current;
  const judge = (current: Current): Current | undefined =>
    options.condition === undefined || options.condition(current.value, current.timeSeconds)
      ? current
      : undefined;
  /** The first of these keys that exists decides. */
  const check = async (among: readonly Uint8Array[]): Promise<Current | undefined> => {
    const entry = await firstEntry(front.space, among);
    return entry === undefined ? undefined : judge(of(entry));
  };
  return waitFor(front.space, keys, name, options, {
    check: () => check(keys),
    async heard(notice, prefix) {
      if (notice.type !== 'sensor') return check(keys.slice(0, prefix + 1));
      const above = prefix === 0 ? undefined : await firstEntry(front.space, keys.slice(0, prefix));
      if (above !== undefined) return judge(of(above));
      const { member } = notice;
      const isOurs = () => holds(front.space, keys[prefix], member);
      try {
        const { timeSeconds, encoded } = splitMember(member);
        const judged = judge({ type: 'sensor', value: decoded(encoded, options), timeSeconds });
        return judged && (await isOurs()) ? judged : undefined;
      } catch (error) {
        if (await isOurs()) throw error;
        return undefined;
      }
    },
  });
}

/** See `TelescopeState.waitIndexed`. */
export async function waitIndexed(
  front: Front,
  key: Key,
  subKey: unknown,
  options: WaitIndexedOptions,
): Promise<Value> {
  const keys = fullKeys(front, key);
  const name = nameOf(key, subKey);
  const field = encodeSubKey(subKey);
  const judge = (encoded: Uint8Array): { value: Value } | undefined => {
    const value = decoded(encoded, options);
    return options.condition === undefined || options.condition(value) ? { value } : undefined;
  };
  const check = async () => {
    const found = await readField(front.space, keys, field);
    if (found === undefined) return undefined;
    if (found.kind !== 'hash') {
      throw new ImmutableKeyError(`waitIndexed called on non-indexed key ${name}`);
    }
    return found.value === undefined ? undefined : judge(found.value);
  };
  const { value } = await waitFor(front.space, keys, name, options, {
    check,
    async heard(notice) {
      const isOther = notice.type === 'indexed' && Buffer.compare(notice.encodedSubKey, field) !== 0;
      return isOther ? undefined : check();
    },
  });
  return value;
}

/** The field under the first of these keys that exists, and what kind that key is; undefined where none exists. */
export async function readField(space: Space, keys: readonly Uint8Array[], field: Uint8Array) {
  for (const key of keys) {
    const [kind, value] = await space.readMany([
      { read: 'kind', key },
      { read: 'field', key, field },
    ]);
    if (kind !== undefined) return { kind, value };
  }
  return undefined;
}

/** What the first of these keys that exists holds. */
export async function firstEntry(space: Space, keys: readonly Uint8Array[]): Promise<Entry | undefined> {
  const [only] = keys;
  if (keys.length === 1 && only !== undefined) return space.read({ read: 'entry', key: only });
  const entries = await space.readMany(keys.map((key) => ({ read: 'entry', key }) as const));
  return entries.find((entry) => entry !== undefined);
}

interface Waiter<T> {
  /** What is in the store now, if it satisfies. */
  check(): Promise<T | undefined>;
  /** What a notice of the key under this prefix says, if it satisfies. */
  heard(notice: Notice, prefix: number): Promise<T | undefined>;
}

/** Looks, then subscribes and looks again, then listens. */
async function waitFor<T>(
  space: Space,
  keys: readonly Uint8Array[],
  name: string,
  options: EndingOptions & WaitConnectionOptions,
  waiter: Waiter<T>,
): Promise<T> {
  using ending = new Ending(name, options);
  const atOnce = await ending.race(waiter.check());
  if (atOnce !== undefined) return atOnce;
  const channels = keys.map(channelOf);
  await using subscription = await subscribe(space, channels, ending);
  const meanwhile = await ending.race(waiter.check()).catch((error: unknown) => {
    if (!isAlidadeError(error, 'ALI_STORE_UNREACHABLE')) throw error;
    ending.startTimeout();
    return ending.race(patiently(waiter.check, ending.signal));
  });
  if (meanwhile !== undefined) return meanwhile;
  ending.startTimeout();
  for (;;) {
    ending.throwIfEnded();
    const { done, value: event } = await subscription.next();
    ending.throwIfEnded();
    if (done) {
      throw new AlidadeError(
        'ALI_STORE_CLOSED',
        `the store ${space.location} was closed while waiting for ${name}`,
      );
    }
    if (event.event === 'gap') {
      if (event.reason === 'away') {
        options.onConnection?.('away');
        continue;
      }
      const found = await ending.race(patiently(waiter.check, ending.signal));
      if (found !== undefined) return found;
      if (event.reason === 'reconnected') options.onConnection?.('back');
      continue;
    }
    const notice = parseNotice(event.payload);
    const prefix = channels.findIndex((channel) => Buffer.compare(channel, event.channel) === 0);
    if (notice === undefined || prefix < 0) continue;
    const found = await ending.race(patiently(() => waiter.heard(notice, prefix), ending.signal));
    if (found !== undefined) return found;
  }
}

/** Subscribes, and lets the ending of the wait end the subscription. */
async function subscribe(
  space: Space,
  channels: readonly Uint8Array[],
  ending: Ending,
): Promise<Subscription> {
  const subscribing = space.subscribe({ channels });
  try {
    const subscription = await ending.race(subscribing);
    ending.onEnd = () => void subscription.close();
    return subscription;
  } catch (error) {
    subscribing.then((late) => late.close()).catch(() => undefined);
    throw error;
  }
}

/**
 * Whether the sensor has this sample. Channels of Redis are those of all its databases, so a notice may be about the
 * key of another one.
 */
async function holds(space: Space, key: Uint8Array | undefined, member: Uint8Array): Promise<boolean> {
  const bound = { at: member, inclusive: true };
  return key !== undefined && (await space.read({ read: 'count', key, min: bound, max: bound })) > 0;
}
