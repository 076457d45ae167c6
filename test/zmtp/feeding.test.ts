/** A socket that keeps no messages: peers draw from a feed, and what they did not get goes back to it. */
import { expect, test } from 'vitest';
import { type EncodedMessage, type Feed, FeedSocket, PullSocket, SubSocket } from '../../src/zmtp/index.ts';
import { nextEvent } from './peers/alidade-party.ts';
import { RawPeer } from './peers/raw-peer.ts';

const tcp = 'tcp://127.0.0.1:*';

/** Messages of a list; each peer has its own place in it. */
class ListFeed implements Feed<EncodedMessage> {
  readonly messages: EncodedMessage[] = [];
  readonly places = new Map<number, number>();
  readonly unsent: EncodedMessage[] = [];

  joined({ peer }: { peer: number }): void {
    this.places.set(peer, 0);
  }

  next(peer: number): EncodedMessage | undefined {
    const place = this.places.get(peer) ?? 0;
    const message = this.messages[place];
    if (message !== undefined) this.places.set(peer, place + 1);
    return message;
  }

  has(peer: number): boolean {
    return (this.places.get(peer) ?? 0) < this.messages.length;
  }

  left(peer: number, unsent: readonly EncodedMessage[]): void {
    this.places.delete(peer);
    this.unsent.push(...unsent);
  }
}

test('a subscriber draws what its prefixes match, of short, long and very long first frames', async () => {
  const feed = new ListFeed();
  await using socket = new FeedSocket('PUB', feed);
  const starts = ['a', 'b'].flatMap((name) => [name, name.repeat(1000), name.repeat(50_000)]);
  feed.messages.push(...starts.map((start) => socket.encode([start, 'rest'])));
  await using sub = new SubSocket();
  sub.subscribe('b');
  sub.connect(await socket.bind(tcp));
  const lengths: unknown[] = [];
  for await (const [first, rest] of sub) {
    lengths.push([String.fromCharCode(first?.[0] ?? 0), first?.length, rest?.length]);
    if (lengths.length === 3) break;
  }
  expect(lengths).toEqual([
    ['b', 1, 4],
    ['b', 1000, 4],
    ['b', 50_000, 4],
  ]);
});

test('who does not subscribe draws nothing', async () => {
  const feed = new ListFeed();
  await using socket = new FeedSocket('PUB', feed);
  feed.messages.push(socket.encode('x'));
  await using sub = new SubSocket();
  const connected = nextEvent(socket, 'connected');
  sub.connect(await socket.bind(tcp));
  await connected;
  socket.wake();
  expect(feed.places.size).toBe(0);
});

test('what was not begun to be written goes back when the peer leaves', async () => {
  const feed = new ListFeed();
  const socket = new FeedSocket('PUSH', feed, { sendHighWaterMessages: 4 });
  const large = new Uint8Array(20_000_000);
  await using peer = await RawPeer.connect(await socket.bind(tcp));
  feed.messages.push(...Array.from({ length: 6 }, () => socket.encode(large)));
  await peer.handshake('PULL');
  peer.socket.pause();
  const gone = nextEvent(socket, 'disconnected');
  expect([...feed.places.values()]).toEqual([4]);
  peer.socket.destroy();
  await gone;
  const { lostMessages, sentMessages } = socket.statistics();
  expect(lostMessages + sentMessages + feed.unsent.length).toBe(4);
  expect(feed.unsent).toEqual(feed.messages.slice(4 - feed.unsent.length, 4));
  expect(feed.unsent.length).toBeGreaterThan(0);
  await socket.close();
});

test('closing lets the peers draw what is left', async () => {
  const feed = new ListFeed();
  const socket = new FeedSocket('PUSH', feed, { sendHighWaterMessages: 1 });
  await using pull = new PullSocket();
  pull.connect(await socket.bind(tcp));
  await nextEvent(socket, 'connected');
  feed.messages.push(...Array.from({ length: 500 }, (_, place) => socket.encode(String(place))));
  socket.wake();
  const received: number[] = [];
  const receiving = pull.receive((batch) => {
    for (const [frame] of batch) received.push(Number(Buffer.from(frame as Uint8Array).toString()));
  });
  await socket.close({ lingerMs: 10_000 });
  await expect.poll(() => received.length).toBe(500);
  expect(received).toEqual(Array.from({ length: 500 }, (_, place) => place));
  await pull.close();
  await receiving;
});
