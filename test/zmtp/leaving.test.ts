/** Peers that come, leave something and go; and what of ours is still on its way when we go. */
import { expect, test } from 'vitest';
import { PullSocket, PushSocket, SubSocket } from '../../src/zmtp/index.ts';
import { nextEvent } from './peers/alidade-party.ts';
import { RawPeer, RawServer } from './peers/raw-peer.ts';
import { frame, message, ping } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';

test('who sends and goes, again and again, fills no more than the places there are', async () => {
  await using pull = new PullSocket({ maxPeers: 2 });
  const endpoint = await pull.bind(tcp);
  const come = async () => {
    const peer = await RawPeer.connect(endpoint);
    await peer.handshake('PUSH');
    peer.write(message('left'));
    return peer;
  };
  for (let i = 0; i < 2; i++) {
    const gone = nextEvent(pull, 'disconnected');
    (await come()).socket.end();
    await gone;
  }
  const refused = nextEvent(pull, 'refused');
  await using third = await RawPeer.connect(endpoint);
  expect(await refused).toMatchObject({ refusal: 'too-many-peers' });
  await third.gone;
  // A place is free again when its messages are taken.
  const messages = pull.messages();
  await messages.next();
  await using fourth = await come();
  for (let i = 0; i < 2; i++) expect((await messages.next()).done).toBe(false);
  fourth.write(message('stays'));
  expect((await messages.next()).value?.map(String)).toEqual([Buffer.from('stays').toString()]);
});

test('a peer that asks for signs of life while it reads late still gets all that was sent', async () => {
  const push = new PushSocket();
  await using peer = await RawPeer.connect(await push.bind(tcp));
  await peer.handshake('PULL');
  peer.socket.pause();
  const body = Buffer.alloc(1_000_000, 'x');
  await push.send(body);
  while (push.statistics().sentMessages < 1) await new Promise((resolve) => setImmediate(resolve));
  const closed = push.close({ lingerMs: 10_000 });
  await new Promise<void>((resolve) => peer.socket.write(ping(0, 'are you there'), () => resolve()));
  // Time for the system to answer in our stead, if our socket were gone.
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  peer.write(ping(0, 'and now'));
  peer.socket.resume();
  expect((await peer.readMessage())[0]?.equals(body)).toBe(true);
  await closed;
});

test('a slow reader with heartbeats of its own shows that it lives while it does not read', async () => {
  await using pull = new PullSocket({ heartbeatMs: 20, receiveHighWaterMessages: 1 });
  await using peer = await RawPeer.connect(await pull.bind(tcp));
  await peer.handshake('PUSH');
  peer.write(message('not taken'));
  while (pull.statistics().receivedMessages < 1) await new Promise((resolve) => setImmediate(resolve));
  peer.write(ping(0, 'is not read'));
  for (let i = 0; i < 5; i++) expect((await peer.readFrame()).body.toString('latin1', 1, 5)).toBe('PING');
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d ms cannot be waited for', async (time) => {
  await using push = new PushSocket({ lingerMs: 0 });
  await expect(push.close({ lingerMs: time })).rejects.toMatchObject({ code: 'ALI_USAGE' });
  await expect(push.send('text', { timeoutMs: time })).rejects.toMatchObject({ code: 'ALI_USAGE' });
});

test('one that breaks the protocol whenever it is ready is counted, and tried less and less often', async () => {
  await using server = await RawServer.listen();
  await using pull = new PullSocket({ reconnectMs: 4, reconnectMaxMs: 64 });
  pull.connect(server.endpoint);
  for (const mostMs of [4, 8, 16, 32]) {
    const retry = nextEvent(pull, 'retry');
    const peer = await server.accept();
    await peer.handshake('PUSH');
    peer.write(frame(Buffer.alloc(0), 0x80));
    expect((await retry).delayMs).toBeGreaterThanOrEqual(mostMs * 0.75);
  }
  expect(pull.statistics().refusedPeers).toBe(4);
});

test('a publisher that asks for a sign of life while megabytes of subscriptions wait gets its answer', async () => {
  await using server = await RawServer.listen();
  await using sub = new SubSocket();
  const connected = nextEvent(sub, 'connected');
  sub.connect(server.endpoint);
  const peer = await server.accept();
  await peer.handshake('PUB');
  await connected;
  peer.socket.pause();
  const long = 'x'.repeat(60_000);
  // More than the system takes at once, and then more than a write that is under way has.
  for (let i = 0; i < 500; i++) sub.subscribe(`${i} ${long}`);
  sub.subscribe('heard');
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  for (let i = 500; i < 540; i++) sub.subscribe(`${i} ${long}`);
  peer.write(ping(0, 'are you there'), message('heard'));
  const first = await sub[Symbol.asyncIterator]().next();
  expect(first.done).toBe(false);
  peer.socket.resume();
  let answer = await peer.readFrame();
  while (!answer.body.toString('latin1', 0, 5).includes('PONG')) answer = await peer.readFrame();
  expect(answer.body.toString('latin1')).toBe('\x04PONGare you there');
});
