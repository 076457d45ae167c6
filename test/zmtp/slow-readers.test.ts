/** A reader that does not keep up: a PUSH waits, a PUB drops whole messages for it alone, and memory stays bounded. */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { PubSocket, PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { nextEvent, partyOf } from './peers/alidade-party.ts';
import { numbered } from './peers/message.ts';
import { NumberedStream, numberOf } from './peers/numbered.ts';
import { openParty, type Party } from './peers/party.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { joined } from './peers/subscribed.ts';
import { untilHeard } from './peers/until-heard.ts';
import { subscription } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';
const sizesBytes = [64 * 1024] as const;
/** What the system's own buffers of a loopback connection may hold beside ours, generously. */
const systemBytes = 32 * 1024 * 1024;

describe('PUSH', () => {
  test('waits at its mark of messages, and what it took arrives', async () => {
    await using push = new PushSocket({ sendHighWaterMessages: 10 });
    await using pull = await RawPeer.connect(await push.bind(tcp));
    await pull.handshake('PULL');
    pull.socket.pause();
    const sentCount = await sendUntilFull(push);
    const [peer] = push.statistics().peers;
    expect(peer?.queuedMessages).toBe(10);
    expect(sentCount * 64 * 1024).toBeLessThan(systemBytes);
    // What waits for room is sent as soon as there is some.
    const waiting = push.send(numbered(sentCount, sizesBytes));
    pull.socket.resume();
    expect(await waiting).toBe('sent');
    for (let i = 0; i <= sentCount; i++) expect(numberOf(await pull.readMessage(), sizesBytes)).toBe(i);
  });

  test('waits at its mark of bytes; one message larger than that passes all the same', async () => {
    await using push = new PushSocket({ sendHighWaterBytes: 100_000 });
    await using pull = await RawPeer.connect(await push.bind(tcp));
    await pull.handshake('PULL');
    pull.socket.pause();
    const large = Buffer.alloc(20_000_000, 'x');
    expect(await push.send(large)).toBe('sent');
    expect(await push.send('next', { timeoutMs: 0 })).toBe('timed-out');
    pull.socket.resume();
    expect((await pull.readMessage())[0]?.equals(large)).toBe(true);
  });

  test('goes on with those that read when one does not', async () => {
    await using push = new PushSocket({ sendHighWaterMessages: 5 });
    const endpoint = await push.bind(tcp);
    await using stuck = await RawPeer.connect(endpoint);
    await stuck.handshake('PULL');
    stuck.socket.pause();
    const stuckCount = await sendUntilFull(push);
    await using pull = openParty('libzmq', 'pull');
    const connected = nextEvent(push, 'connected');
    await pull.connect(endpoint);
    await connected;
    const sending = (async () => {
      for (let i = 0; i < 200; i++) await push.send(numbered(stuckCount + i, sizesBytes));
    })();
    for (let i = 0; i < 200; i++) expect(numberOf(await pull.receive(), sizesBytes)).toBe(stuckCount + i);
    await sending;
  });

  test('waits while nobody is connected, and gives up in time or when it is told to', async () => {
    await using push = new PushSocket();
    expect(await push.send('a', { timeoutMs: 0 })).toBe('timed-out');
    expect(await push.send('a', { timeoutMs: 5 })).toBe('timed-out');
    const giveUp = new AbortController();
    const sending = push.send('b', { signal: giveUp.signal });
    giveUp.abort();
    await expect(sending).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    const endpoint = await push.bind(tcp);
    const waiting = push.send('c');
    await using pull = openParty('libzmq', 'pull');
    await pull.connect(endpoint);
    expect(await waiting).toBe('sent');
    expect(await pull.receive()).toEqual([Buffer.from('c')]);
  });
});

describe('PUB', () => {
  test('drops whole messages for the one that does not read, counts them, and the others have all', async () => {
    await using pub = new PubSocket({ sendHighWaterMessages: 10 });
    const endpoint = await pub.bind(tcp);
    await using slow = await RawPeer.connect(endpoint);
    const peer = await subscribed(pub, slow);
    await using quick = openParty('libzmq', 'sub');
    await quick.subscribe('');
    await quick.connect(endpoint);
    await joined(partyOf(pub), quick);
    const dropped = nextEvent(pub, 'dropped');
    slow.socket.pause();
    const count = 800;
    for (let i = 0; i < count; i++) {
      await pub.send(numbered(i, sizesBytes));
      // In step with the quick one, which so is never full.
      expect(numberOf(await quick.receive(), sizesBytes)).toBe(i);
    }
    expect(await dropped).toMatchObject({ peer, messages: 1 });
    expect(statisticsOf(pub, peer).queuedMessages).toBeLessThanOrEqual(10);

    const caughtUp = nextEvent(pub, 'dropped');
    slow.socket.resume();
    const numbers: number[] = [];
    let isLastSent = false;
    while (numbers.at(-1) !== count) {
      const frames = await slow.readMessage();
      // Short ones were only to be heard.
      if ((frames[0]?.length ?? 0) > sizesBytes[0]) numbers.push(numberOf(frames, sizesBytes));
      if (isLastSent || statisticsOf(pub, peer).queuedMessages > 0) continue;
      await pub.send(numbered(count, sizesBytes));
      isLastSent = true;
    }
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    const { droppedMessages } = statisticsOf(pub, peer);
    expect(droppedMessages).toBe(count + 1 - numbers.length);
    expect(await caughtUp).toMatchObject({ peer, messages: droppedMessages - 1 });
    expect(pub.statistics().droppedMessages).toBe(droppedMessages);
  });

  test('memory is bounded while a subscriber reads nothing of a gigabyte', async () => {
    await using pub = new PubSocket({ sendHighWaterBytes: 10_000_000 });
    await using slow = await RawPeer.connect(await pub.bind(tcp));
    const peer = await subscribed(pub, slow);
    slow.socket.pause();
    for (let i = 0; i < 1000; i++) {
      await pub.send(Buffer.alloc(1_000_000));
      expect(statisticsOf(pub, peer).queuedBytes).toBeLessThan(11_000_000);
    }
    expect(statisticsOf(pub, peer).droppedMessages).toBeGreaterThan(900);
  });

  /** Subscribes to everything. @returns the number of the peer, once something has reached it */
  async function subscribed(pub: PubSocket, raw: RawPeer): Promise<number> {
    const connected = nextEvent(pub, 'connected');
    await raw.handshake('SUB');
    raw.write(subscription(''));
    const { peer } = await connected;
    await untilHeard(raw.readMessage(), () => pub.send('heard?'));
    return peer;
  }

  function statisticsOf(pub: PubSocket, peer: number) {
    const found = pub.statistics().peers.find((one) => one.peer === peer);
    if (found === undefined) throw new Error('the peer is gone');
    return found;
  }
});

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

describe.each([
  ['binds', 'tcp', tcp],
  ['connects', 'tcp', tcp],
  ['binds', 'ipc', `ipc://${join(folder.path, 'binds')}`],
  ['connects', 'ipc', `ipc://${join(folder.path, 'connects')}`],
])('PULL that %s over %s', (does, _, wanted) => {
  const link = async (pull: Party, push: Party) => {
    const [binding, connecting] = does === 'binds' ? [pull, push] : [push, pull];
    await connecting.connect(await binding.bind(wanted));
  };

  test('reads no more from a peer whose messages wait at the mark, and loses none', async () => {
    await using pull = new PullSocket({ receiveHighWaterMessages: 10 });
    await using push = new PushSocket({ sendHighWaterMessages: 10 });
    const connected = nextEvent(push, 'connected');
    await link(partyOf(pull), partyOf(push));
    await connected;
    const sentCount = await sendUntilFull(push);
    const { receivedMessages } = pull.statistics();
    // What one read of the system brought beyond the mark is kept too.
    expect(receivedMessages).toBeLessThan(20);
    let next = 0;
    for await (const frames of pull) {
      expect(numberOf(frames, sizesBytes)).toBe(next++);
      if (next === sentCount) break;
    }
  });

  test('a callback that is slow holds its senders back', async () => {
    await using pull = new PullSocket({ receiveHighWaterMessages: 10 });
    await using push = openParty('libzmq', 'push', { highWaterMark: 10 });
    await link(partyOf(pull), push);
    using stream = new NumberedStream(push, sizesBytes);
    const numbers: number[] = [];
    const enough = new AbortController();
    const receiving = pull.receive(
      async (batch) => {
        for (const frames of batch) numbers.push(numberOf(frames, sizesBytes));
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (numbers.length >= 200) enough.abort();
      },
      { signal: enough.signal },
    );
    await expect(receiving).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    expect(numbers).toEqual(numbers.map((_, i) => i));
    expect((stream.sentCount - numbers.length) * sizesBytes[0]).toBeLessThan(systemBytes);
  });
});

test('a backlog that is never empty takes no more memory as time goes on', async () => {
  await using pull = new PullSocket({ receiveHighWaterMessages: 5000 });
  await using push = new PushSocket();
  push.connect(await pull.bind(tcp));
  const round = 1000;
  let takenCount = 0;
  const messages = pull[Symbol.asyncIterator]();
  const goOn = async () => {
    for (let i = 0; i < round; i++) await push.send('');
    while (pull.statistics().receivedMessages < takenCount + round + round / 2) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (let i = 0; i < round; i++) await messages.next();
    takenCount += round;
  };
  for (let i = 0; i < round; i++) await push.send('');
  for (let i = 0; i < 50; i++) await goOn();
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 500; i++) await goOn();
  collectGarbage();
  // A word for each message that has passed would be 4 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** How many of the numbered messages it took before it said that there is no room. */
async function sendUntilFull(push: PushSocket): Promise<number> {
  for (let i = 0; ; i++) {
    if ((await push.send(numbered(i, sizesBytes), { timeoutMs: 200 })) === 'timed-out') return i;
  }
}
