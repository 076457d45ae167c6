/** Whose memory the frames are that were recorded. */
import { join } from 'node:path';
import h5wasm from 'h5wasm/node';
import { install_local_plugins } from 'h5wasm-plugins';
import { beforeAll, describe, expect, test } from 'vitest';
import { MessageDecoder, MessageEncoder, type PulseMessage } from '../../src/bsread/index.ts';
import { Recorder, type RecorderOptions, verifyRecording } from '../../src/recording/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { valuesOf } from './support/rows.ts';
import { decoded } from './support/told-stream.ts';

const shape = [200, 100];
const pulses = [1, 2, 3, 4];
const items = (pulse: number) => new Uint16Array(20_000).map((_, i) => (pulse * 7 + i * i) % 60_000);

/** Frames as a socket gives them: large ones have their memory for themselves. */
function messagesOf(compression: 'none' | 'bitshuffle_lz4'): PulseMessage[] {
  const encoder = new MessageEncoder({ channels: [{ name: 'IMAGE', type: 'uint16', shape, compression }] });
  return pulses.map((pulse) => {
    const values = { IMAGE: { items: items(pulse), shape: shape.toReversed() } };
    const frames = encoder.encode(values, { pulseId: BigInt(pulse), timestampNs: 1n });
    return decoded(frames.map((frame) => new Uint8Array(frame)));
  });
}

/** Records a stream of these messages into so many files at once. */
async function record(
  messages: readonly PulseMessage[],
  files: readonly string[],
  options?: RecorderOptions,
) {
  const begun = Promise.withResolvers<void>();
  await using recorder = new Recorder(
    {
      forEachBatch: async (callback) => {
        await begun.promise;
        for (const message of messages) await callback([message]);
      },
      statistics: () => new MessageDecoder().statistics(),
    },
    options,
  );
  const recordings = await Promise.all(files.map((file) => recorder.start({ file })));
  begun.resolve();
  await Promise.all(recordings.map(({ finished }) => finished));
  for (const file of files) {
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, written: pulses.length });
    expect(valuesOf(file, 'data/IMAGE/data')).toEqual(pulses.flatMap((pulse) => [...items(pulse)]));
  }
  return messages.map(({ frames }) => (frames[2] as Uint8Array).length > 0);
}

beforeAll(async () => install_local_plugins(await h5wasm.ready));

describe('the memory of large frames', () => {
  test.each(['none', 'bitshuffle_lz4'] as const)(
    'is freed when they are written: %s',
    async (compression) => {
      using folder = temporaryFolder();
      const kept = await record(messagesOf(compression), [join(folder.path, 'run.h5')]);
      expect(kept).toEqual(pulses.map(() => false));
    },
  );

  test('is kept where two recordings have them', async () => {
    using folder = temporaryFolder();
    const kept = await record(
      messagesOf('none'),
      ['a.h5', 'b.h5'].map((name) => join(folder.path, name)),
    );
    expect(kept).toEqual(pulses.map(() => true));
  });

  test('is kept where a later recording may begin in the past', async () => {
    using folder = temporaryFolder();
    const options = { historyMessages: 10 };
    const kept = await record(messagesOf('none'), [join(folder.path, 'run.h5')], options);
    expect(kept).toEqual(pulses.map(() => true));
  });
});
