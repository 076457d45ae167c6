/** Peers that a suite plays itself, byte by byte: older ones, odd ones, and those that are turned away. */
import { describe, expect, test } from 'vitest';
import { openParty, type Side } from './peers/party.ts';
import { RawPeer, RawServer } from './peers/raw-peer.ts';
import { untilHeard } from './peers/until-heard.ts';
import {
  cancellation,
  command,
  greeting,
  message,
  moreFrame,
  ping,
  ready,
  subscription,
} from './peers/wire.ts';

const both: readonly Side[] = ['libzmq', 'alidade'];
const tcp = 'tcp://127.0.0.1:*';
const versions = [
  [3, 0],
  [3, 1],
  [3, 2],
  [4, 0],
] as const;

describe.each(both)('%s and a peer of ZMTP', (side) => {
  describe.each(versions)('%i.%i', (...version) => {
    test('that pushes', async () => {
      await using pull = openParty(side, 'pull');
      await using peer = await RawPeer.connect(await pull.bind(tcp));
      const isReady = pull.peerReady();
      await peer.handshake('PUSH', { version });
      await isReady;
      peer.write(message('a', '', 'b'.repeat(256)));
      expect(await pull.receive()).toEqual(['a', '', 'b'.repeat(256)].map((text) => Buffer.from(text)));
    });

    test('that pulls', async () => {
      await using push = openParty(side, 'push');
      await using peer = await RawPeer.connect(await push.bind(tcp));
      await peer.handshake('PULL', { version });
      await push.send([Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(300, 'c')]);
      expect(await peer.readMessage()).toEqual([Buffer.from('a'), Buffer.alloc(0), Buffer.alloc(300, 'c')]);
    });

    test.each(['SUB', 'XSUB'])('that subscribes by messages, as a %s', async (role) => {
      await using pub = openParty(side, 'pub');
      await using peer = await RawPeer.connect(await pub.bind(tcp));
      const isReady = pub.peerReady();
      await peer.handshake(role, { version });
      await isReady;
      peer.write(subscription('a'), subscription('b'), cancellation('a'), subscription('end'));
      // Nobody is told when subscriptions have come: the end of them is tried.
      const first = peer.readMessage();
      await untilHeard(first, () => pub.send([Buffer.from('end')]));
      for (const topic of ['ax', 'bx', 'c', 'end of it']) await pub.send([Buffer.from(topic)]);
      expect(await messagesUntil(peer, 'end of it')).toEqual(['bx']);
    });

    test('that publishes', async () => {
      await using server = await RawServer.listen();
      await using sub = openParty(side, 'sub');
      await sub.subscribe('wind');
      await sub.connect(server.endpoint);
      const peer = await server.accept();
      await peer.handshake('PUB', { version });
      const { isCommand, body } = await peer.readFrame();
      // 3.0 knows them as messages; later ones may have them as commands.
      if (version[0] === 3 && version[1] === 0) expect(isCommand).toBe(false);
      expect(body.toString('latin1')).toBe(isCommand ? '\x09SUBSCRIBEwind' : '\x01wind');
      peer.write(message('wind', 'body'));
      expect(await sub.receive()).toEqual([Buffer.from('wind'), Buffer.from('body')]);
      await sub.unsubscribe('wind');
      const cancelled = await peer.readFrame();
      expect(cancelled.body.toString('latin1')).toBe(cancelled.isCommand ? '\x06CANCELwind' : '\x00wind');
    });
  });

  test('that subscribes by commands', async () => {
    await using pub = openParty(side, 'pub');
    await using peer = await RawPeer.connect(await pub.bind(tcp));
    const isReady = pub.peerReady();
    await peer.handshake('SUB');
    await isReady;
    const topics = [
      ['SUBSCRIBE', 'a'],
      ['SUBSCRIBE', 'b'],
      ['CANCEL', 'a'],
      ['SUBSCRIBE', 'end'],
    ] as const;
    peer.write(...topics.map(([name, topic]) => command(name, Buffer.from(topic))));
    const first = peer.readMessage();
    await untilHeard(first, () => pub.send([Buffer.from('end')]));
    for (const topic of ['ax', 'bx', 'c', 'end of it']) await pub.send([Buffer.from(topic)]);
    expect(await messagesUntil(peer, 'end of it')).toEqual(['bx']);
  });

  test('that tells more of itself, names its type in other letters, and pings within a message', async () => {
    await using pull = openParty(side, 'pull');
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    const isReady = pull.peerReady();
    peer.write(greeting(), ready({ 'X-Site': 'here', 'socket-type': 'PUSH', Identity: 'me' }));
    await isReady;
    await peer.read(64);
    await peer.readFrame();
    peer.write(moreFrame('a'), ping(0, 'context'), message('b'));
    expect(await pull.receive()).toEqual([Buffer.from('a'), Buffer.from('b')]);
    const pong = await peer.readFrame();
    expect([pong.isCommand, pong.body.toString('latin1')]).toEqual([true, '\x04PONGcontext']);
  });
});

// libzmq 4.3.5 may let lie what comes together with READY.
describe('alidade and a peer', () => {
  const bytes = Buffer.concat([greeting(), ready({ 'Socket-Type': 'PUSH' }), message('a', 'b')]);

  test('that sends its bytes one by one', async () => {
    await using pull = openParty('alidade', 'pull');
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    for (const byte of bytes) {
      peer.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await pull.receive()).toEqual([Buffer.from('a'), Buffer.from('b')]);
  });

  test('that sends everything at once, before it has heard anything', async () => {
    await using pull = openParty('alidade', 'pull');
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    peer.write(bytes);
    expect(await pull.receive()).toEqual([Buffer.from('a'), Buffer.from('b')]);
  });
});

/** The topics that come before `end`, without what was sent only to be heard. */
async function messagesUntil(peer: RawPeer, end: string): Promise<string[]> {
  const topics: string[] = [];
  for (;;) {
    const topic = String((await peer.readMessage())[0]);
    if (topic === end) return topics;
    if (topic !== 'end') topics.push(topic);
  }
}
