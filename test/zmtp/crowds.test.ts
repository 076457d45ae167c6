/** Many peers at one socket: all are served, each in its turn, and one that floods starves nobody. */
import { describe, expect, test } from 'vitest';
import { sides } from './peers/matrix.ts';
import { NumberedStream } from './peers/numbered.ts';
import { openParty, type Party, type Side } from './peers/party.ts';
import { joined } from './peers/subscribed.ts';

const peerCount = 50;
const each = 40;

/** 50 of them, every second one of the other implementation. */
const sideOf = (side: Side, i: number): Side => (i % 2 === 0 ? side : 'libzmq');
const text = (frames: readonly Uint8Array[]) =>
  frames.map((frame) => Buffer.from(frame).toString()).join(' ');

describe.each(sides)('%s to %s', (from, to) => {
  test('50 senders, one receiver: everything comes, in the order of each sender', async () => {
    await using stack = new AsyncDisposableStack();
    const receiver = stack.use(openParty(to, 'pull'));
    const endpoint = await receiver.bind('tcp://127.0.0.1:*');
    const senders = Array.from({ length: peerCount }, (_, i) =>
      stack.use(openParty(sideOf(from, i), 'push')),
    );
    await Promise.all(
      senders.map(async (sender, i) => {
        await sender.connect(endpoint);
        for (let k = 0; k < each; k++) await sender.send([Buffer.from(String(i)), Buffer.from(String(k))]);
      }),
    );
    const numbers = new Map<string, string[]>();
    for (let n = 0; n < peerCount * each; n++) {
      const [i, k] = text(await receiver.receive()).split(' ');
      numbers.set(i ?? '', [...(numbers.get(i ?? '') ?? []), k ?? '']);
    }
    const inOrder = Array.from({ length: each }, (_, k) => String(k));
    expect([...numbers.values()]).toEqual(senders.map(() => inOrder));
  });

  test('one publisher, 50 subscribers: each has everything', async () => {
    await using stack = new AsyncDisposableStack();
    const publisher = stack.use(openParty(from, 'pub'));
    const endpoint = await publisher.bind('tcp://127.0.0.1:*');
    const subscribers: Party[] = [];
    for (let i = 0; i < peerCount; i++) {
      const subscriber = stack.use(openParty(sideOf(to, i), 'sub'));
      await subscriber.subscribe(`to ${i} `);
      await subscriber.subscribe('to all ');
      await subscriber.connect(endpoint);
      await joined(publisher, subscriber, `to ${i} `);
      subscribers.push(subscriber);
    }
    for (let k = 0; k < each; k++) await publisher.send([Buffer.from(`to all ${k}`), Buffer.from('x')]);
    for (const subscriber of subscribers) {
      for (let k = 0; k < each; k++) expect(text(await subscriber.receive())).toBe(`to all ${k} x`);
    }
  });

  test('one sender, 50 receivers that keep up: each has its turn', async () => {
    await using stack = new AsyncDisposableStack();
    const sender = stack.use(openParty(from, 'push'));
    const endpoint = await sender.bind('tcp://127.0.0.1:*');
    const receivers: Party[] = [];
    const counts = new Map<number, number>();
    let wake = () => {};
    for (let i = 0; i < peerCount; i++) {
      const receiver = stack.use(openParty(sideOf(to, i), 'pull'));
      await receiver.connect(endpoint);
      receivers.push(receiver);
      void (async () => {
        for (;;) {
          const isTurn = text(await receiver.receive()) === 'turn';
          counts.set(i, (counts.get(i) ?? 0) + (isTurn ? 1 : 0));
          wake();
        }
      })().catch(() => undefined);
    }
    // Nobody is told when a receiver has connected: until each has had one, what is sent only says that it is there.
    while (counts.size < peerCount) {
      await sender.send([Buffer.from('there')]);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (let n = 0; n < peerCount * each; n++) await sender.send([Buffer.from('turn')]);
    const sum = () => [...counts.values()].reduce((total, count) => total + count, 0);
    while (sum() < peerCount * each) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    expect([...counts.values()]).toEqual(receivers.map(() => each));
  });

  test('a sender that floods does not starve another', async () => {
    await using stack = new AsyncDisposableStack();
    const receiver = stack.use(openParty(to, 'pull', { highWaterMark: 20 }));
    const endpoint = await receiver.bind('tcp://127.0.0.1:*');
    const flooding = stack.use(openParty(from, 'push', { highWaterMark: 20 }));
    const quiet = stack.use(openParty(from, 'push'));
    await flooding.connect(endpoint);
    stack.use(new NumberedStream(flooding, [30_000]));
    for (let i = 0; i < 100; i++) await receiver.receive();
    await quiet.connect(endpoint);
    for (let i = 0; i < each; i++) await quiet.send([Buffer.from('quiet')]);
    for (let left = each; left > 0; ) {
      if (text(await receiver.receive()) === 'quiet') left -= 1;
    }
  });
});
