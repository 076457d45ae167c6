/** What a program does from within a listener or a callback: send, close, throw. */
import { expect, test } from 'vitest';
import { PubSocket, PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { nextEvent } from './peers/alidade-party.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { message, ping, subscription } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';

test('a listener that publishes when something is dropped is told once, and all is counted', async () => {
  await using pub = new PubSocket({ sendHighWaterMessages: 2 });
  await using slow = await RawPeer.connect(await pub.bind(tcp));
  await slow.handshake('SUB');
  slow.write(subscription(''), ping(0, 'subscribed'));
  while (!(await slow.readFrame()).isCommand);
  slow.socket.pause();
  const told: number[] = [];
  pub.monitor((event) => {
    if (event.event !== 'dropped') return;
    told.push(event.messages);
    pub.trySend('of the drop');
  });
  const large = Buffer.alloc(8_000_000);
  let publishedCount = 0;
  while (told.length === 0) {
    pub.trySend(large);
    publishedCount++;
  }
  // The listener's own one was dropped too.
  expect(told).toEqual([1]);
  expect(pub.statistics().droppedMessages).toBe(2);
  slow.socket.resume();
  for (let i = 1; i < publishedCount; i++) await slow.readMessage();
  while (told.length === 1) {
    pub.trySend('again');
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(told).toEqual([1, 1]);
});

test('a listener may end the connection that it hears of', async () => {
  await using pull = new PullSocket();
  const endpoint = await pull.bind(tcp);
  await using push = new PushSocket();
  push.monitor((event) => {
    if (event.event === 'connected') push.disconnect(endpoint);
  });
  const gone = nextEvent(pull, 'disconnected');
  push.connect(endpoint);
  await gone;
  expect(await push.send('to nobody', { timeoutMs: 0 })).toBe('timed-out');
});

test('a callback that closes its socket is called no more, and what it still does is waited for', async () => {
  const pull = new PullSocket();
  await using peer = await RawPeer.connect(await pull.bind(tcp));
  await peer.handshake('PUSH');
  const rest = Promise.withResolvers<void>();
  let calls = 0;
  let isOver = false;
  const receiving = pull.receive(async () => {
    calls++;
    await pull.close();
    await rest.promise;
    throw new Error('the last step failed');
  });
  const failed = expect(receiving).rejects.toThrow('the last step failed');
  receiving.catch(() => {
    isOver = true;
  });
  peer.write(message('one'), message('two'));
  await peer.gone;
  expect(isOver).toBe(false);
  rest.resolve();
  await failed;
  expect(calls).toBe(1);
});

test('after a callback that throws, another one gets the rest', async () => {
  await using pull = new PullSocket();
  await using peer = await RawPeer.connect(await pull.bind(tcp));
  await peer.handshake('PUSH');
  const first = pull.receive(() => {
    throw new Error('no');
  });
  peer.write(message('lost to the error'));
  await expect(first).rejects.toThrow('no');
  peer.write(message('next'));
  for await (const [frame] of pull) {
    expect(Buffer.from(frame ?? []).toString()).toBe('next');
    break;
  }
});
