/** What Python's bsread sent and decoded, and what we make of the same frames. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Channel, ItemArray, PulseMessage } from '../../src/bsread/index.ts';
import { swapItems } from '../../src/bsread/items.ts';
import type { Message } from '../../src/zmtp/index.ts';

/** A channel as it was decoded; times in nanoseconds, values as SHA-256 of little-endian bytes in C order. */
export interface RecordedChannel {
  readonly name: string;
  readonly ns: string | null;
  readonly kind: 'none' | 'string' | 'scalar' | 'array';
  readonly value?: string;
  readonly dtype?: string;
  readonly shape?: readonly number[];
  readonly sha256?: string;
}

export interface RecordedMessage {
  readonly pulseId: string;
  readonly hash: string;
  readonly ns: string | null;
  readonly changed: boolean;
  readonly channels: readonly RecordedChannel[];
}

export interface RecordedCase {
  readonly id: string;
  readonly messages: readonly { readonly frames: Message; readonly expected: RecordedMessage }[];
}

/** What the reference received, one entry a call: null was dropped. */
export interface MalformedCase {
  readonly id: string;
  readonly description: string;
  readonly messages: readonly Message[];
  readonly expected: readonly (RecordedMessage | { readonly timeout: true } | null)[] | null;
}

function fixture(name: string) {
  const text = readFileSync(new URL(`../fixtures/bsread/${name}.json`, import.meta.url), 'utf8');
  const { frames, cases } = JSON.parse(text) as { frames: string[]; cases: unknown[] };
  const bytes = frames.map((frame) => new Uint8Array(Buffer.from(frame, 'base64')));
  return { cases, message: (places: readonly number[]) => places.map((place) => bytes[place] as Uint8Array) };
}

export function recordedCases(name: 'types' | 'features'): RecordedCase[] {
  const { cases, message } = fixture(name);
  return (cases as { id: string; messages: { frames: number[]; expected: RecordedMessage }[] }[]).map(
    ({ id, messages }) => ({
      id,
      messages: messages.map(({ frames, expected }) => ({ frames: message(frames), expected })),
    }),
  );
}

export function malformedCases(): MalformedCase[] {
  const { cases, message } = fixture('malformed');
  return (cases as (Omit<MalformedCase, 'messages'> & { messages: number[][] })[]).map((each) => ({
    ...each,
    messages: each.messages.map(message),
  }));
}

/** What we decoded, in the form of the recordings. Of channels with one name the last one counts, at the first place. */
export function asRecorded(message: PulseMessage): RecordedMessage {
  const names = new Set(message.channels.map(({ name }) => name));
  return {
    pulseId: String(message.pulseId),
    hash: message.mainHeader.hash,
    ns: message.globalTimestampNs === undefined ? null : String(message.globalTimestampNs),
    changed: message.isNewHeader,
    channels: [...names].map((name) => recordedChannel(message.channel(name) as Channel)),
  };
}

function recordedChannel(channel: Channel): RecordedChannel {
  const { name, timestampNs, shape, definition } = channel;
  const value = channel.value();
  const head = { name, ns: timestampNs === undefined ? null : String(timestampNs) };
  if (value === undefined) return { ...head, kind: 'none' };
  if (typeof value === 'string') return { ...head, kind: 'string', value };
  return {
    ...head,
    kind: typeof value === 'object' ? 'array' : 'scalar',
    dtype: definition.type as string,
    shape,
    sha256: createHash('sha256').update(littleEndian(channel, value)).digest('hex'),
  };
}

const isHostLittle = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndian(channel: Channel, value: number | bigint | boolean | ItemArray): Uint8Array {
  const array = typeof value === 'object' ? value : arrayOfOne(channel, value);
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength).slice();
  if (!isHostLittle) swapItems(bytes, array.BYTES_PER_ELEMENT);
  return bytes;
}

function arrayOfOne({ definition }: Channel, value: number | bigint | boolean): ItemArray {
  if (typeof value === 'bigint') {
    return definition.type === 'int64' ? BigInt64Array.of(value) : BigUint64Array.of(value);
  }
  const make = {
    int8: Int8Array,
    uint8: Uint8Array,
    bool: Uint8Array,
    int16: Int16Array,
    uint16: Uint16Array,
    int32: Int32Array,
    uint32: Uint32Array,
    float32: Float32Array,
    float64: Float64Array,
  }[definition.type as 'int8'];
  return make.of(Number(value));
}

/** Where we differ from the reference, and why: another channel, or another message (null: dropped). */
export interface Difference {
  readonly case: string;
  readonly message: number;
  readonly channel?: string;
  readonly ours: unknown;
  readonly reason: string;
}

export const differences = JSON.parse(
  readFileSync(new URL('../differences/bsread.json', import.meta.url), 'utf8'),
) as readonly Difference[];

/** What we are to make of a message of a case, where the reference made `expected` of it. */
export function expectedOfUs<T>(id: string, place: number, expected: T): unknown {
  let ours: unknown = expected;
  for (const difference of differences) {
    if (difference.case !== id || difference.message !== place) continue;
    ours = difference.channel === undefined ? difference.ours : withChannel(ours, difference);
  }
  return ours;
}

function withChannel(message: unknown, { channel, ours }: Difference): RecordedMessage {
  const recorded = message as RecordedMessage;
  return {
    ...recorded,
    channels: recorded.channels.map((each) =>
      each.name === channel ? ({ name: channel, ...(ours as object) } as RecordedChannel) : each,
    ),
  };
}
