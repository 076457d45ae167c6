/** The ring buffer between a source and its consumers: nothing changed, nothing stale, nothing dropped uncounted. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Dispatcher, RingBuffer } from '../../src/bsread/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { CuttingProxy } from '../zmtp/peers/cutting-proxy.ts';
import { openParty } from '../zmtp/peers/party.ts';
import { RawPeer } from '../zmtp/peers/raw-peer.ts';
import { subscription } from '../zmtp/peers/wire.ts';
import { keptLog, pulse, pulseIdOf, range, TestSource } from './pulses.ts';
import { poll, setUp } from './ring-buffer-set-up.ts';
import { DispatcherServer } from './support/dispatcher-server.ts';

const received = (buffer: RingBuffer) => () => buffer.status().bufferedPulses;

/** Every pulse that came in is somewhere. */
function accounted(buffer: RingBuffer): number {
  const { ring, sentMessages, consumers, dropped } = buffer.status();
  const queued = consumers.reduce((sum, { queuedMessages }) => sum + queuedMessages, 0);
  return ring.messages + sentMessages + queued + dropped.overrun + dropped['no-consumer'] + dropped.lost;
}

/** Asks for all pulses, and reads none. */
async function stuckSubscriber(buffer: RingBuffer): Promise<RawPeer> {
  const stuck = await RawPeer.connect(buffer.address);
  onTestFinished(() => stuck[Symbol.asyncDispose]());
  await stuck.handshake('SUB');
  stuck.write(subscription(''));
  stuck.socket.pause();
  return stuck;
}

describe.each(['push', 'pub'] as const)('%s', (fanOut) => {
  test('a late consumer gets exactly the buffered pulses, in order, and then what comes', async () => {
    const { source, buffer, consumer, log } = await setUp({ fanOut, maxMessages: 5 });
    await source.send(0, 19);
    await expect.poll(received(buffer), poll).toBe(20);
    expect(buffer.status().dropped['no-consumer']).toBe(15);
    expect(log.entries.filter((entry) => entry.includes('too slow'))).toEqual([]);
    const late = consumer();
    expect(await late.ids(5)).toEqual([15, 16, 17, 18, 19]);
    await source.send(20, 21);
    expect(await late.ids(2)).toEqual([20, 21]);
  });

  test('a late consumer of libzmq too', async () => {
    const { source, buffer } = await setUp({ fanOut, maxMessages: 5 });
    await source.send(0, 19);
    await expect.poll(received(buffer), poll).toBe(20);
    await using late = openParty('libzmq', fanOut === 'push' ? 'pull' : 'sub');
    await late.connect(buffer.address);
    if (fanOut === 'pub') await late.subscribe('');
    for (const id of range(15, 19)) expect(pulseIdOf(await late.receive())).toBe(id);
  });

  test('after a consumer that left, the next one gets no stale pulse', async () => {
    const { source, buffer, consumer } = await setUp({ fanOut, maxMessages: 5 });
    const first = consumer();
    await source.send(0, 2);
    expect(await first.ids(3)).toEqual([0, 1, 2]);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(0);
    await source.send(3, 30);
    await expect.poll(received(buffer), poll).toBe(31);
    expect(await consumer().ids(5)).toEqual([26, 27, 28, 29, 30]);
  });

  test('large and odd messages pass byte for byte', async () => {
    const { source, consumer } = await setUp({ fanOut });
    const taker = consumer();
    const messages = [
      pulse(2n ** 62n, { metadata: { precision: 3, modulo: 1, ours: { deep: [1, 'ü'] } } }),
      pulse(1, { padBytes: 3_000_000 }),
      pulse(2, { values: { A: undefined, B: Number.NaN } }),
      pulse(3, { values: {} }),
    ];
    for (const message of messages) {
      await source.push.send(message);
      const passed = await taker.next();
      expect(passed).toHaveLength(message.length);
      expect(passed.every((frame, place) => Buffer.compare(frame, message[place] as Uint8Array) === 0)).toBe(
        true,
      );
    }
  });

  test('what is no message of bsread is dropped and counted, and the next one passes', async () => {
    const { source, buffer, consumer, log } = await setUp({ fanOut });
    const taker = consumer();
    await source.push.send('{"htype":"bsr_stop-1.0"}');
    await source.push.send(['{"pulse_id": 1, "hash": ""}', 'no header']);
    await source.push.send([...pulse(1), 'one frame more']);
    await source.send(2, 2);
    expect(await taker.ids(1)).toEqual([2]);
    const { dropped, inputs } = buffer.status();
    expect([dropped.undecodable, inputs[0]?.receivedMessages]).toEqual([3, 4]);
    expect(log.entries.filter((entry) => entry.startsWith('debug: a message was dropped'))).toHaveLength(3);
  });

  test('the ring is bounded in bytes too', async () => {
    const { source, buffer, consumer } = await setUp({ fanOut, maxBytes: 3_500_000 });
    await source.send(0, 9, { padBytes: 1_000_000 });
    await expect.poll(received(buffer), poll).toBe(10);
    expect(buffer.status().ring.bytes).toBeLessThanOrEqual(3_500_000);
    expect(await consumer().ids(3)).toEqual([7, 8, 9]);
  });
});

describe('push', () => {
  test('consumers share the pulses', async () => {
    const { source, buffer, consumer } = await setUp();
    const takers = [consumer(), consumer()];
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(2);
    const ids: number[] = [];
    for (let id = 0; id < 10; id += 2) {
      await source.send(id, id + 1);
      for (const taker of takers) ids.push(...(await taker.ids(1)));
    }
    expect(ids.sort((a, b) => a - b)).toEqual(range(0, 9));
    expect(buffer.status().consumers.map(({ sentMessages }) => sentMessages)).toEqual([5, 5]);
  });

  test('what a consumer had not begun to get when it left goes to the next, or is counted', async () => {
    const { source, buffer, consumer, log } = await setUp({ maxMessages: 10 });
    const stuck = await RawPeer.connect(buffer.address);
    await stuck.handshake('PULL');
    stuck.socket.pause();
    // The system's own buffers fill first.
    await source.send(0, 29, { padBytes: 1_000_000 });
    await expect.poll(received(buffer), poll).toBe(30);
    const before = buffer.status();
    expect(before.dropped.overrun).toBeGreaterThan(0);
    expect(log.entries).toContainEqual(expect.stringContaining('a consumer is too slow'));
    expect(accounted(buffer)).toBe(30);
    await stuck[Symbol.asyncDispose]();
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(0);
    expect(accounted(buffer)).toBe(30);
    expect(await consumer().ids(10)).toEqual(range(20, 29));
  });

  test('small pulses that wait for a stuck consumer go to the next, in order, when it leaves', async () => {
    const { source, buffer, consumer } = await setUp({ maxMessages: 1000 });
    const stuck = await RawPeer.connect(buffer.address);
    await stuck.handshake('PULL');
    stuck.socket.pause();
    let sent = 0;
    const isStuck = () => (buffer.status().consumers[0]?.queuedMessages ?? 0) > 1;
    while (!isStuck()) {
      await source.send(sent, sent + 99, { padBytes: 10_000 });
      sent += 100;
      await expect.poll(received(buffer), poll).toBe(sent);
    }
    await source.send(sent, sent, { padBytes: 10_000 });
    await stuck[Symbol.asyncDispose]();
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(0);
    await expect.poll(received(buffer), poll).toBe(sent + 1);
    expect(accounted(buffer)).toBe(sent + 1);
    const { messages } = buffer.status().ring;
    expect(await consumer().ids(messages)).toEqual(range(sent + 1 - messages, sent));
  });
});

describe('pub', () => {
  test('every consumer gets every pulse', async () => {
    const { source, buffer, consumer } = await setUp({ fanOut: 'pub' });
    const early = consumer();
    await source.send(0, 4);
    expect(await early.ids(5)).toEqual(range(0, 4));
    const late = consumer();
    await source.send(5, 9);
    expect(await late.ids(10)).toEqual(range(0, 9));
    expect(await early.ids(5)).toEqual(range(5, 9));
    expect(buffer.status().dropped.overrun).toBe(0);
  });

  test('one that does not read misses pulses, which is counted, and costs the others none', async () => {
    const { source, buffer, consumer, log } = await setUp({ fanOut: 'pub', maxMessages: 10 });
    const stuck = await stuckSubscriber(buffer);
    const taker = consumer();
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(2);
    for (const id of range(0, 39)) {
      await source.send(id, id, { padBytes: 1_000_000 });
      expect(await taker.ids(1)).toEqual([id]);
    }
    const { consumers, dropped } = buffer.status();
    expect(consumers.map(({ overrun }) => overrun)).toEqual([dropped.overrun, 0]);
    expect(log.entries).toContainEqual(expect.stringContaining('a consumer is too slow'));
    expect(dropped.overrun).toBeGreaterThan(0);
    stuck.socket.resume();
    let [last, seen, gaps] = [-1, 0, 0];
    while (last < 39) {
      const id = pulseIdOf(await stuck.readMessage());
      if (id !== last + 1) gaps++;
      last = id;
      seen++;
    }
    // One hole, of the size that was counted.
    expect([gaps, seen]).toEqual([1, 40 - dropped.overrun]);
  });

  test('what a consumer had not begun to get when it left counts as not taken', async () => {
    const { source, buffer } = await setUp({ fanOut: 'pub', maxMessages: 10_000 });
    const stuck = await stuckSubscriber(buffer);
    let sent = 0;
    // One by one, so that a write that does not end has one message, and others wait behind it.
    while ((buffer.status().consumers[0]?.queuedMessages ?? 0) <= 1) {
      await source.send(sent, sent++, { padBytes: 30_000 });
      await expect.poll(received(buffer), poll).toBe(sent);
    }
    await stuck[Symbol.asyncDispose]();
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(0);
    await buffer.close();
    const { sentMessages, dropped } = buffer.status();
    expect(sentMessages + dropped.lost + dropped.closed).toBe(sent);
  });

  test('what left the ring while it waited for a stuck consumer is counted when that leaves', async () => {
    const { source, buffer } = await setUp({ fanOut: 'pub', maxMessages: 3 });
    const stuck = await stuckSubscriber(buffer);
    let sent = 0;
    const send = async () => {
      await source.send(sent, sent++, { padBytes: 30_000 });
      await expect.poll(received(buffer), poll).toBe(sent);
    };
    while ((buffer.status().consumers[0]?.queuedMessages ?? 0) <= 1) await send();
    for (let more = 0; more < 10; more++) await send();
    expect(accounted(buffer)).toBe(sent);
    await stuck[Symbol.asyncDispose]();
    await expect.poll(() => buffer.status().consumers.length, poll).toBe(0);
    expect(buffer.status().ring.messages).toBe(3);
    expect(accounted(buffer)).toBe(sent);
  });
});

describe('its ends', () => {
  test('a port in use is a clear error, and the source keeps its pulses', async () => {
    await using source = await TestSource.open();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const opening = RingBuffer.open({
      inputs: [source.address],
      address: `tcp://127.0.0.1:${port}`,
      log: keptLog(),
    });
    await expect(opening).rejects.toThrow(
      expect.objectContaining({
        code: 'ALI_ADDRESS',
        exitCode: 1,
        message: expect.stringContaining(String(port)),
      }),
    );
    expect(source.push.statistics().peers).toEqual([]);
  });

  test('a source that is gone is connected again', async () => {
    await using source = await TestSource.open(`tcp://127.0.0.1:${await freePort()}`);
    const { buffer, consumer, log } = await setUp({ inputs: [source.address] });
    const taker = consumer();
    await source.send(0, 1);
    expect(await taker.ids(2)).toEqual([0, 1]);
    await source[Symbol.asyncDispose]();
    await expect.poll(() => buffer.status().inputs[0]?.connected, poll).toBe(false);
    await using again = await TestSource.open(source.address);
    await again.send(7, 7);
    expect(await taker.ids(1)).toEqual([7]);
    expect(buffer.status().inputs[0]?.connected).toBe(true);
    expect(log.entries.filter((entry) => entry.startsWith('warning: source'))).toHaveLength(1);
  });

  test('a stream that the dispatching layer took away is asked for again until it is there', async () => {
    await using server = await DispatcherServer.start([{ name: 'A', type: 'float64' }]);
    const dispatcher = new Dispatcher({ url: server.url });
    const ask = (signal?: AbortSignal) => dispatcher.requestStream(['A'], { signal });
    const first = await ask();
    const clock = new ManualClock(0);
    const { buffer, consumer, log } = await setUp({
      inputs: [first],
      inputPattern: 'sub',
      renew: ask,
      clock,
    });
    const taker = consumer();
    const send = (address: string, pulseId: bigint) => () =>
      server.streams.get(address)?.send({ A: 1 }, { pulseId });
    await expect.poll(send(first, 1n), poll).toBe('sent');
    expect(await taker.ids(1)).toEqual([1]);

    await server.streams.get(first)?.close();
    server.streams.clear();
    server.answer = (_request, response) => {
      response.statusCode = 503;
      response.end('down for a minute');
    };
    await expect.poll(() => buffer.status().inputs[0]?.connected, poll).toBe(false);
    clock.advance(3000);
    await expect
      .poll(() => log.entries, poll)
      .toContainEqual(expect.stringMatching(/^warning: .* in vain: .*down for a minute/));

    server.answer = undefined;
    await expect.poll(() => clock.timers, poll).toBe(1);
    clock.advance(6000);
    await expect.poll(() => server.streams.size, poll).toBe(1);
    const [second = ''] = server.streams.keys();
    await expect.poll(send(second, 2n), poll).toBe('sent');
    expect(await taker.ids(1)).toEqual([2]);
    expect(buffer.status().inputs[0]).toMatchObject({ address: second, connected: true });
    expect(clock.timers).toBe(0);
  });

  test('when it closes, consumers that are there get what is left', async () => {
    const { source, buffer } = await setUp();
    const slow = await RawPeer.connect(buffer.address);
    onTestFinished(() => slow[Symbol.asyncDispose]());
    await slow.handshake('PULL');
    slow.socket.pause();
    await source.send(0, 19, { padBytes: 1_000_000 });
    await expect.poll(received(buffer), poll).toBe(20);
    expect(buffer.status().ring.messages).toBeGreaterThan(0);
    const closing = buffer.close({ drainMs: 60_000 });
    slow.socket.resume();
    for (const id of range(0, 19)) expect(pulseIdOf(await slow.readMessage())).toBe(id);
    slow.socket.end();
    await closing;
    expect(buffer.status().dropped).toMatchObject({ overrun: 0, 'no-consumer': 0, lost: 0, closed: 0 });
  });

  test('when it closes, what has come of the source as whole messages is still handed on', async () => {
    using folder = temporaryFolder();
    // What is written into such a socket has come at once: at the next turn of the loop it is read.
    await using source = await TestSource.open(`ipc://${join(folder.path, 'source')}`);
    const seen: number[] = [];
    let turns = 0;
    let seenBefore = 0;
    const { buffer } = await setUp({
      inputs: [source.address],
      // Between any two messages others have their turn, and more comes in.
      maxMessages: 1,
      onMessage: ({ pulseId }) => {
        seen.push(Number(pulseId));
        if (pulseId === 0n) void source.send(60, 89);
        if (source.push.statistics().sentMessages < 90 || ++turns !== 3) return;
        seenBefore = seen.length;
        void buffer.close();
      },
    });
    await source.send(0, 59);
    await expect.poll(() => seenBefore, poll).toBeGreaterThan(0);
    await buffer.close();
    // Not even the first of what came later.
    expect(seenBefore).toBeLessThan(60);
    expect(seen).toEqual(range(0, 89));
    expect(buffer.status()).toMatchObject({
      inputs: [{ receivedMessages: 90 }],
      bufferedPulses: 90,
      dropped: { 'no-consumer': 89, closed: 1 },
    });
  });

  test('without a consumer it closes at once, and counts what nobody took', async () => {
    const { source, buffer } = await setUp();
    await source.send(0, 9);
    await expect.poll(received(buffer), poll).toBe(10);
    await buffer.close({ drainMs: 60_000 });
    expect(buffer.status()).toMatchObject({
      state: 'draining',
      ring: { messages: 0, bytes: 0 },
      dropped: { closed: 10 },
    });
  });
});

describe('faults', () => {
  test('a source that is killed in the middle of a message costs that message only', async () => {
    await using source = await TestSource.open();
    const wireBytes = pulse(1, { padBytes: 100_000 }).reduce((sum, { length }) => sum + length, 0);
    // Three messages and a half.
    const cuts = [{ direction: 'to client', afterBytes: Math.round(3.5 * wireBytes) }] as const;
    await using proxy = await CuttingProxy.start(source.address, cuts);
    const { buffer, consumer, log } = await setUp({ inputs: [proxy.endpoint] });
    const taker = consumer();
    await source.send(1, 4, { padBytes: 100_000 });
    expect(await taker.ids(3)).toEqual([1, 2, 3]);
    await expect.poll(() => log.entries, poll).toContainEqual(expect.stringContaining('source gone'));
    await source.send(50, 52, { padBytes: 100_000 });
    expect(await taker.ids(3)).toEqual([50, 51, 52]);
    expect(buffer.status().dropped).toMatchObject({ undecodable: 0, overrun: 0 });
  });
});
