/** Whose memory the frames are that were recorded. */
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { install_local_plugins } from 'h5wasm-plugins';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type Compression,
  type MessageBatchCallback,
  MessageDecoder,
  MessageEncoder,
  type PulseMessage,
  Source,
} from '../../src/bsread/index.ts';
import { Recorder, type RecorderOptions, verifyRecording } from '../../src/recording/index.ts';
import { PushSocket } from '../../src/zmtp/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { valuesOf } from './support/rows.ts';
import { decoded } from './support/told-stream.ts';

/** Large enough to have their memory for themselves, compressed too. */
const shape = [300, 200];
const pulses = [1, 2, 3, 4];
const items = (pulse: number) => new Uint16Array(60_000).map((_, i) => (pulse * 7 + i * i * 31) % 65_521);

function framesOf(pulse: number, compression: Compression): Uint8Array[] {
  const encoder = new MessageEncoder({ channels: [{ name: 'IMAGE', type: 'uint16', shape, compression }] });
  const values = { IMAGE: { items: items(pulse), shape: shape.toReversed() } };
  return encoder.encode(values, { pulseId: BigInt(pulse), timestampNs: 1n });
}

/** The messages of a source, which keep being looked at. */
async function openSource(seen: PulseMessage[]): Promise<Source> {
  const source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
  const { forEachBatch } = source;
  source.forEachBatch = (callback, options) => {
    const look: MessageBatchCallback = (batch) => {
      seen.push(...batch);
      return callback(batch);
    };
    return forEachBatch.call(source, look, options);
  };
  return source;
}

/** Records pulses into so many files at once. @returns whether the frames of each still have their memory */
async function record(compression: Compression, files: readonly string[], options?: RecorderOptions) {
  const seen: PulseMessage[] = [];
  await using source = await openSource(seen);
  await using recorder = new Recorder(source, options);
  const stop = { pulseId: BigInt(pulses.length) };
  const recordings = await Promise.all(files.map((file) => recorder.start({ file, stop })));
  await using push = new PushSocket();
  push.connect(source.endpoints[0] as string);
  for (const pulse of pulses) await push.send(framesOf(pulse, compression));
  await Promise.all(recordings.map(({ finished }) => finished));
  for (const file of files) await assertWhole(file);
  return seen.map(hasMemory);
}

async function assertWhole(file: string): Promise<void> {
  expect(await verifyRecording(file)).toMatchObject({ isWhole: true, written: pulses.length });
  expect(valuesOf(file, 'data/IMAGE/data')).toEqual(pulses.flatMap((pulse) => [...items(pulse)]));
}

function hasMemory({ frames }: PulseMessage): boolean {
  return (frames[2] as Uint8Array).length > 0;
}

beforeAll(async () => install_local_plugins(await h5wasm.ready));

describe('the memory of large frames', () => {
  test.each(['none', 'lz4', 'bitshuffle_lz4'] as const)(
    'is freed when they are written: %s',
    async (compression) => {
      using folder = temporaryFolder();
      const kept = await record(compression, [join(folder.path, 'run.h5')]);
      expect(kept).toEqual(pulses.map(() => false));
    },
  );

  test('is kept where two recordings have them', async () => {
    using folder = temporaryFolder();
    const files = ['a.h5', 'b.h5'].map((name) => join(folder.path, name));
    expect(await record('none', files)).toEqual(pulses.map(() => true));
  });

  test('is kept where a later recording may begin in the past', async () => {
    using folder = temporaryFolder();
    const kept = await record('none', [join(folder.path, 'run.h5')], { historyMessages: 10 });
    expect(kept).toEqual(pulses.map(() => true));
  });

  test('is kept where they come from somewhere else, who may have them too', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const messages = pulses.map((pulse) =>
      decoded(framesOf(pulse, 'none').map((frame) => new Uint8Array(frame))),
    );
    const begun = Promise.withResolvers<void>();
    await using recorder = new Recorder({
      forEachBatch: (callback) => begun.promise.then(() => callback(messages)),
      statistics: () => new MessageDecoder().statistics(),
    });
    const { finished } = await recorder.start({ file, stop: { pulseId: BigInt(pulses.length) } });
    begun.resolve();
    await finished;
    await assertWhole(file);
    expect(messages.map(hasMemory)).toEqual(pulses.map(() => true));
  });
});
