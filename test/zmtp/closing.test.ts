/** What closing delivers, and what it leaves behind: nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PubSocket, PullSocket, PushSocket, SubSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { framesOf, numbered, summaryOf } from './peers/message.ts';
import { extremeMessages, randomMessages } from './peers/messages.ts';
import { numberOf } from './peers/numbered.ts';
import { openParty, type Role, type Side } from './peers/party.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { RemoteParty } from './peers/remote-party.ts';

const tcp = 'tcp://127.0.0.1:*';
const both: readonly Side[] = ['libzmq', 'alidade'];

describe('lingering', () => {
  test.each(both)('what was queued for %s arrives, though it reads late', async (side) => {
    const push = new PushSocket();
    await using pull = openParty(side, 'pull');
    await pull.connect(await push.bind(tcp));
    const messages = [...randomMessages(7, 40), ...extremeMessages];
    for (const message of messages) await push.send(framesOf(message));
    const closed = push.close({ lingerMs: 10_000 });
    for (const message of messages)
      expect(summaryOf(await pull.receive())).toBe(summaryOf(framesOf(message)));
    await closed;
  });

  test('a send that waits for a peer is done when one comes within the linger time', async () => {
    using folder = temporaryFolder();
    const endpoint = `ipc://${join(folder.path, 'late')}`;
    const push = new PushSocket({ reconnectMs: 1 });
    push.connect(endpoint);
    const sending = push.send('last words');
    const closed = push.close({ lingerMs: 10_000 });
    await using pull = openParty('libzmq', 'pull');
    await pull.bind(endpoint);
    expect(await pull.receive()).toEqual([Buffer.from('last words')]);
    expect(await sending).toBe('sent');
    await closed;
  });

  test('without linger what waits is dropped, and whoever reads sees whole messages only', async () => {
    const push = new PushSocket({ sendHighWaterMessages: 50 });
    await using peer = await RawPeer.connect(await push.bind(tcp));
    await peer.handshake('PULL');
    peer.socket.pause();
    let sentCount = 0;
    while ((await push.send(numbered(sentCount, [100_000]), { timeoutMs: 100 })) === 'sent') sentCount++;
    await push.close({ lingerMs: 0 });
    peer.socket.resume();
    let count = 0;
    await (async () => {
      for (; ; count++) expect(numberOf(await peer.readMessage(), [100_000])).toBe(count);
    })().catch(() => undefined);
    expect(count).toBeLessThan(sentCount);
  });

  test('to a peer that never reads it ends in time', async () => {
    const push = new PushSocket();
    await using peer = await RawPeer.connect(await push.bind(tcp));
    await peer.handshake('PULL');
    peer.socket.pause();
    await push.send(Buffer.alloc(30_000_000));
    await push.close({ lingerMs: 50 });
    await expect(push.send('more')).rejects.toMatchObject({ code: 'ALI_SOCKET_CLOSED' });
  });
});

test('whoever reads is told the end, and whoever waits to send is refused', async () => {
  const pull = new PullSocket();
  const reading = pull[Symbol.asyncIterator]().next();
  await pull.close();
  expect((await reading).done).toBe(true);
  const called = new PullSocket();
  const receiving = called.receive(() => undefined);
  await called.close();
  await receiving;
  const push = new PushSocket();
  const sending = push.send('nobody is there');
  const refused = expect(sending).rejects.toMatchObject({ code: 'ALI_SOCKET_CLOSED' });
  await push.close({ lingerMs: 0 });
  await refused;
  await expect(push.bind(tcp)).rejects.toMatchObject({ code: 'ALI_SOCKET_CLOSED' });
});

test('the socket file is gone and the port is free', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'socket');
  for (let round = 0; round < 3; round++) {
    await using pull = new PullSocket();
    await pull.bind(`ipc://${path}`);
    expect(existsSync(path)).toBe(true);
    await pull.close();
    expect(existsSync(path)).toBe(false);
  }
  const endpoint = `tcp://127.0.0.1:${await freePort()}`;
  for (let round = 0; round < 3; round++) {
    await using pub = new PubSocket();
    await pub.bind(endpoint);
    await using sub = openParty('libzmq', 'sub');
    await sub.connect(endpoint);
  }
});

describe('nothing is left open', () => {
  const roles: readonly Role[] = ['push', 'pull', 'pub', 'sub'];

  test.each(roles)('a process ends by itself when its %s is closed, whatever it was doing', async (role) => {
    using folder = temporaryFolder();
    await using peer = openParty(
      'libzmq',
      role === 'push' ? 'pull' : role === 'pull' ? 'push' : role === 'pub' ? 'sub' : 'pub',
    );
    await using party = RemoteParty.start('alidade', role, { heartbeatIntervalMs: 1000 });
    await peer.connect(await party.bind(tcp));
    await party.bind(`ipc://${join(folder.path, 'socket')}`);
    // Nobody is there: it tries again and again.
    await party.connect(`ipc://${join(folder.path, 'nobody')}`);
    expect(await party.close()).toBe(0);
  });

  test('no handle of a closed socket remains in the process', async () => {
    const before = handles().length;
    const sockets = [new PushSocket(), new PullSocket(), new PubSocket(), new SubSocket()];
    const endpoints = await Promise.all(sockets.map((socket) => socket.bind(tcp)));
    // Each is connected to the one that is its match.
    for (const [i, match] of [1, 0, 3, 2].entries()) sockets[i]?.connect(endpoints[match] ?? '');
    await sockets[0]?.bind(tcp);
    expect(handles().length).toBeGreaterThan(before);
    await Promise.all(sockets.map((socket) => socket.close()));
    // The system takes a few turns; one that stays is a test that does not end.
    while (handles().length > before) await new Promise((resolve) => setImmediate(resolve));
  });

  const handles = () => process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
});
