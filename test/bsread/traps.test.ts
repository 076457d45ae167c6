/** What the reference gets wrong (by the names of its traps), and what a hostile sender may try. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Drop, MessageDecoder, MessageEncoder, type SentValue } from '../../src/bsread/index.ts';

const utf8 = new TextEncoder();
const bytes = (text: string) => utf8.encode(text);
const pulse = { pulseId: 1n, timestampNs: 5n };

/** A message with this data header, and frames for its channels. */
function message(header: unknown, data: readonly Uint8Array[] = [], main: object = {}) {
  const frame = bytes(typeof header === 'string' ? header : JSON.stringify(header));
  const hash = createHash('md5').update(frame).digest('hex');
  const first = bytes(JSON.stringify({ htype: 'bsr_m-1.1', hash, pulse_id: 1, ...main }));
  return [first, frame, ...data.flatMap((value) => [value, new Uint8Array(16)])];
}

const channels = (...all: object[]) => ({ htype: 'bsr_d-1.1', channels: all });
const int32 = Uint8Array.of(1, 0, 2, 0);

function decoded(frames: readonly Uint8Array[], options = {}) {
  const drops: Drop[] = [];
  const decoder = new MessageDecoder({ ...options, onDrop: (drop) => drops.push(drop) });
  const got = decoder.decode(frames);
  return { got, drops: drops.map(({ reason, detail }) => `${reason}: ${detail}`), decoder };
}

test('T1: a header that cannot be read leaves nothing behind for its hash', () => {
  const good = message(channels({ name: 'a', type: 'int32' }), [int32]);
  const broken = message('{"channels": [', [int32], { hash: 'h' });
  const other = message(channels({ name: 'a', type: 'int16', shape: [2] }), [int32], { hash: 'h' });
  const decoder = new MessageDecoder();
  const got = [good, broken, other, broken, good].map((frames) =>
    decoder.decode(frames)?.channels[0]?.value(),
  );
  expect(got).toEqual([131_073, undefined, Int16Array.of(1, 2), undefined, 131_073]);
});

test('T3: a header that changes under its hash is read; what has the same bytes is not read again', () => {
  const one = message(channels({ name: 'a', type: 'int32' }), [int32], { hash: 'h' });
  const two = message(channels({ name: 'a', type: 'uint8', shape: [4] }), [int32], { hash: 'h' });
  const decoder = new MessageDecoder();
  const got = [one, two, one, two].map((frames) => decoder.decode(frames));
  const values = got.map((each) => each?.channels[0]?.value());
  expect(values).toEqual([131_073, int32, 131_073, int32]);
  expect(got[2]?.dataHeader).toBe(got[0]?.dataHeader);
  expect(got[3]?.dataHeader).toBe(got[1]?.dataHeader);
  expect(decoder.statistics()).toMatchObject({ headerChanges: 4, unverifiedHeaders: 2 });
});

test('headers of eight sources in turn are each read once; beyond, the one not seen for longest goes', () => {
  const decoder = new MessageDecoder();
  const header = (i: number) => message(channels({ name: `a${i}` }), [new Uint8Array(8)]);
  const headers = (count: number) =>
    Array.from({ length: count }, (_, i) => decoder.decode(header(i))?.dataHeader);
  const first = headers(8);
  expect(headers(8)).toEqual(first);
  headers(8).forEach((each, i) => {
    expect(each).toBe(first[i]);
  });
  const ninth = headers(9);
  expect(ninth.slice(0, 8).every((each, i) => each === first[i])).toBe(true);
  expect(headers(1)[0]).not.toBe(first[0]);
});

test('of headers of many megabytes fewer are kept', () => {
  const decoder = new MessageDecoder();
  const header = (i: number) =>
    message(channels({ name: `a${i}`, note: 'x'.repeat(7_000_000) }), [new Uint8Array(8)]);
  const seen = [0, 1, 2].map((i) => decoder.decode(header(i))?.dataHeader);
  expect(seen.map((each) => each?.channels.length)).toEqual([1, 1, 1]);
  const again = [2, 1, 0].map((i) => decoder.decode(header(i))?.dataHeader);
  expect([again[0] === seen[2], again[1] === seen[1], again[2] === seen[0]]).toEqual([true, true, false]);
});

test('T5: shapes keep a slowest dimension of 1, but for strictPython', () => {
  const values: Record<string, SentValue> = {
    row: [[1, 2, 3]],
    one: [[5]],
    column: [[1], [2]],
    deep: { items: new Float64Array(6), shape: [1, 2, 3] },
    list: [1, 2],
  };
  const frames = new MessageEncoder().encode(values, pulse);
  const shapes = (options: object) => decoded(frames, options).got?.channels.map(({ shape }) => shape);
  expect(shapes({})).toEqual([[1, 3], [1, 1], [2, 1], [1, 2, 3], [2]]);
  expect(shapes({ strictPython: true })).toEqual([[3], [1], [2, 1], [2, 3], [2]]);
});

test('T8: a time that is missing takes no other from its place', () => {
  const frames = new MessageEncoder().encode(
    { a: 1, b: 2, c: 3 },
    { ...pulse, channelTimestampsNs: { a: 7n, c: 9n } },
  );
  frames[5] = new Uint8Array(0);
  const { got } = decoded(frames);
  expect(got?.channels.map((channel) => [channel.value(), channel.timestampNs])).toEqual([
    [1, 7n],
    [2, undefined],
    [3, 9n],
  ]);
});

test('T24: a channel without value has its frames; a message that leaves them out is no other channel’s', () => {
  const encoder = new MessageEncoder({ channels: [{ name: 'a' }, { name: 'b' }] });
  const frames = encoder.encode({ b: 2 }, pulse);
  expect(decoded(frames).got?.channels.map((channel) => channel.value())).toEqual([undefined, 2]);
  const left = [...frames.slice(0, 2), ...frames.slice(4)];
  expect(decoded(left).drops).toEqual(['frame-count: 4 frames; 2 channels and two headers have 6']);
});

test('T19, T20: empty text is no value; an array without dimensions is one', () => {
  const { got } = decoded(new MessageEncoder().encode({ text: '', list: [] }, pulse));
  expect(got?.channels.map(({ state, timestampNs }) => [state, timestampNs])).toEqual([
    ['missing', undefined],
    ['missing', undefined],
  ]);
  const zero = message(channels({ name: 'a', type: 'int32', shape: [] }), [int32]);
  expect(decoded(zero).got?.channels[0]).toMatchObject({ state: 'present', shape: [] });
});

test('T21: the type is known in any letter case', () => {
  const frames = message(channels({ name: 'a', type: 'INT32' }), [int32]);
  expect(decoded(frames).got?.channels[0]?.definition.type).toBe('int32');
});

test('pulse ids beyond 2^53 are exact, and so is what the header says of them', () => {
  const header = channels({ name: 'a', type: 'int32' });
  const [, frame, ...rest] = message(header, [int32]);
  const hash = createHash('md5')
    .update(frame as Uint8Array)
    .digest('hex');
  for (const id of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n]) {
    const main = bytes(`{"hash": "${hash}", "pulse_id": ${id}}`);
    const { got } = decoded([main, frame as Uint8Array, ...rest]);
    expect([got?.pulseId, got?.mainHeader.raw.pulse_id]).toEqual([id, id]);
  }
  const main = bytes(`{"hash": "${hash}", "pulse_id": ${2n ** 63n}}`);
  expect(decoded([main, frame as Uint8Array, ...rest]).drops).toEqual([
    'main-header: the main header cannot be read: its pulse_id is no integer of 64 bits',
  ]);
});

test('headers with numbers that JSON has not are read, as Python reads them', () => {
  const header =
    '{"channels": [{"name": "NaN \\" Infinity", "precision": NaN, "limits": [-Infinity, Infinity]}]}';
  const { got } = decoded(message(header, [new Uint8Array(8)]));
  expect(got?.dataHeader.channels[0]?.raw).toEqual({
    name: 'NaN " Infinity',
    precision: null,
    limits: [null, null],
  });
});

test('a key __proto__ is a key like any other', () => {
  const header =
    '{"channels": [{"name": "a", "__proto__": {"type": "int8"}}], "__proto__": {"channels": []}}';
  const { got } = decoded(message(header, [new Uint8Array(8)]));
  expect(got?.dataHeader.channels.map(({ type }) => type)).toEqual(['float64']);
});

test.each<[string, readonly Uint8Array[], RegExp]>([
  ['nesting', message(`{"channels": [], "a": ${'['.repeat(1e6)}`), /^data-header: .* deeper than 32 levels/],
  ['nesting in a main header', [bytes('[{'.repeat(100))], /^main-header: .* deeper than 32 levels/],
  ['a main header of a megabyte', [new Uint8Array(1e6).fill(32)], /^main-header: .* it has 1000000 bytes/],
  [
    'a data header of 9 MB',
    message(`{"channels": []${' '.repeat(9e6)}}`),
    /^data-header: .* the most are 8388608/,
  ],
  [
    'channels without number',
    message(`{"channels": [${'{"name":"a"},'.repeat(40_000)}{"name":"b"}]}`),
    /^data-header: .* it has 40001 channels; the most are 32767/,
  ],
  [
    'a name without end',
    message(channels({ name: 'x'.repeat(5000) }), [int32]),
    /^data-header: .* the name of its channel 0 has 5000 characters/,
  ],
  [
    'a compressed header that says it has 2 GB',
    message('\u0000\u0000\u0000\u007f junk', [], { dh_compression: 'lz4' }),
    /^data-header: /,
  ],
  [
    'no frames for the channels',
    message(channels({ name: 'a' })),
    /^frame-count: 2 frames; 1 channels and two headers have 4/,
  ],
  ['text that never ends and NaN', message(`{"a": NaN, "b": ${'"\\'.repeat(1e6)}`), /^data-header: /],
])('%s is dropped', (_what, frames, expected) => {
  const { drops } = decoded(frames);
  expect(drops).toHaveLength(1);
  expect(drops[0]).toMatch(expected);
});

test.each<[string, object, string]>([
  ['a shape that is none', { type: 'int32', shape: 'wide' }, 'the shape "wide" is not known'],
  ['a shape with a fraction', { type: 'int32', shape: [1.5] }, 'the shape [1.5] is not known'],
  ['a shape that is open twice', { type: 'int8', shape: [-1, -1] }, 'the shape [-1,-1] is not known'],
  [
    'a shape that is too large',
    { type: 'int8', shape: [2 ** 40, 2 ** 40] },
    '4 items do not fill the shape [1099511627776,1099511627776]',
  ],
  [
    'an open shape that is not filled',
    { type: 'int8', shape: [3, -1] },
    '4 items do not fill the shape [3,-1]',
  ],
  ['an open shape of nothing', { type: 'int8', shape: [0, -1] }, '4 items do not fill the shape [0,-1]'],
  [
    'too many dimensions',
    { type: 'int8', shape: new Array(33).fill(1) },
    `the shape [${new Array(33).fill(1)}`,
  ],
  ['a type that is none', { type: 'complex64' }, 'the type "complex64" is not known'],
  ['a type of JavaScript', { type: 'constructor' }, 'the type "constructor" is not known'],
  [
    'a compression that is none',
    { type: 'int32', compression: 'gzip' },
    'the compression "gzip" is not known',
  ],
  ['too few bytes', { type: 'int64' }, '4 bytes are no whole number of int64 items'],
])('%s makes its channel undecodable, and no other', (_what, definition, fault) => {
  const frames = message(channels({ name: 'a', ...definition }, { name: 'b', type: 'int32' }), [
    int32,
    int32,
  ]);
  const { got } = decoded(frames);
  expect(got?.channels.map(({ state }) => state)).toEqual(['undecodable', 'present']);
  expect(got?.channels[0]?.fault?.startsWith(fault)).toBe(true);
  expect(got?.channels[0]?.value()).toBeUndefined();
});

test('a compressed value that says it has more than it can is not given memory', () => {
  const lying = (compression: string, data: Uint8Array) =>
    decoded(message(channels({ name: 'a', type: 'uint8', shape: [-1], compression }), [data])).got
      ?.channels[0];
  const lz4 = new Uint8Array([255, 255, 255, 15, 0x10, 1]);
  const bitshuffle = new Uint8Array([0, 0, 0, 0, 15, 255, 255, 248, 0, 0, 32, 0, 0, 0, 0, 2, 0x10, 1]);
  expect(lying('lz4', lz4)?.state).toBe('undecodable');
  expect(lying('bitshuffle_lz4', bitshuffle)?.state).toBe('undecodable');
});
