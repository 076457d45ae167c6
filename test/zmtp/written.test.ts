/** From when on the memory of a message that was sent is the sender's again. */
import { expect, test } from 'vitest';
import { PubSocket, PushSocket } from '../../src/zmtp/index.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { subscription } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';
/** More than the system's own buffers of a connection hold. */
const large = () => Buffer.alloc(20_000_000, 'abcdefg');

test('PUSH tells when a message is written, and not before', async () => {
  await using push = new PushSocket();
  await using pull = await RawPeer.connect(await push.bind(tcp));
  await pull.handshake('PULL');
  pull.socket.pause();
  const frame = large();
  let isWritten = false;
  const written = Promise.withResolvers<void>();
  const onWritten = () => {
    isWritten = true;
    frame.fill(0);
    written.resolve();
  };
  await push.send(frame, { onWritten });
  await push.send('next');
  expect(isWritten).toBe(false);
  pull.socket.resume();
  expect((await pull.readMessage())[0]?.equals(large())).toBe(true);
  await written.promise;
  expect((await pull.readMessage())[0]?.toString()).toBe('next');
});

test('a message that goes with its connection is never told as written', async () => {
  await using push = new PushSocket();
  const endpoint = await push.bind(tcp);
  const calls: string[] = [];
  {
    await using pull = await RawPeer.connect(endpoint);
    await pull.handshake('PULL');
    pull.socket.pause();
    await push.send(large(), { onWritten: () => calls.push('lost') });
    await push.send('waits', { onWritten: () => calls.push('kept') });
  }
  await using other = await RawPeer.connect(endpoint);
  await other.handshake('PULL');
  expect((await other.readMessage())[0]?.toString()).toBe('waits');
  expect(calls).toEqual(['kept']);
});

test('PUB tells when the last subscriber has it, or at once when there is none', async () => {
  await using pub = new PubSocket();
  const endpoint = await pub.bind(tcp);
  let calls = 0;
  const onWritten = () => calls++;
  expect(await pub.send('nobody', onWritten)).toBe('unwanted');
  expect(calls).toBe(1);
  await using quick = await RawPeer.connect(endpoint);
  await using slow = await RawPeer.connect(endpoint);
  for (const peer of [quick, slow]) {
    await peer.handshake('SUB');
    peer.write(subscription(''));
  }
  while (
    (await pub.send('hello')) !== 'sent' ||
    pub.statistics().peers.some((peer) => peer.sentMessages === 0)
  )
    await new Promise(setImmediate);
  slow.socket.pause();
  const frame = large();
  const written = Promise.withResolvers<void>();
  await pub.send(frame, () => {
    frame.fill(0);
    calls++;
    written.resolve();
  });
  const largest = async (peer: RawPeer) => {
    for (;;) {
      const [first] = await peer.readMessage();
      if (first !== undefined && first.length > 5) return first;
    }
  };
  expect((await largest(quick)).equals(large())).toBe(true);
  expect(calls).toBe(1);
  slow.socket.resume();
  expect((await largest(slow)).equals(large())).toBe(true);
  await written.promise;
  expect(calls).toBe(2);
});
