/** Whose memory a frame is in: what was received stays as it was, what was sent small may be written over at once. */
import { describe, expect, test } from 'vitest';
import { type Message, PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { framesOf, summaryOf } from './peers/message.ts';
import { randomMessages } from './peers/messages.ts';
import { openParty, type Side } from './peers/party.ts';

const tcp = 'tcp://127.0.0.1:*';
const both: readonly Side[] = ['libzmq', 'alidade'];
const messages = randomMessages(20_260_103, 400);

describe.each(both)('received from %s', (side) => {
  // A buffer of ours that is read into may be another one on either side of a connection.
  test.each(['binds', 'connects'])(
    'frames that are kept are what they were when a thousand more have come; the receiver %s',
    async (does) => {
      await using pull = new PullSocket();
      await using push = openParty(side, 'push');
      if (does === 'binds') await push.connect(await pull.bind(tcp));
      else pull.connect(await push.bind(tcp));
      const sending = (async () => {
        for (const message of messages) await push.send(framesOf(message));
        for (let i = 0; i < 1000; i++) await push.send([Buffer.alloc(3000, 0xff)]);
      })();
      const kept: Message[] = [];
      for await (const message of pull) {
        kept.push(message);
        if (kept.length === messages.length + 1000) break;
      }
      await sending;
      expect(kept.slice(0, messages.length).map(summaryOf)).toEqual(
        messages.map((message) => summaryOf(framesOf(message))),
      );
    },
  );
});

test('a frame below 16 KiB is copied by send: whoever fills it anew changes nothing that is on its way', async () => {
  await using push = new PushSocket();
  await using pull = openParty('libzmq', 'pull');
  await pull.connect(await push.bind(tcp));
  const frames = [Buffer.alloc(8), Buffer.alloc(16 * 1024 - 1)];
  for (let i = 0; i < 200; i++) {
    for (const frame of frames) frame.fill(i);
    await push.send(frames);
    for (const frame of frames) frame.fill(0xff);
  }
  for (let i = 0; i < 200; i++) {
    expect(await pull.receive()).toEqual(frames.map((frame) => Buffer.alloc(frame.length, i)));
  }
});

test('what is received may be sent on as it is', async () => {
  await using source = openParty('libzmq', 'push');
  await using pull = new PullSocket();
  await using push = new PushSocket();
  await using sink = openParty('libzmq', 'pull');
  pull.connect(await source.bind(tcp));
  await sink.connect(await push.bind(tcp));
  const forwarding = pull.receive(async (batch) => {
    for (const message of batch) await push.send(message);
  });
  const sending = (async () => {
    for (const message of messages) await source.send(framesOf(message));
  })();
  for (const message of messages) expect(summaryOf(await sink.receive())).toBe(summaryOf(framesOf(message)));
  await sending;
  await pull.close();
  await forwarding;
});
