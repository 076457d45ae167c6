/** What a socket tells of itself: every message is accounted for, and turns are kept. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type MonitorEvent, PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { nextEvent, partyOf } from './peers/alidade-party.ts';
import { CuttingProxy } from './peers/cutting-proxy.ts';
import { NumberedStream, numberOf } from './peers/numbered.ts';
import { openParty } from './peers/party.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { message } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';

test('over cuts, what was sent has arrived or is counted as lost', async () => {
  const sizesBytes = [50_000];
  await using push = new PushSocket({ sendHighWaterMessages: 20, reconnectMs: 1 });
  await using pull = openParty('libzmq', 'pull');
  await using proxy = await CuttingProxy.start(
    await pull.bind(tcp),
    [100_000, 20, 500_000, 3_000_000].map((afterBytes) => ({ direction: 'to server', afterBytes })),
  );
  const lost: number[] = [];
  push.monitor((event) => {
    if (event.event === 'disconnected') lost.push(event.lostMessages);
  });
  push.connect(proxy.endpoint);
  const stream = new NumberedStream(partyOf(push), sizesBytes);
  const numbers: number[] = [];
  const receive = async () => numbers.push(numberOf(await pull.receive(), sizesBytes));
  for (let left = 20; left > 0; await receive()) if (proxy.cutCount === 4) left -= 1;
  stream[Symbol.dispose]();
  const closed = push.close({ lingerMs: 10_000 });
  while (numbers.at(-1) !== stream.sentCount - 1) await receive();
  await closed;
  const { sentMessages, lostMessages } = push.statistics();
  // What was in the buffers of the system when the line was cut was sent, as far as anybody can tell.
  expect(sentMessages + lostMessages).toBe(stream.sentCount);
  expect(stream.sentCount - numbers.length).toBeGreaterThan(0);
  expect(lost.reduce((sum, one) => sum + one, 0)).toBe(lostMessages);
});

test('both sides count the same messages and bytes', async () => {
  await using push = new PushSocket();
  await using pull = new PullSocket();
  push.connect(await pull.bind(tcp));
  for (let i = 0; i < 100; i++) await push.send([Buffer.alloc(i), Buffer.alloc(300 * i)]);
  const sum = (100 * 99 * 301) / 2;
  let count = 0;
  for await (const _ of pull) if (++count === 100) break;
  expect(pull.statistics()).toMatchObject({
    receivedMessages: 100,
    receivedBytes: sum,
    peers: [{ isReady: true }],
  });
  expect(push.statistics()).toMatchObject({ sentMessages: 100, sentBytes: sum, lostMessages: 0 });
});

test('of peers whose messages wait each has its turn, one message at a time', async () => {
  await using pull = new PullSocket();
  const endpoint = await pull.bind(tcp);
  const names = ['a', 'b', 'c'];
  const counts = [300, 20, 100];
  const peers: RawPeer[] = [];
  for (const [i, name] of names.entries()) {
    const peer = await RawPeer.connect(endpoint);
    await peer.handshake('PUSH');
    peer.write(...Array.from({ length: counts[i] ?? 0 }, () => message(name)));
    peers.push(peer);
  }
  while (pull.statistics().receivedMessages < 420) await new Promise((resolve) => setImmediate(resolve));
  const order: string[] = [];
  for await (const [frame] of pull) {
    order.push(Buffer.from(frame ?? []).toString());
    if (order.length === 420) break;
  }
  expect(order.slice(0, 60).join('')).toBe('abc'.repeat(20));
  expect(order.slice(60, 220).join('')).toBe('ac'.repeat(80));
  expect(order.slice(220).join('')).toBe('a'.repeat(200));
  for (const peer of peers) await peer[Symbol.asyncDispose]();
});

test('the monitor tells the way of a connection, and waits longer each time it is in vain', async () => {
  using folder = temporaryFolder();
  const endpoint = `ipc://${join(folder.path, 'later')}`;
  await using push = new PushSocket({ reconnectMs: 4, reconnectMaxMs: 16 });
  const events: MonitorEvent[] = [];
  const fifthRetry = new Promise<void>((resolve) => {
    const stop = push.monitor((event) => {
      events.push(event);
      if (events.length < 5) return;
      stop();
      resolve();
    });
  });
  push.connect(endpoint);
  await fifthRetry;
  for (const [i, mostMs] of [4, 8, 16, 16, 16].entries()) {
    const event = events[i];
    if (event?.event !== 'retry') throw new Error(`${event?.event} for a retry`);
    expect(event.endpoint).toBe(endpoint);
    expect(event.delayMs).toBeLessThanOrEqual(mostMs);
    expect(event.delayMs).toBeGreaterThanOrEqual(mostMs * 0.75);
  }
  const connected = nextEvent(push, 'connected');
  const pull = openParty('libzmq', 'pull');
  await pull.bind(endpoint);
  expect(await connected).toMatchObject({ endpoint });
  const gone = nextEvent(push, 'disconnected');
  const retry = nextEvent(push, 'retry');
  await pull.close();
  expect(await gone).toMatchObject({ endpoint, lostMessages: 0 });
  // One that was of use begins anew.
  expect((await retry).delayMs).toBeLessThanOrEqual(4);
});
