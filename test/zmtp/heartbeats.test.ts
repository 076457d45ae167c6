/** A peer that goes silent without a word is noticed, one that answers stays. */
import { describe, expect, test } from 'vitest';
import { PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { nextEvent } from './peers/alidade-party.ts';
import { openParty, type Side } from './peers/party.ts';
import { RawPeer } from './peers/raw-peer.ts';
import { RemoteParty } from './peers/remote-party.ts';
import { command, message, ping } from './peers/wire.ts';

const tcp = 'tcp://127.0.0.1:*';
const both: readonly Side[] = ['libzmq', 'alidade'];
const beat = { heartbeatIntervalMs: 30, heartbeatTimeoutMs: 60 };

describe.each(both)('%s', (side) => {
  test('lets go of a peer that does not answer', async () => {
    await using pull = openParty(side, 'pull', beat);
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    await peer.handshake('PUSH');
    const asked = await peer.readFrame();
    expect(asked.body.toString('latin1', 0, 5)).toBe('\x04PING');
    await peer.gone;
  });

  test('keeps a peer that answers and says nothing else', async () => {
    await using pull = openParty(side, 'pull', { heartbeatIntervalMs: 200, heartbeatTimeoutMs: 2000 });
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    await peer.handshake('PUSH');
    // So many questions take longer than a silent one is kept.
    for (let i = 0; i < 14; i++) {
      const { body } = await peer.readFrame();
      peer.write(command('PONG', body.subarray(7)));
    }
    peer.write(message('still here'));
    expect(await pull.receive()).toEqual([Buffer.from('still here')]);
  });

  test('answers with what it was asked', async () => {
    await using pull = openParty(side, 'pull');
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    const isReady = pull.peerReady();
    await peer.handshake('PUSH');
    await isReady;
    for (const context of ['', 'a', '0123456789abcdef']) {
      peer.write(ping(0, context));
      expect((await peer.readFrame()).body.toString('latin1')).toBe(`\x04PONG${context}`);
    }
  });

  test('lets go of a peer that told how long it would be silent at most, and is longer', async () => {
    await using pull = openParty(side, 'pull', { ...beat, heartbeatTimeoutMs: 600_000 });
    await using peer = await RawPeer.connect(await pull.bind(tcp));
    const isReady = pull.peerReady();
    await peer.handshake('PUSH');
    await isReady;
    peer.write(ping(1));
    await peer.gone;
  });
});

test.each(both)(
  'a process of %s that stands still is let go of, and taken back when it goes on',
  async (side) => {
    await using pull = new PullSocket({ heartbeatMs: 100, heartbeatTimeoutMs: 900 });
    const connected = nextEvent(pull, 'connected');
    await using push = RemoteParty.start(side, 'push', { reconnectMs: 5 });
    await push.connect(await pull.bind(tcp));
    await connected;
    const gone = nextEvent(pull, 'disconnected');
    push.program.child.kill('SIGSTOP');
    expect(await gone).toMatchObject({ reason: expect.stringMatching(/nothing was heard/) });
    const again = nextEvent(pull, 'connected');
    push.program.child.kill('SIGCONT');
    await again;
    const message = { label: 'back', sizesBytes: [10] };
    await push.send([message]);
    for await (const frames of pull) {
      expect(frames).toHaveLength(1);
      break;
    }
  },
);

test('a process that was busy for longer than the time-out first reads what has come meanwhile', async () => {
  await using pull = new PullSocket({ heartbeatMs: 30, heartbeatTimeoutMs: 60 });
  await using peer = await RawPeer.connect(await pull.bind(tcp));
  await peer.handshake('PUSH');
  peer.write(message('in time'));
  // The bytes are with the system before this process turns to anything else.
  const end = performance.now() + 200;
  while (performance.now() < end);
  let goneCount = 0;
  pull.monitor(({ event }) => {
    if (event === 'disconnected') goneCount += 1;
  });
  for await (const [frame] of pull) {
    expect(Buffer.from(frame ?? []).toString()).toBe('in time');
    break;
  }
  expect(goneCount).toBe(0);
});

test('ours and libzmq keep each other alive while nothing is sent', async () => {
  await using push = new PushSocket({ heartbeatMs: 20, heartbeatTimeoutMs: 2000 });
  await using pull = openParty('libzmq', 'pull', { heartbeatIntervalMs: 20, heartbeatTimeoutMs: 2000 });
  let goneCount = 0;
  push.monitor(({ event }) => {
    if (event === 'disconnected') goneCount += 1;
  });
  const connected = nextEvent(push, 'connected');
  await pull.connect(await push.bind(tcp));
  await connected;
  // Longer than either would wait for a sign of life.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await push.send('still here');
  expect(await pull.receive()).toEqual([Buffer.from('still here')]);
  expect(goneCount).toBe(0);
});
