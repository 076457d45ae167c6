/** What Python's bsread sent is what we send of the same values. */
import { expect, test } from 'vitest';
import {
  type ChannelSpec,
  MessageDecoder,
  MessageEncoder,
  type PulseMessage,
  type SentValue,
} from '../../src/bsread/index.ts';
import { asRecorded, recordedCases } from './recorded.ts';

const pulse = { pulseId: 5n, timestampNs: 1_600_000_000_123_456_789n };
const text = (frame: Uint8Array | undefined) => Buffer.from(frame ?? []).toString();

function valuesOf(message: PulseMessage): Map<string, SentValue> {
  return new Map(
    message.channels.map((channel) => {
      const value = channel.value();
      const { name, shape } = channel;
      return [name, typeof value === 'object' ? { items: value, shape } : value];
    }),
  );
}

const uncompressed = recordedCases('types').filter(({ id }) => id.endsWith('none'));

test.each(uncompressed)('$id, frame by frame', ({ messages }) => {
  for (const { frames } of messages) {
    const message = new MessageDecoder().decode(frames) as PulseMessage;
    const encoder = new MessageEncoder({
      channels: message.dataHeader.channels.map(({ raw }) => raw as ChannelSpec),
    });
    const { pulseId, globalTimestampNs: timestampNs = 0n } = message;
    const ours = encoder.encode(valuesOf(message), { pulseId, timestampNs });
    expect(ours.slice(0, 2).map(text)).toEqual(frames.slice(0, 2).map(text));
    expect(ours.slice(2)).toEqual(frames.slice(2));
  }
});

const coded = recordedCases('types').filter(({ id }) => !id.endsWith('none'));

test.each(coded)('$id, header by header and value by value', ({ messages }) => {
  for (const { frames, expected } of messages) {
    const decoder = new MessageDecoder({ strictPython: true });
    const message = decoder.decode(frames) as PulseMessage;
    const channels = message.dataHeader.channels.map(({ raw }) => raw as ChannelSpec);
    const { pulseId, globalTimestampNs: timestampNs = 0n } = message;
    const ours = new MessageEncoder({ channels }).encode(valuesOf(message), { pulseId, timestampNs });
    expect(ours.slice(0, 2).map(text)).toEqual(frames.slice(0, 2).map(text));
    expect(asRecorded(decoder.decode(ours) as PulseMessage)).toEqual({ ...expected, changed: false });
  }
});

function sent(values: Record<string, SentValue>, options = {}) {
  const frames = new MessageEncoder(options).encode(values, pulse);
  return { frames, message: new MessageDecoder().decode(frames) as PulseMessage };
}

test('plain values tell their types', () => {
  const values = {
    float: 1,
    whole: 5n,
    flag: true,
    name: 'Größe',
    wave: [1, 2.5],
    image: [
      [1n, 2n, 3n],
      [4n, 5n, 6n],
    ],
    flags: [true, false],
    items: Uint16Array.of(1, 65535),
    cube: { items: new Int8Array(24), shape: [2, 3, 4] },
  };
  const { frames, message } = sent(values);
  const shapes = message.dataHeader.channels.map(({ name, type, shape }) => [name, type, shape]);
  expect(shapes).toEqual([
    ['float', 'float64', [1]],
    ['whole', 'int64', [1]],
    ['flag', 'bool', [1]],
    ['name', 'string', [1]],
    ['wave', 'float64', [2]],
    ['image', 'int64', [3, 2]],
    ['flags', 'bool', [2]],
    ['items', 'uint16', [2]],
    ['cube', 'int8', [4, 3, 2]],
  ]);
  const decoded = message.channels.map((channel) => [channel.name, channel.value(), channel.shape]);
  expect(decoded).toEqual([
    ['float', 1, []],
    ['whole', 5n, []],
    ['flag', true, []],
    ['name', 'Größe', []],
    ['wave', Float64Array.of(1, 2.5), [2]],
    ['image', BigInt64Array.of(1n, 2n, 3n, 4n, 5n, 6n), [2, 3]],
    ['flags', Uint8Array.of(1, 0), [2]],
    ['items', Uint16Array.of(1, 65535), [2]],
    ['cube', new Int8Array(24), [2, 3, 4]],
  ]);
  expect(text(frames[1])).toContain('{"name": "name", "type": "string", "shape": [1], "encoding": "little"}');
});

test('text of a header is ASCII, as Python writes it', () => {
  const { frames, message } = sent({ 'Größe\u2028😀"': 1 });
  expect(text(frames[1])).toContain('"name": "Gr\\u00f6\\u00dfe\\u2028\\ud83d\\ude00\\""');
  expect(message.channels[0]?.name).toBe('Größe\u2028😀"');
});

test('keys of a channel that we do not know are passed on, and read', () => {
  const channels = [
    { name: 'a', type: 'int32', modulo: 10, offset: 3, precision: Number.NaN, unit: 'mm' },
  ] as const;
  const { message } = sent({ a: 5 }, { channels });
  expect(message.channels[0]?.definition).toMatchObject({
    modulo: 10,
    offset: 3,
    raw: { precision: null, unit: 'mm' },
  });
  expect(message.channels[0]?.value()).toBe(5);
});

test.each(['little', 'big'] as const)('a %s-endian channel is read as it was written', (encoding) => {
  const types = [
    'int8',
    'uint8',
    'int16',
    'uint16',
    'int32',
    'uint32',
    'float32',
    'float64',
    'bool',
  ] as const;
  for (const type of types) {
    const channels = [
      { name: 'one', type, encoding },
      { name: 'two', type, encoding, shape: [2] },
    ];
    const one = type === 'bool' ? true : 1;
    const two = type === 'bool' ? [true, false] : [0, 100];
    const { message } = sent({ one, two }, { channels });
    expect(message.channel('one')?.value()).toBe(one);
    expect(Array.from(message.channel('two')?.value() as Int8Array)).toEqual(two.map(Number));
    expect(message.channel('one')?.timestampNs).toBe(pulse.timestampNs);
  }
  for (const type of ['int64', 'uint64'] as const) {
    const large = type === 'int64' ? -(2n ** 63n) : 2n ** 64n - 1n;
    const { message } = sent({ a: large }, { channels: [{ name: 'a', type, encoding }] });
    expect(message.channel('a')?.value()).toBe(large);
  }
});

test('a channel may have a time of its own', () => {
  const encoder = new MessageEncoder();
  const frames = encoder.encode({ a: 1, b: 2 }, { ...pulse, channelTimestampsNs: { b: -1n } });
  const message = new MessageDecoder().decode(frames);
  expect(message?.globalTimestampNs).toBe(pulse.timestampNs);
  expect(message?.channel('a')?.timestampNs).toBe(pulse.timestampNs);
  expect(message?.channel('b')?.timestampNs).toBe(-1n);
});

test('a channel without a value keeps its type and the header; one that never had any is a float64', () => {
  const encoder = new MessageEncoder();
  const decoder = new MessageDecoder();
  const pulses = [
    { a: 5n, b: null },
    { a: null, b: null },
    { a: 6n, b: undefined },
  ].map((values) => decoder.decode(encoder.encode(values, pulse)));
  expect(pulses.map((message) => message?.channel('a')?.value())).toEqual([5n, undefined, 6n]);
  expect(pulses.map((message) => message?.channel('a')?.state)).toEqual(['present', 'missing', 'present']);
  expect(pulses.map((message) => message?.isNewHeader)).toEqual([true, false, false]);
  expect(pulses[0]?.channel('b')?.definition.type).toBe('float64');
});

test('the header is new when a shape, a type, an order or a name is', () => {
  const encoder = new MessageEncoder();
  const decoder = new MessageDecoder();
  const steps: [Record<string, SentValue>, boolean][] = [
    [{ a: 1, b: 2 }, true],
    [{ a: 3, b: 4 }, false],
    [{ a: [1, 2], b: 4 }, true],
    [{ a: [1, 2, 3], b: 4 }, true],
    [{ a: [1n, 2n, 3n], b: 4 }, true],
    [{ b: 4, a: [1n, 2n, 3n] }, true],
    [{ b: 4 }, true],
    [{ c: 4 }, true],
    [{ c: 5 }, false],
  ];
  for (const [values, isNew] of steps) {
    const message = decoder.decode(encoder.encode(values, pulse));
    expect([values, message?.isNewHeader]).toEqual([values, isNew]);
    expect(message?.channels.map(({ name }) => name)).toEqual(Object.keys(values));
  }
});

const int8 = { name: 'a', type: 'int8' } as const;

test.each<[string, SentValue, ChannelSpec[] | undefined, RegExp]>([
  ['a number out of range', 128, [int8], /^a: the value 128 is no int8, or out of its range/],
  ['a number that is not whole', 1.5, [int8], /^a: the value 1.5 is no int8/],
  [
    'a bigint out of range',
    2n ** 63n,
    [{ name: 'a', type: 'int64' }],
    /^a: the value 9223372036854775808 is no int64/,
  ],
  [
    'an unsafe number',
    2 ** 60,
    [{ name: 'a', type: 'int64' }],
    /^a: the value 1152921504606847000 is no int64/,
  ],
  ['text for a number', 'one', [int8], /^a: a string is not sent as int8/],
  ['a number for text', 1, [{ name: 'a', type: 'string' }], /^a: a float64 is not sent as string/],
  ['a number for a truth', 1, [{ name: 'a', type: 'bool' }], /^a: the value 1 is no bool/],
  ['another length', [1, 2], [{ ...int8, shape: [3] }], /^a: 2 items do not fill the shape \[3\]/],
  [
    'another shape',
    { items: new Int8Array(6), shape: [3, 2] },
    [{ ...int8, shape: [3, 2] }],
    /^a: the NumPy shape \[3,2\] is not the shape \[3,2\] of the channel, reversed/,
  ],
  ['a channel that was not declared', 1, [{ name: 'b' }], /^a: no channel of that name was declared/],
  ['lists of different lengths', [[1, 2], [3]], undefined, /^a: its lists have not all the same length/],
  ['a list of text', ['x'] as never, undefined, /^a: bsread has lists of numbers, bigints and booleans only/],
  ['a function', (() => 1) as never, undefined, /^a: a function is no value of a channel/],
  ['a Float16Array', { items: { length: 1 } as never, shape: [1] }, undefined, /^a: an object is sent as/],
  [
    'a shape that is not full',
    { items: new Int8Array(5), shape: [2, 3] },
    undefined,
    /^a: 5 items do not fill/,
  ],
])('%s is refused', (_what, value, channels, message) => {
  const encoder = new MessageEncoder({ channels });
  expect(() => encoder.encode({ a: value }, pulse)).toThrowError(message);
});

test.each<[string, ChannelSpec, RegExp]>([
  ['a type', { name: 'a', type: 'int128' as never }, /int128 is no type/],
  ['a compression', { name: 'a', compression: 'zstd' as never }, /zstd is no compression/],
  ['a shape', { name: 'a', shape: [0] }, /\[0\] is no shape/],
  ['a shape of text', { name: 'a', type: 'string', shape: [5] }, /text has the shape \[1\]/],
])('%s that bsread has not is refused', (_what, spec, message) => {
  expect(() => new MessageEncoder({ channels: [spec] })).toThrowError(message);
  expect(() => new MessageEncoder({ channels: [{ name: 'x' }, { name: 'x' }] })).toThrowError(/same name/);
});

test.each([2n ** 63n, -(2n ** 63n) - 1n])('a pulse id of more than 64 bits is not sent: %s', (pulseId) => {
  const encoder = new MessageEncoder();
  const encode = (id: bigint) => encoder.encode({ a: 1 }, { ...pulse, pulseId: id });
  expect(() => encode(pulseId)).toThrow(expect.objectContaining({ code: 'ALI_ENCODE' }));
  expect(new MessageDecoder().decode(encode(2n ** 63n - 1n))?.pulseId).toBe(2n ** 63n - 1n);
  expect(new MessageDecoder().decode(encode(-(2n ** 63n)))?.pulseId).toBe(-(2n ** 63n));
});
