import { isAlidadeError } from '../shared/errors.ts';
import type { Key, Operation, Space } from '../store/index.ts';
import { decodeValue, encodeValue, repr, sameValue } from './encoding/index.ts';
import { isUnhashable } from './encoding/wire.ts';
import { EncodeError, ImmutableKeyError } from './errors.ts';
import { type Front, nameOf, writtenKey } from './front.ts';
import { type Clock, memberOf } from './time.ts';
import { channelOf, indexedPrefix } from './update.ts';

/** A sample on its way into the store; without a time it gets the clock's. */
export interface NewSample {
  readonly value: unknown;
  readonly timeSeconds?: number | undefined;
}

/** A sample and the sensor it belongs to. */
export interface KeyedSample extends NewSample {
  readonly key: Key;
}

export async function setAttribute(front: Front, key: Key, value: unknown): Promise<void> {
  const encoded = encodeValue(value);
  const fullKey = writtenKey(front, key);
  const { found } = await writeImmutable(front.space, key, 'immutable', {
    do: 'set',
    key: fullKey,
    value: encoded,
    onlyIfAbsent: true,
    notice: { channel: channelOf(fullKey) },
  });
  if (found !== undefined) assertSame(front, found, encoded, value, nameOf(key));
}

export async function setIndexed(front: Front, key: Key, subKey: unknown, value: unknown): Promise<void> {
  const field = encodeSubKey(subKey);
  const encoded = encodeValue(value);
  const fullKey = writtenKey(front, key);
  const { found } = await writeImmutable(front.space, key, 'indexed immutable', {
    do: 'set-field',
    key: fullKey,
    field,
    value: encoded,
    onlyIfAbsent: true,
    notice: { channel: channelOf(fullKey), prefix: indexedPrefix(field) },
  });
  if (found !== undefined) assertSame(front, found, encoded, value, nameOf(key, subKey));
}

/** Adds samples to one sensor in one step. */
export async function addSamples(
  front: Front,
  key: Key,
  samples: Iterable<NewSample>,
  now: Clock,
): Promise<void> {
  const members = Array.from(samples, (sample) => encodeSample(sample, now));
  if (members.length === 0) return;
  try {
    await front.space.write(addition(writtenKey(front, key), members));
  } catch (error) {
    throw isAlidadeError(error, 'ALI_WRONG_KIND') ? changeOfType(key, 'mutable', error) : error;
  }
}

/** Adds samples to any number of sensors in one step: all of them, or, when one cannot be added, none. */
export async function addToMany(front: Front, samples: Iterable<KeyedSample>, now: Clock): Promise<void> {
  const sensors = new Map<string, { fullKey: Uint8Array; members: Uint8Array[] }>();
  for (const sample of samples) {
    const fullKey = writtenKey(front, sample.key);
    const id = Buffer.from(fullKey).toString('latin1');
    const sensor = sensors.get(id) ?? { fullKey, members: [] };
    sensor.members.push(encodeSample(sample, now));
    sensors.set(id, sensor);
  }
  const operations = Array.from(sensors.values(), ({ fullKey, members }) => addition(fullKey, members));
  if (operations.length === 0) return;
  try {
    await front.space.batch([], operations);
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_WRONG_KIND')) throw error;
    throw new ImmutableKeyError(`Attempt to change a key to mutable; nothing was added: ${error.message}`, {
      cause: error,
    });
  }
}

/**
 * The encoded form of a sub-key, which is its identity: 1, `float(1)` and true are three sub-keys.
 *
 * @throws EncodeError also on lists, dicts and arrays, which Python could not read back as sub-keys.
 */
export function encodeSubKey(subKey: unknown): Uint8Array {
  const encoded = encodeValue(subKey);
  if (!isUnhashable(subKey)) return encoded;
  throw new EncodeError(
    `${repr(subKey)} cannot be a sub-key, because Python cannot hash it: use text, a number or a tuple of these`,
  );
}

function encodeSample({ value, timeSeconds }: NewSample, now: Clock): Uint8Array {
  return memberOf(timeSeconds ?? now(), encodeValue(value));
}

function addition(fullKey: Uint8Array, members: readonly Uint8Array[]): Operation {
  return { do: 'add', key: fullKey, members, notice: { channel: channelOf(fullKey) } };
}

async function writeImmutable(space: Space, key: Key, type: string, operation: Operation) {
  try {
    return await space.write(operation);
  } catch (error) {
    throw isAlidadeError(error, 'ALI_WRONG_KIND') ? changeOfType(key, type, error) : error;
  }
}

function changeOfType(key: Key, type: string, cause: unknown): ImmutableKeyError {
  return new ImmutableKeyError(`Attempt to change key ${nameOf(key)} to ${type}`, { cause });
}

function assertSame(
  { allowPickle }: Front,
  stored: Uint8Array,
  fresh: Uint8Array,
  value: unknown,
  name: string,
): void {
  let previous: unknown;
  try {
    if (sameValue(stored, fresh, value, { allowPickle })) return;
    previous = decodeValue(stored, { exact: true, allowPickle });
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_DECODE')) throw error;
    throw new ImmutableKeyError(
      `Attempt to set value of immutable key ${name} to ${repr(value)} but failed to decode the previous value to compare: ${error.message}`,
      { cause: error },
    );
  }
  throw new ImmutableKeyError(
    `Attempt to change value of immutable key ${name} from ${repr(previous)} to ${repr(value)}`,
  );
}
