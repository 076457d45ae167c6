import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { itemBytesOf } from '../../../src/bsread/channel-type.ts';
import {
  type Channel,
  type ChannelSpec,
  type ChannelType,
  type ItemArray,
  MessageDecoder,
  MessageEncoder,
  type PulseMessage,
} from '../../../src/bsread/index.ts';
import { itemsOf } from '../../../src/bsread/items.ts';
import type { Property } from '../../support/run-properties.ts';
import { recordedCases } from '../recorded.ts';
import { anything, mutated, strange } from './frames.ts';

const hostile = fc.oneof({ weight: 6, arbitrary: mutated }, { weight: 3, arbitrary: strange }, anything);

const good = (recordedCases('features').find(({ id }) => id === 'hdr_none_data_none')?.messages ?? []).map(
  ({ frames }) => frames,
);

const numberTypes = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'float32', 'float64'] as const;

const sentArray = fc
  .record({
    type: fc.constantFrom<Exclude<ChannelType, 'string'>>(...numberTypes, 'int64', 'uint64', 'bool'),
    shape: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
    encoding: fc.constantFrom('little' as const, 'big' as const),
    compression: fc.constantFrom('none' as const, 'lz4' as const, 'bitshuffle_lz4' as const),
    seed: fc.nat(1000),
  })
  .filter(({ shape }) => shape.length > 1 || shape[0] !== 1);

/** What holds for every message; run shortly by `npm test`, and for longer by `npm run fuzz`. */
export const properties: readonly Property[] = [
  {
    name: 'whatever comes is read or dropped, and what is read is consistent',
    property: fc.property(hostile, fc.boolean(), (frames, strictPython) => {
      const decoder = new MessageDecoder({ strictPython });
      const message = decoder.decode(frames);
      const { decodedMessages, dropped } = decoder.statistics();
      const drops = Object.values(dropped).reduce((sum, count) => sum + count, 0);
      deepStrictEqual([decodedMessages, drops], message === undefined ? [0, 1] : [1, 0]);
      strictEqual(message?.frames, message === undefined ? undefined : frames);
      message?.channels.forEach(judge);
    }),
  },
  {
    name: 'a hostile message does not touch the good ones around it',
    property: fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (between) => {
      const decoder = new MessageDecoder();
      const first = decoder.decode(good[0] ?? []);
      for (const frames of between) decoder.decode(frames);
      const second = decoder.decode(good[1] ?? []);
      strictEqual(second?.dataHeader, first?.dataHeader);
      const alone = new MessageDecoder().decode(good[1] ?? []);
      deepStrictEqual(values(second), values(alone));
    }),
  },
  {
    name: 'reading changes nothing of the frames, and reads the same again',
    property: fc.property(hostile, (frames) => {
      const before = frames.map((frame) => Buffer.from(new Uint8Array(frame)));
      const once = values(new MessageDecoder().decode(frames));
      deepStrictEqual(
        frames.map((frame) => Buffer.from(frame)),
        before,
      );
      deepStrictEqual(values(new MessageDecoder().decode(frames)), once);
    }),
  },
  {
    name: 'what is sent is what is read, of every type, shape, byte order and compression',
    property: fc.property(fc.array(sentArray, { minLength: 1, maxLength: 5 }), (arrays) => {
      const channels: ChannelSpec[] = arrays.map(({ type, shape, encoding, compression }, i) => ({
        name: `c${i}`,
        type,
        shape: shape.toReversed(),
        encoding,
        compression,
      }));
      const sent = arrays.map(({ type, shape, seed }) => ({ items: itemsFrom(type, shape, seed), shape }));
      const frames = new MessageEncoder({ channels }).encode(
        Object.fromEntries(sent.map((value, i) => [`c${i}`, value])),
        { pulseId: 1n, timestampNs: 1n },
      );
      const message = new MessageDecoder().decode(frames);
      deepStrictEqual(
        message?.channels.map((channel) => ({ items: channel.value(), shape: channel.shape })),
        sent,
      );
    }),
  },
];

/** Any bits. */
function itemsFrom(type: Exclude<ChannelType, 'string'>, shape: readonly number[], seed: number): ItemArray {
  const bytes = new Uint8Array(shape.reduce((product, size) => product * size, itemBytesOf[type]));
  const bits = bytes.map((_, i) => Math.imul(i + 1, 2 * seed + 0x9e37_79b1) >>> 13);
  return itemsOf(type, bits, false);
}

function values(message: PulseMessage | undefined): unknown {
  return message?.channels.map((channel) => [
    channel.name,
    channel.state,
    channel.value(),
    channel.shape,
    channel.timestampNs,
  ]);
}

/** LZ4's bytes stand for at most 255 each, so that no frame is worth more memory than that. */
const mostOfCompressed = 256;

function judge(channel: Channel): void {
  const { state, fault, shape, data } = channel;
  const value = channel.value();
  strictEqual(value !== undefined, state === 'present');
  strictEqual(fault !== undefined, state === 'undecodable');
  if (channel.isMissing) strictEqual(state, 'missing');
  if (typeof value !== 'object') {
    deepStrictEqual(shape, []);
    return;
  }
  strictEqual(
    value.length,
    shape.reduce((product, size) => product * size, 1),
  );
  ok(value.byteLength <= data.length * mostOfCompressed);
}
