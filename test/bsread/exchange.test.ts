/** Messages from our sender to our source. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Drop, MessageEncoder, type PulseMessage, Sender, Source } from '../../src/bsread/index.ts';
import { PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';

const anywhere = 'tcp://127.0.0.1:*';

/** The next message, which is known to come. */
async function next(source: Source): Promise<PulseMessage> {
  return (await source.receive()) as PulseMessage;
}

test('pulses arrive in order, with ids and times', async () => {
  await using sender = await Sender.open({ addresses: anywhere, startPulseId: 7n });
  await using source = await Source.open({ addresses: sender.endpoints });
  await sender.send({ a: 1 }, { timestampNs: 10n });
  await sender.send({ a: 2 }, { timestampNs: 20n, pulseId: 2n ** 53n + 1n });
  await sender.send({ a: 3 }, { timestampNs: 30n });
  const got = [await next(source), await next(source), await next(source)];
  expect(got.map(({ pulseId }) => pulseId)).toEqual([7n, 2n ** 53n + 1n, 2n ** 53n + 2n]);
  expect(got.map(({ globalTimestampNs }) => globalTimestampNs)).toEqual([10n, 20n, 30n]);
  expect(got.map((message) => message.channel('a')?.value())).toEqual([1, 2, 3]);
  expect(new Set(got.map(({ dataHeader }) => dataHeader)).size).toBe(1);
  expect(source.statistics()).toMatchObject({ receivedMessages: 3, decodedMessages: 3, headerChanges: 1 });
  expect(sender.statistics()).toMatchObject({ sentMessages: 3, droppedMessages: 0 });
});

test('the time of a message is that of the clock', async () => {
  const clock = { nowMs: () => 1_700_000_000_123, after: () => () => undefined };
  await using sender = await Sender.open({ addresses: anywhere, clock });
  await using source = await Source.open({ addresses: sender.endpoints });
  await sender.send({ a: 1 });
  expect((await next(source)).globalTimestampNs).toBe(1_700_000_000_123_000_000n);
});

test('a source may listen, and several senders connect', async () => {
  await using source = await Source.open({ addresses: [anywhere, anywhere], mode: 'bind' });
  expect(new Set(source.endpoints).size).toBe(2);
  const [first = '', second = ''] = source.endpoints;
  await using one = await Sender.open({ addresses: first, mode: 'connect' });
  await using other = await Sender.open({ addresses: second, mode: 'connect' });
  for (let pulse = 0; pulse < 3; pulse++) {
    await one.send({ a: pulse });
    await other.send({ b: pulse });
  }
  const got: string[] = [];
  while (got.length < 6) {
    const [channel] = (await next(source)).channels;
    got.push(`${channel?.name}${channel?.value()}`);
  }
  expect(got.sort()).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2']);
});

test('a source is moved from one sender to another, or stays where it is', async () => {
  await using one = await Sender.open({ addresses: anywhere });
  await using other = await Sender.open({ addresses: anywhere });
  const [from = ''] = one.endpoints;
  const [to = ''] = other.endpoints;
  await using source = await Source.open({ addresses: from });
  await one.send({ a: 1 });
  expect((await next(source)).channel('a')?.value()).toBe(1);
  expect(() => source.move(to, from)).toThrow(expect.objectContaining({ code: 'ALI_NOT_FOUND' }));
  expect(() => source.move(from, 'nowhere')).toThrow(expect.objectContaining({ code: 'ALI_ENDPOINT' }));
  expect(source.endpoints).toEqual([from]);
  await one.send({ a: 2 });
  expect((await next(source)).channel('a')?.value()).toBe(2);
  source.move(from, to);
  expect(source.endpoints).toEqual([to]);
  await other.send({ a: 3 });
  expect((await next(source)).channel('a')?.value()).toBe(3);
});

test('each subscriber gets all of a publisher', async () => {
  await using sender = await Sender.open({ addresses: anywhere, pattern: 'pub' });
  expect(await sender.send({ a: -1 })).toBe('unwanted');
  const sources = [0, 1].map(() => Source.open({ addresses: sender.endpoints, pattern: 'sub' }));
  await using one = await (sources[0] as Promise<Source>);
  await using other = await (sources[1] as Promise<Source>);
  // A subscription is on its way for a while: pulse 0 is sent until both have it.
  const joined = Promise.all([next(one), next(other)]);
  let isJoined = false;
  joined.then(() => {
    isJoined = true;
  });
  while (!isJoined) {
    await sender.send({ a: 0 }, { pulseId: 0n });
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const a of [1, 2, 3]) expect(await sender.send({ a }, { pulseId: BigInt(a) })).toBe('sent');
  for (const source of [one, other]) {
    const values: unknown[] = [];
    while (values.at(-1) !== 3) {
      const value = (await next(source)).channel('a')?.value();
      if (value !== 0) values.push(value);
    }
    expect(values).toEqual([1, 2, 3]);
  }
  expect(sender.statistics().unwantedMessages).toBeGreaterThan(0);
});

test('T7: without a receiver a sender waits as long as it is told, then drops the whole message and counts it', async () => {
  await using sender = await Sender.open({ addresses: anywhere });
  expect(await sender.send({ a: 0, b: 0 }, { timeoutMs: 0 })).toBe('dropped');
  expect(await sender.send({ a: 1, b: 1 }, { timeoutMs: 1 })).toBe('dropped');
  const waiting = sender.send({ a: 2, b: 2 });
  await using source = await Source.open({ addresses: sender.endpoints });
  expect(await waiting).toBe('sent');
  const message = await next(source);
  expect([message.pulseId, message.channels.map((channel) => channel.value())]).toEqual([2n, [2, 2]]);
  expect(sender.statistics()).toMatchObject({ sentMessages: 1, droppedMessages: 2 });
});

test('what a subscriber has no room for is dropped as a whole and counted', async () => {
  await using sender = await Sender.open({ addresses: anywhere, pattern: 'pub', queueMessages: 1 });
  await using source = await Source.open({ addresses: sender.endpoints, pattern: 'sub', queueMessages: 1 });
  const image = { items: new Uint8Array(2 ** 20), shape: [1024, 1024] };
  while ((await sender.send({ image })) !== 'dropped') await new Promise((resolve) => setImmediate(resolve));
  const { sentMessages, unwantedMessages, droppedMessages } = sender.statistics();
  expect(droppedMessages).toBe(1);
  for (let i = 0; i < sentMessages; i++) {
    const message = await next(source);
    expect(message.pulseId).toBe(BigInt(unwantedMessages + i));
    expect(message.channel('image')?.shape).toEqual([1024, 1024]);
  }
  expect(await source.receive({ timeoutMs: 1 })).toBeUndefined();
});

test('sending is given up by a signal', async () => {
  await using sender = await Sender.open({ addresses: anywhere });
  const given = sender.send({ a: 0 }, { signal: AbortSignal.timeout(1) });
  await expect(given).rejects.toMatchObject({ code: 'ALI_ABORTED' });
});

test('T6: a value that cannot be encoded costs its own message only', async () => {
  await using sender = await Sender.open({ addresses: anywhere });
  await using source = await Source.open({ addresses: sender.endpoints });
  await sender.send({ t1: 1, t2: 1 });
  await expect(sender.send({ t1: 2, t2: (() => 2) as never })).rejects.toMatchObject({ code: 'ALI_ENCODE' });
  await sender.send({ t1: 3, t2: 3 });
  const got = [await next(source), await next(source)];
  expect(got.map((message) => message.channels.map((channel) => channel.value()))).toEqual([
    [1, 1],
    [3, 3],
  ]);
  expect(source.statistics().dropped['frame-count']).toBe(0);
});

test('an array that is filled anew after it was sent arrives as it was', async () => {
  await using sender = await Sender.open({ addresses: anywhere });
  const wave = new Float64Array(100_000).fill(1);
  const sending = sender.send({ wave });
  wave.fill(2);
  await using source = await Source.open({ addresses: sender.endpoints });
  await sending;
  const got = (await next(source)).channel('wave')?.value() as Float64Array;
  expect(got.every((item) => item === 1)).toBe(true);
});

test('frames are handed on as they came', async () => {
  await using sender = await Sender.open({ addresses: anywhere, pattern: 'push' });
  await using source = await Source.open({ addresses: sender.endpoints });
  await using relay = await Sender.open({ addresses: anywhere });
  await using last = await Source.open({ addresses: relay.endpoints });
  await sender.send({ a: 1.5, image: { items: new Uint16Array(20_000).fill(7), shape: [100, 200] } });
  const message = await next(source);
  await relay.sendFrames(message.frames);
  expect((await next(last)).frames).toEqual(message.frames);
});

test('what is released is empty; what shares its memory with others stays', async () => {
  await using sender = await Sender.open({ addresses: anywhere, compression: 'lz4' });
  await using plain = await Sender.open({ addresses: anywhere });
  await using source = await Source.open({ addresses: [...sender.endpoints, ...plain.endpoints] });
  const values = {
    image: new Uint16Array(1_000_000).fill(7),
    wave: new Float64Array(100).fill(7),
    scalar: 7,
  };
  for (const each of [sender, plain]) {
    await each.send(values);
    const message = await next(source);
    const [image, wave, scalar] = message.channels.map((channel) => channel.value());
    expect((image as Uint16Array).length).toBe(1_000_000);
    message.release();
    message.release();
    expect((image as Uint16Array).length).toBe(0);
    expect([wave, scalar]).toEqual([values.wave, 7]);
    expect(message.channel('scalar')?.timestampNs).toBe(message.globalTimestampNs);
  }
});

test.each(['push', 'pub'] as const)(
  'large values and headers that are sent again and again stay whole (%s)',
  async (pattern) => {
    const long = Array.from({ length: 400 }, (_, i) => `DEVICE-${i}:${'x'.repeat(30)}`);
    const image = new Uint16Array(1_000_000).map((_, i) => i);
    const values = {
      image,
      waves: new Float64Array(10_000).fill(0.5),
      ...Object.fromEntries(long.map((name) => [name, 1])),
    };
    await using sender = await Sender.open({ addresses: anywhere, pattern });
    const subscribing = { addresses: sender.endpoints, pattern: pattern === 'pub' ? 'sub' : 'pull' } as const;
    await using source = await Source.open(subscribing);
    while ((await sender.send(values)) !== 'sent') await new Promise(setImmediate);
    for (let pulse = 0; pulse < 5; pulse++) {
      image[0] = pulse;
      const message = await next(source);
      expect(message.frames[1]?.length).toBeGreaterThan(16 * 1024);
      expect(
        Buffer.from(message.frames[2] ?? [])
          .subarray(2)
          .equals(Buffer.from(image.buffer, 2)),
      ).toBe(true);
      expect(message.channel('waves')?.value()).toEqual(values.waves);
      expect(image.length).toBe(1_000_000);
      await sender.send(values);
    }
  },
);

test('only the channels that are asked for are given, in the order of the header', async () => {
  await using sender = await Sender.open({ addresses: anywhere });
  await using source = await Source.open({ addresses: sender.endpoints, channels: ['c', 'a', 'x'] });
  await sender.send({ a: 1, b: 2, c: 3 });
  const message = await next(source);
  expect(message.channels.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(message.channel('c')?.value()).toBe(3);
  expect(message.channel('b')).toBeUndefined();
  expect(message.dataHeader.channels.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(message.frames.length).toBe(8);
});

test('T2: what cannot be read is dropped, told and counted, and does not touch what comes after it', async () => {
  const drops: Drop[] = [];
  await using push = new PushSocket();
  const addresses = await push.bind(anywhere);
  await using source = await Source.open({ addresses, onDrop: (drop) => drops.push(drop) });
  const encoder = new MessageEncoder();
  const good = (pulseId: bigint) => encoder.encode({ a: Number(pulseId) }, { pulseId, timestampNs: 0n });
  const [main = new Uint8Array(0)] = good(3n);
  for (const frames of [
    good(1n),
    ['{"htype": "bsr_stop-1.0", "sentMessages": 1}'],
    good(2n),
    [main],
    good(4n),
  ]) {
    await push.send(frames);
  }
  const got: unknown[] = [];
  for (let i = 0; i < 3; i++) got.push((await next(source)).channel('a')?.value());
  expect(got).toEqual([1, 2, 4]);
  expect(drops.map(({ reason, pulseId }) => [reason, pulseId])).toEqual([
    ['command', undefined],
    ['data-header', 3n],
  ]);
  const { dropped, receivedMessages, decodedMessages } = source.statistics();
  expect([dropped.command, dropped['data-header'], receivedMessages, decodedMessages]).toEqual([1, 1, 5, 3]);
});

describe.each([
  ['one by one', (source: Source) => source.receive()],
  ['in a loop', async (source: Source) => (await source.messages().next()).value],
  [
    'in batches',
    (source: Source) =>
      new Promise((got, lost) => void source.forEachBatch(([first]) => got(first)).catch(lost)),
  ],
] as const)('whoever is told of drops and gives a promise, received %s', (_, receive) => {
  test('has the messages behind wait for it', async () => {
    const written = Promise.withResolvers<void>();
    await using push = new PushSocket();
    const addresses = await push.bind(anywhere);
    await using source = await Source.open({ addresses, onDrop: () => written.promise });
    let hasGot = false;
    const got = receive(source).then((message) => {
      hasGot = true;
      return message;
    });
    await push.send('none of ours');
    await push.send(new MessageEncoder().encode({ a: 1 }, { pulseId: 7n, timestampNs: 0n }));
    await expect.poll(() => source.statistics().socket.receivedMessages, { interval: 1 }).toBe(2);
    expect(hasGot).toBe(false);
    written.resolve();
    expect(await got).toMatchObject({ pulseId: 7n });
  });

  test('ends the receiving where it rejects', async () => {
    await using push = new PushSocket();
    const addresses = await push.bind(anywhere);
    const full = new Error('the disk is full');
    await using source = await Source.open({ addresses, onDrop: () => Promise.reject(full) });
    await push.send('none of ours');
    await expect(receive(source)).rejects.toBe(full);
  });
});

test('receiving ends when nothing comes in time, by a signal, and when the source is closed', async () => {
  const source = await Source.open({ addresses: anywhere, mode: 'bind' });
  expect(await source.receive({ timeoutMs: 1 })).toBeUndefined();
  expect(await source.receive({ timeoutMs: 0 })).toBeUndefined();
  const signal = AbortSignal.timeout(1);
  await expect(source.receive({ signal })).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  await expect(source.receive({ signal, timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  for (const timeoutMs of [-1, Number.NaN, 2 ** 31]) {
    await expect(source.receive({ timeoutMs })).rejects.toMatchObject({ code: 'ALI_USAGE' });
  }
  const waiting = source.receive();
  const loop = expect(waiting).rejects.toMatchObject({ code: 'ALI_SOCKET_CLOSED' });
  await source.close();
  await loop;
  for await (const _ of source) expect.unreachable();
});

test('messages come in batches, and wait while a batch is worked on', async () => {
  await using sender = await Sender.open({ addresses: anywhere, queueMessages: 1000 });
  const source = await Source.open({ addresses: sender.endpoints });
  const got: bigint[] = [];
  let isBusy = false;
  const done = source.forEachBatch(async (batch) => {
    expect(isBusy).toBe(false);
    isBusy = true;
    await new Promise((resolve) => setImmediate(resolve));
    got.push(...batch.map(({ pulseId }) => pulseId));
    isBusy = false;
    if (got.length === 500) void source.close();
  });
  for (let a = 0; a < 500; a++) await sender.send({ a });
  await done;
  expect(got).toEqual(Array.from({ length: 500 }, (_, i) => BigInt(i)));
});

test.each([
  ['no address', { addresses: 'here' }, 'ALI_ENDPOINT'],
  ['a queue of nothing', { addresses: 'tcp://127.0.0.1:1', queueMessages: 0 }, 'ALI_USAGE'],
])('%s is refused', async (_what, options, code) => {
  await expect(Source.open(options)).rejects.toMatchObject({ code });
  await expect(Sender.open(options)).rejects.toMatchObject({ code });
});

test('an address that somebody else has is refused, and the others are given up again', async () => {
  using folder = temporaryFolder();
  const free = `ipc://${join(folder.path, 'free')}`;
  await using sender = await Sender.open({ addresses: anywhere });
  const addresses = [free, ...sender.endpoints];
  await expect(Sender.open({ addresses })).rejects.toMatchObject({ code: 'ALI_ADDRESS' });
  await expect(Source.open({ addresses, mode: 'bind' })).rejects.toMatchObject({ code: 'ALI_ADDRESS' });
  expect(existsSync(join(folder.path, 'free'))).toBe(false);
  const again = await Sender.open({ addresses: free });
  expect(existsSync(join(folder.path, 'free'))).toBe(true);
  await again.close();
  expect(existsSync(join(folder.path, 'free'))).toBe(false);
});
