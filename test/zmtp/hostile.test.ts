/** Peers that mean harm for as long as they can: memory stays bounded, and the others are served meanwhile. */
import { describe, expect, test } from 'vitest';
import { PubSocket, PullSocket } from '../../src/zmtp/index.ts';
import { nextEvent } from './peers/alidade-party.ts';
import { openParty } from './peers/party.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { untilHeard } from './peers/until-heard.ts';
import { command, frame, moreFrame, ping, subscription } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';
const mebibyte = 1024 * 1024;

/** What arrives again and again, and what it may cost in buffers before it is refused. */
const floods: readonly (readonly [what: string, bytes: Buffer, reason: RegExp])[] = [
  ['a message without end, of empty frames', moreFrame(''), /more than 65536 frames/],
  ['a message without end, of large frames', moreFrame(Buffer.alloc(mebibyte)), /maxMessageBytes/],
  ['pings whose answers are not read', ping(0, 'context'), /does not read what it is answered/],
];

test.each(floods)('%s', async (_, bytes, reason) => {
  await using pull = new PullSocket({ maxMessageBytes: 32 * mebibyte });
  const endpoint = await pull.bind(tcp);
  const refused = nextEvent(pull, 'refused');
  await using peer = await RawPeer.connect(endpoint);
  await peer.handshake('PUSH');
  peer.socket.pause();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  let isOver = false;
  const over = refused.then((event) => {
    isOver = true;
    return event;
  });
  // A few hundred kilobytes a time, however small each is.
  const many = Buffer.concat(Array.from({ length: Math.ceil(300_000 / bytes.length) }, () => bytes));
  while (!isOver) {
    await Promise.race([over, new Promise<void>((resolve) => peer.socket.write(many, () => resolve()))]);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(await over).toMatchObject({ refusal: 'limit', reason: expect.stringMatching(reason) });
  expect(most).toBeLessThan(100 * mebibyte);
});

test('a gigabyte that is announced and never comes costs nothing', async () => {
  await using pull = new PullSocket({ maxFrameBytes: 2 ** 31, maxMessageBytes: 2 ** 31 });
  const endpoint = await pull.bind(tcp);
  const before = process.memoryUsage().arrayBuffers;
  const peers: RawPeer[] = [];
  for (let i = 0; i < 20; i++) {
    const peer = await RawPeer.connect(endpoint);
    await peer.handshake('PUSH');
    peer.write(frame(Buffer.alloc(100), 0, 2 ** 30), ping(0));
    peers.push(peer);
  }
  await using push = openParty('libzmq', 'push');
  await push.connect(endpoint);
  await push.send([Buffer.from('served')]);
  for await (const [body] of pull) {
    expect(Buffer.from(body ?? []).toString()).toBe('served');
    break;
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * mebibyte);
  for (const peer of peers) await peer[Symbol.asyncDispose]();
});

test('commands that nobody knows are let pass', async () => {
  await using pull = new PullSocket();
  await using peer = await RawPeer.connect(await pull.bind(tcp));
  await peer.handshake('PUSH');
  const flood = Buffer.concat(Array.from({ length: 10_000 }, () => command('X-OTHER', Buffer.alloc(200))));
  peer.write(flood, frame(Buffer.from('then')));
  for await (const [body] of pull) {
    expect(Buffer.from(body ?? []).toString()).toBe('then');
    break;
  }
});

describe('subscriptions', () => {
  test('more than are allowed are refused, also when they are short', async () => {
    await using pub = new PubSocket({ maxSubscriptions: 1000 });
    const refused = nextEvent(pub, 'refused');
    await using peer = await RawPeer.connect(await pub.bind(tcp));
    await peer.handshake('SUB');
    peer.write(...Array.from({ length: 1001 }, (_, i) => subscription(String(i))));
    expect(await refused).toMatchObject({
      refusal: 'limit',
      reason: expect.stringMatching(/maxSubscriptions/),
    });
  });

  test('many that are long are refused', async () => {
    await using pub = new PubSocket();
    const refused = nextEvent(pub, 'refused');
    await using peer = await RawPeer.connect(await pub.bind(tcp));
    await peer.handshake('SUB');
    peer.write(...Array.from({ length: 500 }, (_, i) => subscription(`${i}${'x'.repeat(50_000)}`)));
    expect(await refused).toMatchObject({
      refusal: 'limit',
      reason: expect.stringMatching(/16777216 bytes/),
    });
  });

  test('a publisher that is sent messages counts them, and does not keep them', async () => {
    await using pub = new PubSocket();
    await using peer = await RawPeer.connect(await pub.bind(tcp));
    await peer.handshake('SUB');
    peer.write(...Array.from({ length: 100 }, () => frame(Buffer.from('a message'))), ping(0, 'all read'));
    let pong = await peer.readFrame();
    while (!pong.isCommand) pong = await peer.readFrame();
    expect(pub.statistics().unwantedMessages).toBe(100);
  });

  test('fifty thousand of a subscriber of ours reach the publisher, before and after it has connected', async () => {
    await using pub = openParty('libzmq', 'pub');
    await using sub = openParty('alidade', 'sub');
    const topic = (i: number) => `${i}-${'x'.repeat(30)}`;
    for (let i = 0; i < 50_000; i++) await sub.subscribe(topic(i));
    await sub.connect(await pub.bind(tcp));
    for (let i = 50_000; i < 100_000; i++) await sub.subscribe(topic(i));
    await sub.subscribe('end');
    await untilHeard(sub.receive(), () => pub.send([Buffer.from('end')]));
    await pub.send([Buffer.from(topic(0))]);
    await pub.send([Buffer.from(topic(99_999))]);
    const topics: string[] = [];
    while (topics.length < 2) {
      const text = String((await sub.receive())[0]);
      if (text !== 'end') topics.push(text);
    }
    expect(topics).toEqual([topic(0), topic(99_999)]);
  });
});
