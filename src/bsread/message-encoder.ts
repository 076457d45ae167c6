import { AlidadeError } from '../shared/errors.ts';
import { type ChannelType, type Compression, isChannelType, isCompression } from './channel-type.ts';
import { encodeValue } from './encode-value.ts';
import {
  type ChannelSpec,
  encodeDataHeader,
  type SentChannel,
  type SentHeader,
  sentChannel,
} from './sent-header.ts';
import { cannotSend, type PlainValue, plainValue, type SentValue } from './sent-value.ts';
import { itemCount } from './shape.ts';
import { splitTime, writeTimestamp } from './timestamp.ts';

export interface EncoderOptions {
  /** What is sent, in this order. Without them the values themselves tell it, message by message. */
  readonly channels?: readonly ChannelSpec[] | undefined;
  /** Of channels that do not say it themselves (`none`). */
  readonly compression?: Compression | undefined;
  /** Of the data header (`none`). Not every receiver takes one that is compressed. */
  readonly headerCompression?: Compression | undefined;
}

/** Values by the names of their channels. */
export type SentValues = Readonly<Record<string, SentValue>> | ReadonlyMap<string, SentValue>;

export interface PulseOptions {
  readonly pulseId: bigint;
  /** Nanoseconds of Unix time, of the message and of every channel that has none of its own. */
  readonly timestampNs: bigint;
  /** Nanoseconds of Unix time of single channels. */
  readonly channelTimestampsNs?: Readonly<Record<string, bigint>> | undefined;
}

const noFrame = new Uint8Array(0);
const utf8 = new TextEncoder();

/**
 * Writes messages of bsread: all frames of one are ready before any is sent. The data header and its hash are kept while
 * the channels stay the same. A channel whose type is told by its values keeps it while it has none.
 *
 * @example
 * const encoder = new MessageEncoder({ channels: [{ name: 'COUNT', type: 'int32' }] });
 * const frames = encoder.encode({ COUNT: 5 }, { pulseId: 1n, timestampNs: 1_700_000_000_000_000_000n });
 */
export class MessageEncoder {
  readonly #isDeclared: boolean;
  readonly #compression: Compression;
  readonly #headerCompression: Compression;
  /** Of the channels that were declared. */
  readonly #places: ReadonlyMap<string, number>;
  #channels: readonly SentChannel[];
  #header: SentHeader | undefined;

  /** @throws ALI_ENCODE when a channel cannot be declared so */
  constructor({ channels, compression = 'none', headerCompression = 'none' }: EncoderOptions = {}) {
    this.#isDeclared = channels !== undefined;
    this.#compression = compression;
    this.#headerCompression = headerCompression;
    this.#channels = (channels ?? []).map((spec) => checked(sentChannel(spec, compression)));
    this.#places = new Map(this.#channels.map(({ name }, place) => [name, place]));
    if (this.#places.size < this.#channels.length) throw cannotSend('channels', 'two have the same name');
  }

  /**
   * @throws ALI_ENCODE when a value does not fit its channel, or is of none, or the pulse id has more than 64 bits;
   *   nothing has changed then
   */
  encode(values: SentValues, pulse: PulseOptions): Uint8Array[] {
    if (BigInt.asIntN(64, pulse.pulseId) !== pulse.pulseId) {
      throw cannotSend(`pulse ${pulse.pulseId}`, 'its id has more than 64 bits');
    }
    const entries = values instanceof Map ? [...values] : Object.entries(values);
    const { channels, items } = this.#isDeclared ? this.#declared(entries) : this.#inferred(entries);
    const data = channels.map((channel, i) => {
      const value = items[i];
      return value === undefined ? noFrame : encodeValue(channel, value);
    });
    if (channels !== this.#channels || this.#header === undefined) {
      this.#header = encodeDataHeader(channels, this.#headerCompression);
      this.#channels = channels;
    }
    const frames = [this.#mainHeader(this.#header, pulse), this.#header.frame];
    const times = new Times(pulse);
    channels.forEach(({ name, encoding }, i) => {
      const frame = data[i] as Uint8Array;
      frames.push(frame, frame.length === 0 ? noFrame : times.frame(name, encoding === 'big'));
    });
    return frames;
  }

  #mainHeader({ hash }: SentHeader, { pulseId, timestampNs }: PulseOptions): Uint8Array {
    const [sec, ns] = splitTime(timestampNs);
    const compression = this.#headerCompression;
    const said = compression === 'none' ? '' : `"dh_compression": "${compression}", `;
    return utf8.encode(
      `{"htype": "bsr_m-1.1", ${said}"hash": "${hash}", "pulse_id": ${pulseId}, "global_timestamp": {"sec": ${sec}, "ns": ${ns}}}`,
    );
  }

  #declared(entries: readonly (readonly [string, SentValue])[]): Pulse {
    const channels = this.#channels;
    const items = new Array<PlainValue | undefined>(channels.length);
    for (const [name, value] of entries) {
      const place = this.#places.get(name);
      if (place === undefined) throw cannotSend(name, 'no channel of that name was declared');
      const plain = plainValue(value, name);
      if (plain !== undefined) mustFill(channels[place] as SentChannel, plain);
      items[place] = plain;
    }
    return { channels, items };
  }

  /** The channels that the values tell; the very same list when nothing has changed. */
  #inferred(entries: readonly (readonly [string, SentValue])[]): Pulse {
    const before = this.#channels;
    const items = entries.map(([name, value]) => plainValue(value, name));
    const keeps = (channel: SentChannel | undefined, i: number) => {
      const value = items[i];
      return channel !== undefined && (value === undefined || tells(value, channel));
    };
    const isSame = (name: string, i: number) => before[i]?.name === name && keeps(before[i], i);
    if (before.length === entries.length && entries.every(([name], i) => isSame(name, i))) {
      return { channels: before, items };
    }
    const known = new Map(before.map((channel) => [channel.name, channel]));
    const channels = entries.map(([name], i) => {
      const channel = known.get(name);
      if (channel !== undefined && keeps(channel, i)) return channel;
      const value = items[i];
      return sentChannel({ name, type: value?.type, shape: wireShape(value) }, this.#compression);
    });
    return { channels, items };
  }
}

/** Values in the order of their channels. */
interface Pulse {
  readonly channels: readonly SentChannel[];
  readonly items: readonly (PlainValue | undefined)[];
}

/** Fastest dimension first, `[1]` of a scalar. */
function wireShape(value: PlainValue | undefined): readonly number[] {
  return value === undefined || value.shape.length === 0 ? [1] : value.shape.toReversed();
}

function tells(value: PlainValue, { type, shape }: SentChannel): boolean {
  if (value.type !== type) return false;
  const own = value.shape;
  if (own.length === 0) return shape.length === 1 && shape[0] === 1;
  return own.length === shape.length && own.every((size, i) => size === shape[shape.length - 1 - i]);
}

function mustFill({ name, type, shape }: SentChannel, { items, shape: own }: PlainValue): void {
  if (type === 'string') return;
  const count = typeof items === 'object' ? items.length : 1;
  if (count !== 0 && count !== itemCount(shape)) {
    throw cannotSend(name, `${count} items do not fill the shape [${shape}]`);
  }
  if (own.length > 1 && own.toReversed().join() !== shape.join()) {
    throw cannotSend(name, `the NumPy shape [${own}] is not the shape [${shape}] of the channel, reversed`);
  }
}

function checked(channel: SentChannel): SentChannel {
  const { name, type, shape, compression } = channel;
  const check = (isRight: boolean, problem: string) => {
    if (!isRight) throw new AlidadeError('ALI_ENCODE', `channel ${JSON.stringify(name)}: ${problem}`);
  };
  check(typeof name === 'string', 'its name is no text');
  check(isChannelType(type), `${type as ChannelType} is no type`);
  check(isCompression(compression), `${compression} is no compression`);
  check(
    shape.every((size) => Number.isSafeInteger(size) && size > 0),
    `[${shape}] is no shape`,
  );
  check(shape.length > 0 && shape.length <= 32, 'a shape has 1 to 32 dimensions');
  check(type !== 'string' || itemCount(shape) === 1, 'text has the shape [1]');
  return channel;
}

/** The timestamp frames of a message: made once for all channels that have its time. */
class Times {
  readonly #pulse: PulseOptions;
  readonly #own: Readonly<Record<string, bigint>>;
  #little: Uint8Array | undefined;
  #big: Uint8Array | undefined;

  constructor(pulse: PulseOptions) {
    this.#pulse = pulse;
    this.#own = pulse.channelTimestampsNs ?? {};
  }

  frame(name: string, isBig: boolean): Uint8Array {
    if (Object.hasOwn(this.#own, name)) return writeTimestamp(this.#own[name] as bigint, isBig);
    const { timestampNs } = this.#pulse;
    if (isBig) {
      this.#big ??= writeTimestamp(timestampNs, true);
      return this.#big;
    }
    this.#little ??= writeTimestamp(timestampNs, false);
    return this.#little;
  }
}
