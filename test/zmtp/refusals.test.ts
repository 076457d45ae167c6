/** Peers that are not taken in: they are told where the protocol lets us, the operator is told why, and others are served. */

import { describe, expect, test } from 'vitest';
import { curveKeyPair, Publisher, Push } from 'zeromq';
import { PullSocket, type SocketOptions } from '../../src/zmtp/index.ts';
import { nextEvent } from './peers/alidade-party.ts';
import { openParty } from './peers/party.ts';
import { RawPeer, RawServer } from './peers/raw-peer.ts';
import { command, frame, greeting, message, moreFrame, ready, readyBody } from './peers/wire.ts';

const toPull = { 'Socket-Type': 'PUSH' };

/** What a peer sends, what it is refused for, and words of the reason that the operator reads. */
const wrong: readonly (readonly [what: string, bytes: Buffer, refusal: string, reason: RegExp])[] = [
  ['ZMTP 1.0', Buffer.from('0100', 'hex'), 'version', /ZMTP 3\.0 or newer/],
  ['ZMTP 1.0, a long frame first', Buffer.from('ff00000000000000010000', 'hex'), 'version', /ZMTP 3\.0/],
  ['ZMTP 2.0', Buffer.from('ff00000000000000017f01', 'hex'), 'version', /ZMTP 2\.0.*3\.0 or newer/],
  ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'version', /no ZMTP/],
  ['PLAIN', greeting({ mechanism: 'PLAIN' }), 'mechanism', /PLAIN.*NULL/],
  ['CURVE', greeting({ mechanism: 'CURVE', asServer: true }), 'mechanism', /CURVE.*NULL/],
  ['a mechanism that is none', greeting({ mechanism: '\x1b[31m' }), 'mechanism', /unreadable/],
  ['another PULL', started(ready({ 'Socket-Type': 'PULL' })), 'socket-type', /PULL.*PUSH/],
  ['a REQ', started(ready({ 'Socket-Type': 'REQ' })), 'socket-type', /REQ.*PUSH/],
  ['no type', started(ready({})), 'socket-type', /PUSH/],
  ['an ERROR', started(command('ERROR', Buffer.from('\x07no room'))), 'error-from-peer', /no room/],
  ['a message before READY', started(message('a')), 'malformed', /before READY/],
  ['HELLO for READY', started(command('HELLO')), 'malformed', /READY/],
  ['READY that is cut', started(command('READY', readyBody(toPull).subarray(0, -1))), 'malformed', /READY/],
  [
    'READY with a property of 4 GiB',
    started(command('READY', Buffer.from('\x01a\xff\xff\xff\xff', 'latin1'))),
    'malformed',
    /READY/,
  ],
  ['READY of 1 GiB', started(frame(Buffer.from('\x05READY'), 4, 2 ** 30)), 'limit', /command of 1073741824/],
  ['a command without a name', started(ready(toPull), frame(Buffer.alloc(0), 4)), 'malformed', /name/],
  [
    'a command that goes on',
    started(ready(toPull), frame(Buffer.from('\x04PING'), 5)),
    'malformed',
    /flags 0x5/,
  ],
  ['unknown flags', started(ready(toPull), frame(Buffer.from('a'), 0x80)), 'malformed', /flags 0x80/],
  ['a PING without a time', started(ready(toPull), command('PING')), 'malformed', /PING/],
  [
    'a frame of 2^63 bytes',
    started(ready(toPull), frame(Buffer.alloc(0), 0, 2 ** 63)),
    'limit',
    /maxFrameBytes/,
  ],
  [
    'a frame one byte too large',
    started(ready(toPull), frame(Buffer.alloc(0), 0, 1001)),
    'limit',
    /maxFrameBytes is 1000/,
  ],
  [
    'a message one byte too large',
    started(ready(toPull), ...[1000, 1000, 1].map((size) => moreFrame(Buffer.alloc(size)))),
    'limit',
    /maxMessageBytes is 2000/,
  ],
  [
    'a message that never ends',
    started(ready(toPull), Buffer.alloc(22, '\x01\0')),
    'limit',
    /maxFramesPerMessage/,
  ],
];

function started(...bytes: readonly Buffer[]): Buffer {
  return Buffer.concat([greeting(), ...bytes]);
}

const limits: SocketOptions = { maxFrameBytes: 1000, maxMessageBytes: 2000, maxFramesPerMessage: 10 };

describe.each(wrong)('%s', (_, bytes, refusal, reason) => {
  test.each([
    ['at once', bytes.length],
    ['byte by byte', 1],
  ])('%s: refused, and others are served', async (_, chunkBytes) => {
    await using pull = new PullSocket(limits);
    const endpoint = await pull.bind('tcp://127.0.0.1:*');
    const refused = nextEvent(pull, 'refused');
    await using peer = await RawPeer.connect(endpoint);
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      peer.write(bytes.subarray(at, at + chunkBytes));
      if (chunkBytes === 1) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await refused).toMatchObject({ refusal, reason: expect.stringMatching(reason), endpoint });
    await peer.gone;
    await using other = openParty('libzmq', 'push');
    await other.connect(endpoint);
    await other.send([Buffer.from('served')]);
    for await (const [frame] of pull) {
      expect(Buffer.from(frame ?? []).toString()).toBe('served');
      break;
    }
  });
});

test('a peer of the wrong type is told so in an ERROR', async () => {
  await using pull = new PullSocket();
  await using peer = await RawPeer.connect(await pull.bind('tcp://127.0.0.1:*'));
  await peer.handshake('PUB');
  const error = await peer.readFrame();
  expect(error.isCommand).toBe(true);
  expect(error.body.toString('latin1')).toMatch(/^.ERROR.*PUB/s);
});

test.each([
  ['PLAIN', { plainUsername: 'me', plainPassword: 'secret' }],
  ['CURVE', curveClient()],
])('libzmq with %s leaves when it sees our mechanism, and that is told', async (_mechanism, security) => {
  await using pull = new PullSocket();
  const refused = nextEvent(pull, 'refused');
  const push = new Push({ linger: 0, ...security });
  push.connect(await pull.bind('tcp://127.0.0.1:*'));
  expect(await refused).toMatchObject({
    refusal: 'left-early',
    reason: expect.stringContaining('mechanism'),
  });
  push.close();
});

test('libzmq of another type is refused, on either side', async () => {
  await using pull = new PullSocket({ reconnectMs: 5 });
  const publisher = new Publisher({ linger: 0 });
  const refused = nextEvent(pull, 'refused');
  publisher.connect(await pull.bind('tcp://127.0.0.1:*'));
  expect(await refused).toMatchObject({ refusal: 'socket-type', reason: expect.stringContaining('PUB') });
  await publisher.bind('tcp://127.0.0.1:*');
  const again = nextEvent(pull, 'refused');
  pull.connect(publisher.lastEndpoint ?? '');
  expect(await again).toMatchObject({ endpoint: publisher.lastEndpoint });
  publisher.close();
});

test('who greets too slowly is let go', async () => {
  await using pull = new PullSocket({ handshakeTimeoutMs: 50 });
  const refused = nextEvent(pull, 'refused');
  await using peer = await RawPeer.connect(await pull.bind('tcp://127.0.0.1:*'));
  const drops = [...greeting()].values();
  const trickle = setInterval(() => {
    const { value } = drops.next();
    if (value !== undefined) peer.write(Buffer.from([value]));
  }, 5);
  expect(await refused).toMatchObject({ refusal: 'handshake-timeout' });
  await peer.gone;
  clearInterval(trickle);
});

test('a server that never greets is tried again', async () => {
  await using server = await RawServer.listen();
  await using pull = new PullSocket({ handshakeTimeoutMs: 1500, reconnectMs: 1 });
  const retried = nextEvent(pull, 'retry');
  pull.connect(server.endpoint);
  await server.accept();
  await retried;
  const second = await server.accept();
  await second.handshake('PUSH');
  second.write(message('there'));
  for await (const [frame] of pull) {
    expect(Buffer.from(frame ?? []).toString()).toBe('there');
    break;
  }
});

test('more peers than are allowed are refused, those that are there stay', async () => {
  await using pull = new PullSocket({ maxPeers: 2 });
  const endpoint = await pull.bind('tcp://127.0.0.1:*');
  const peers: RawPeer[] = [];
  for (let i = 0; i < 2; i++) {
    const peer = await RawPeer.connect(endpoint);
    await peer.handshake('PUSH');
    peers.push(peer);
  }
  const refused = nextEvent(pull, 'refused');
  await using third = await RawPeer.connect(endpoint);
  expect(await refused).toMatchObject({ refusal: 'too-many-peers' });
  await third.gone;
  for (const peer of peers) peer.write(message('still here'));
  let count = 0;
  for await (const [frame] of pull) {
    expect(Buffer.from(frame ?? []).toString()).toBe('still here');
    if (++count === 2) break;
  }
  for (const peer of peers) await peer[Symbol.asyncDispose]();
});

function curveClient() {
  const { publicKey, secretKey } = curveKeyPair();
  return { curveServerKey: publicKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}
