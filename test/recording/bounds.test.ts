/** Where recordings start and stop. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MessageDecoder, Source } from '../../src/bsread/index.ts';
import {
  type MessageStream,
  Recorder,
  Recording,
  type RecordingOptions,
  verifyRecording,
} from '../../src/recording/index.ts';
import { PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { attributeOf } from './support/rows.ts';
import { toldFrames, toldMessage } from './support/told-stream.ts';

const timeOf = (pulse: number) => 1_700_000_000_000_000_000n + BigInt(pulse) * 10_000_000n;

async function record(pulses: readonly number[], options: Partial<RecordingOptions>): Promise<Recording> {
  const recording = await Recording.create({ file: '/dev/null', ...options });
  for (const pulse of pulses) await recording.write(toldMessage(pulse));
  return recording;
}

test.each<[string, Partial<RecordingOptions>]>([
  ['pulses', { start: { pulseId: 3n }, stop: { pulseId: 6n } }],
  ['times', { start: { timeNs: timeOf(3) }, stop: { timeNs: timeOf(6) } }],
  ['a pulse and a time', { start: { pulseId: 3n }, stop: { timeNs: timeOf(6) + 1n } }],
])('start and stop are %s, both inclusive', async (_, options) => {
  const recording = await record([1, 2, 3, 4, 5, 6, 7, 8], options);
  expect(await recording.finished).toMatchObject({
    state: 'finished',
    ending: 'stop reached',
    written: 4,
    firstPulseId: 3n,
    lastPulseId: 6n,
    dropped: { 'before-start': 2 },
  });
});

test('T13: a stop ends the recording with its own message; no later one is waited for', async () => {
  const recording = await record([1, 2, 3], { stop: { pulseId: 3n } });
  expect(await recording.finished).toMatchObject({ ending: 'stop reached', written: 3, dropped: {} });
});

test('T14: a recording that has ended well is finished, not in error', async () => {
  const recording = await record([1], {});
  expect(recording.status().state).toBe('writing');
  expect((await recording.stop()).state).toBe('finished');
});

test('T13: a stop that nothing reaches ends the recording some time after its pulse would have come', async () => {
  const clock = new ManualClock(0);
  const recording = await record([1, 2, 3], { stop: { pulseId: 103n }, stopGraceMs: 5000, clock });
  clock.advance(4000);
  expect(recording.status().state).toBe('writing');
  // Messages go on: nothing ends.
  await recording.write(toldMessage(4));
  clock.advance(5900);
  await recording.write(toldMessage(5));
  clock.advance(5000);
  expect(recording.status().ending).toBeUndefined();
  clock.advance(10_000);
  expect(await recording.finished).toMatchObject({ state: 'finished', ending: 'deadline', written: 5 });
});

test('a stop at a time ends the recording by the clock, also when nothing ever came', async () => {
  const clock = new ManualClock(1_000_000);
  const stop = { timeNs: 1_060_000n * 1_000_000n };
  const recording = await record([], {
    start: { timeNs: 1_030_000n * 1_000_000n },
    stop,
    stopGraceMs: 1000,
    clock,
  });
  expect(recording.status()).toMatchObject({ state: 'waiting', countdownMs: 30_000 });
  clock.advance(20_000);
  expect(recording.status().countdownMs).toBe(10_000);
  clock.advance(40_500);
  expect(recording.status().ending).toBeUndefined();
  clock.advance(1000);
  expect(await recording.finished).toMatchObject({ ending: 'deadline', written: 0 });
});

test('a stop that is set behind the last message ends the recording at once; one that is taken back does not', async () => {
  const recording = await record([1, 2, 3], {});
  recording.setStop({ pulseId: 10n });
  recording.setStop(undefined);
  await recording.write(toldMessage(11));
  expect(recording.status().state).toBe('writing');
  recording.setStop({ pulseId: 2n });
  expect(await recording.finished).toMatchObject({ ending: 'stop reached', written: 4 });
  await recording.write(toldMessage(12));
  expect(recording.status().received).toBe(4);
});

test('a start in the past gets what the history has, and every message after it', async () => {
  using folder = temporaryFolder();
  await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
  await using recorder = new Recorder(source, { historyMessages: 5 });
  await using push = new PushSocket();
  push.connect(source.endpoints[0] as string);
  const first = await recorder.start({ file: '/dev/null', stop: { pulseId: 10n } });
  for (let pulse = 1; pulse <= 10; pulse++) await push.send(toldFrames(pulse));
  await first.finished;
  const past = await recorder.start({
    file: join(folder.path, 'past.h5'),
    start: { pulseId: 8n },
    stop: { pulseId: 12n },
  });
  const further = await recorder.start({ file: '/dev/null', start: { pulseId: 1n }, stop: { pulseId: 12n } });
  for (let pulse = 11; pulse <= 12; pulse++) await push.send(toldFrames(pulse));
  expect(await past.finished).toMatchObject({ written: 5, firstPulseId: 8n, lastPulseId: 12n, gaps: 0 });
  expect(await further.finished).toMatchObject({ written: 7, firstPulseId: 6n, lastPulseId: 12n });
});

test('a start in the past that falls into the wait of another recording takes no message twice', async () => {
  const messages = [1, 2, 3].map(toldMessage);
  const given = Promise.withResolvers<void>();
  const stream: MessageStream = {
    async forEachBatch(callback) {
      await given.promise;
      for (const message of messages) await callback([message]);
    },
    statistics: () => new MessageDecoder().statistics(),
  };
  await using recorder = new Recorder(stream, { historyMessages: 10 });
  // Of a chunk that is full, every frame is decoded before the next message.
  const slow = await recorder.start({ file: '/dev/null', chunkRows: 1 });
  given.resolve();
  while (slow.status().written === 0) await new Promise((resolve) => setImmediate(resolve));
  const past = await recorder.start({ file: '/dev/null', start: { pulseId: 1n } });
  expect(await past.finished).toMatchObject({ ending: 'source ended', written: 3, repeatedPulses: 0 });
});

test('without a recording and without a history nothing is taken from the stream', async () => {
  await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind', queueMessages: 2 });
  await using recorder = new Recorder(source);
  await using push = new PushSocket({ sendHighWaterMessages: 2 });
  push.connect(source.endpoints[0] as string);
  const sent: number[] = [];
  const sending = (async () => {
    for (let pulse = 1; pulse <= 500; pulse++) {
      await push.send(toldFrames(pulse));
      sent.push(pulse);
    }
  })();
  const late = await recorder.start({ file: '/dev/null', stop: { pulseId: 500n } });
  expect(await late.finished).toMatchObject({ written: 500, firstPulseId: 1n, gaps: 0 });
  await sending;
});

test('closing the recorder ends its recordings well', async () => {
  await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
  const recorder = new Recorder(source);
  const recording = await recorder.start({ file: '/dev/null' });
  await recorder.close();
  expect(await recording.finished).toMatchObject({ state: 'finished', ending: 'stopped', written: 0 });
  await expect(recorder.start({ file: '/dev/null' })).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  expect(await recorder.ended).toBeUndefined();
});

test('the end of the stream ends its recordings well', async () => {
  const source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
  await using recorder = new Recorder(source);
  const recording = await recorder.start({ file: '/dev/null' });
  await source.close();
  expect(await recording.finished).toMatchObject({ state: 'finished', ending: 'source ended' });
});

test('a stream that fails leaves whole files, whose recordings are in error and say why', async () => {
  using folder = temporaryFolder();
  const failing = Promise.withResolvers<never>();
  const messages = [1, 2, 3].map(toldMessage);
  const stream: MessageStream = {
    async forEachBatch(callback) {
      await callback(messages);
      return failing.promise;
    },
    statistics: () => new MessageDecoder().statistics(),
  };
  await using recorder = new Recorder(stream, { historyMessages: 10 });
  const start = { pulseId: 1n };
  const file = join(folder.path, 'run.h5');
  const failed = await recorder.start({ file, start });
  const reached = await recorder.start({ file: '/dev/null', start, stop: { pulseId: 3n } });
  expect(await reached.finished).toMatchObject({ state: 'finished' });
  const failure = new Error('the wire was eaten');
  failing.reject(failure);
  const problem = 'its stream failed: the wire was eaten';
  const expected = {
    state: 'error',
    ending: 'source failed',
    problem,
    received: 3,
    written: 3,
    committed: 3,
  };
  expect(await failed.finished).toMatchObject(expected);
  expect(reached.status()).toMatchObject({ state: 'finished', problem: undefined });
  expect(await recorder.ended).toBe(failure);
  expect(await verifyRecording(file)).toMatchObject({ isWhole: true, ending: 'source failed', written: 3 });
  expect(attributeOf(file, 'recording', 'source_problem')).toBe(problem);
  // One that is begun afterwards gets what the history has, and ends alike.
  const late = await recorder.start({ file: '/dev/null', start: { pulseId: 2n } });
  expect(await late.finished).toMatchObject({ ...expected, received: 2, written: 2, committed: 2 });
});

test('a recording that is begun after the end of the stream ends too', async () => {
  const source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
  await using recorder = new Recorder(source);
  await source.close();
  await recorder.ended;
  const recording = await recorder.start({ file: '/dev/null' });
  expect(await recording.finished).toMatchObject({ state: 'finished', ending: 'source ended', written: 0 });
});

test.each<[Partial<RecordingOptions>, string]>([
  [{ file: '' }, 'needs the name of a file'],
  [{ chunkRows: 0 }, 'chunkRows is 0'],
  [{ commitIntervalMs: 1 }, 'commitIntervalMs is 1'],
  [{ stopGraceMs: Number.NaN }, 'stopGraceMs is NaN'],
])('%j is refused', async (options, message) => {
  await expect(Recording.create({ file: '/dev/null', ...options })).rejects.toMatchObject({
    code: 'ALI_USAGE',
    message: expect.stringContaining(message),
  });
});
