/** What streams, clocks and kills can do to a recording. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MessageEncoder, Source } from '../../src/bsread/index.ts';
import { Recorder, Recording, verifyRecording } from '../../src/recording/index.ts';
import { ownVersion } from '../../src/shared/version.ts';
import { PushSocket } from '../../src/zmtp/index.ts';
import { malformedCases } from '../bsread/recorded.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { requireServer } from '../support/require-server.ts';
import { killAndRead } from './support/kills.ts';
import { Reader } from './support/reader.ts';
import { decoded, toldFrames, toldMessage } from './support/told-stream.ts';

/** Leads to `port`, and breaks the first connection when so many bytes have gone over it. */
async function brokenLine(port: number, bytes: number) {
  let left = bytes;
  let isBroken = false;
  const server = createServer((incoming) => {
    const outgoing = connect(port, '127.0.0.1');
    const end = () => {
      incoming.destroy();
      outgoing.destroy();
    };
    for (const socket of [incoming, outgoing]) socket.on('error', end).on('close', end);
    outgoing.pipe(incoming);
    incoming.on('data', (piece: Buffer) => {
      const isLast = !isBroken && piece.length >= left;
      outgoing.write(isLast ? piece.subarray(0, left) : piece, isLast ? end : undefined);
      left -= piece.length;
      if (isLast) isBroken = true;
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    isBroken: () => isBroken,
    close: () => server.close(),
  };
}

describe.skipIf(!requireServer('h5py and h5dump', 'recordings under faults'))('a recording', () => {
  let reader: Reader;
  beforeAll(() => {
    reader = new Reader();
  });
  afterAll(() => reader[Symbol.asyncDispose]());

  test('goes on through every malformed message, and counts it', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
    await using recorder = new Recorder(source);
    const recording = await recorder.start({ file, stop: { pulseId: 1_000_000n } });
    await using push = new PushSocket();
    push.connect(source.endpoints[0] as string);
    const messages = malformedCases().flatMap((each) => each.messages);
    for (const frames of messages) await push.send(frames);
    await push.send(toldFrames(1_000_000));

    const { state, received, written, dropped } = await recording.finished;
    expect(state).toBe('finished');
    expect(received).toBe(messages.length + 1);
    expect(written).toBeGreaterThan(100);
    expect(Object.keys(dropped).sort()).toEqual(['data-header', 'frame-count', 'main-header', 'timestamp']);
    expect(received).toBe(written + Object.values(dropped).reduce((sum, count) => sum + count, 0));
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [], received, written });
    const contents = await reader.read(file);
    for (const path of Object.keys(contents).filter((each) => /^\/data\/[^/]+$/.test(each))) {
      expect(contents[`${path}/data`]?.shape?.[0], path).toBe(written);
      expect(contents[`${path}/pulse_id`]?.shape, path).toEqual([written]);
    }
  });

  test('of a channel that changes its type with every message keeps a hundred datasets, and says what it cannot', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({ file, chunkRows: 16 });
    const encoders = (['float64', 'int32'] as const).map(
      (type) => new MessageEncoder({ channels: [{ name: 'FLIP', type }] }),
    );
    for (let pulse = 0; pulse < 150; pulse++) {
      const encoder = encoders[pulse % 2] as MessageEncoder;
      await recording.write(
        decoded(encoder.encode({ FLIP: pulse }, { pulseId: BigInt(pulse), timestampNs: 1n })),
      );
    }
    const { written, lostValues } = await recording.stop();
    // Of those beyond, every other one is of the type that came last.
    expect([written, lostValues]).toEqual([150, { 'too-many-changes': 25 }]);
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
    const contents = await reader.read(file);
    for (let change = 1; change <= 99; change++) {
      const { items, dtype } = contents[`/data/FLIP/data(${change})`] ?? {};
      expect(dtype).toBe(change % 2 === 1 ? 'float64' : 'int32');
      expect(Number(items?.at(-1)), `data(${change})`).toBe(change - 1);
      expect(items?.length).toBe(change);
    }
    expect(contents['/data/FLIP/data']?.shape).toEqual([150, 1]);
    expect(contents['/data/FLIP/data']?.items?.slice(97, 102).map(Number)).toEqual([0, 0, 99, 0, 101]);
  });

  test('has a group of its own for every channel, however it is named', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const names = [
      '../x',
      '',
      '.',
      '..',
      'a/b',
      'a%2Fb',
      '/',
      'nul\0',
      'x'.repeat(4096),
      '\ud800',
      'é',
      'SAME',
      'SAME',
    ];
    const channels = names.map((name) => ({ name, type: 'int32', shape: [1] }));
    const encoder = new MessageEncoder({
      channels: names.slice(0, -1).map((name) => ({ name: name.toWellFormed(), type: 'int32' })),
    });
    const values = Object.fromEntries(names.map((name, i) => [name.toWellFormed(), i]));
    const frames = encoder.encode(values, { pulseId: 1n, timestampNs: 1n });
    const header = Buffer.from(JSON.stringify({ htype: 'bsr_d-1.1', channels }));
    const last = frames.slice(-2) as [Uint8Array, Uint8Array];
    const recording = await Recording.create({ file });
    await recording.write(
      decoded([
        frames[0] as Uint8Array,
        header,
        ...frames.slice(2, -2),
        Uint8Array.of(9, 0, 0, 0),
        last[1],
        ...last,
      ]),
    );
    expect(await recording.stop()).toMatchObject({
      state: 'finished',
      channels: 12,
      lostValues: { repeated: 1 },
    });

    const contents = await reader.read(file);
    const groups = Object.keys(contents).filter((path) => /^\/data\/[^/]+$/.test(path));
    expect(groups).toHaveLength(12);
    for (const group of groups) expect(Object.keys(contents)).toContain(`${group}/pulse_id`);
    expect(contents['/data/..%2Fx']?.attributes?.channel).toBe('../x');
    expect(contents['/data/..%2Fx/data']?.items).toEqual(['0']);
    expect(contents['/data/a%2Fb']?.attributes?.channel).toBe('a/b');
    expect(contents['/data/a%2Fb~2/data']?.items).toEqual(['5']);
    expect(contents['/data/SAME/data']?.items).toEqual(['12']);
    expect(Object.values(contents).some(({ attributes }) => attributes?.channel === 'x'.repeat(4096))).toBe(
      true,
    );
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
  });

  test('writes pulses in the order in which they come, and tells gaps, repeats and steps back', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({ file });
    const pulses = [10, 11, 12, 20, 21, 21, 15, 22];
    for (const pulse of pulses) await recording.write(toldMessage(pulse));
    expect(await recording.stop()).toMatchObject({
      written: 8,
      firstPulseId: 10n,
      lastPulseId: 22n,
      gaps: 2,
      missingPulses: 13n,
      repeatedPulses: 1,
      backwardPulses: 1,
    });
    const contents = await reader.read(file);
    expect(contents['/data/SCALAR/pulse_id']?.items).toEqual(pulses.map(String));
    expect(contents['/recording/gaps/after_pulse_id']?.items).toEqual(['12', '15']);
    expect(contents['/recording/gaps/before_pulse_id']?.items).toEqual(['20', '22']);
  });

  test('keeps all when pulse ids are as far from each other as can be', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({ file });
    const encoder = new MessageEncoder({ channels: [{ name: 'N', type: 'int32' }] });
    const ends = [-(2n ** 63n), 2n ** 63n - 1n, -(2n ** 63n)];
    for (const pulseId of ends)
      await recording.write(decoded(encoder.encode({ N: 1 }, { pulseId, timestampNs: 1n })));
    expect(await recording.stop()).toMatchObject({ state: 'finished', written: 3, backwardPulses: 1 });
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
    expect((await reader.read(file))['/data/N/pulse_id']?.items).toEqual(ends.map(String));
  });

  test('keeps long texts in order, with those missing between', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({ file, commitIntervalMs: 60_000 });
    const encoder = new MessageEncoder({
      channels: [
        { name: 'TEXT', type: 'string' },
        { name: 'NUMBER', type: 'int32' },
      ],
    });
    const texts = Array.from({ length: 40 }, (_, i) =>
      i % 3 === 0 ? undefined : String(i).repeat(i % 3 === 1 ? 200_000 : 1),
    );
    for (const [i, TEXT] of texts.entries())
      await recording.write(
        decoded(encoder.encode({ TEXT, NUMBER: i }, { pulseId: BigInt(i), timestampNs: 1n })),
      );
    expect(await recording.stop()).toMatchObject({ state: 'finished', written: 40 });
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
    const contents = await reader.read(file);
    expect(contents['/data/TEXT/data']?.values).toEqual(texts.map((text) => text ?? ''));
    // Viewers begin with numbers.
    expect(contents['/data']?.attributes?.default).toBe('NUMBER');
  });

  test('is one from its first moment on, before anything has come', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    await using _recording = await Recording.create({ file, general: { user: 'e12345' } });
    expect(await verifyRecording(file)).toMatchObject({
      problems: ['it was not closed: its writer was killed, or still writes; 0 messages are whole'],
      written: 0,
    });
    const contents = await reader.read(file);
    expect(contents['/general/user']?.values).toEqual(['e12345']);
    expect(contents['/general/version']?.values).toEqual([ownVersion]);
  });

  test('is begun whatever is said of it', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const general = { 'a/b': 'x', '': 'nul\0', '.': '\ud800', user: 'e12345' };
    await (await Recording.create({ file, general })).stop();
    const contents = await reader.read(file);
    expect(contents['/general/a%2Fb']?.values).toEqual(['x']);
    expect(contents['/general/%']?.values).toEqual(['nul\u2400']);
    expect(contents['/general/%2E']?.values).toEqual(['\ufffd']);
    expect(contents['/general/user']?.values).toEqual(['e12345']);
  });

  test('is not moved by a clock that jumps, and still commits', async () => {
    using folder = temporaryFolder();
    const clock = new ManualClock(1_700_000_000_000);
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({ file, clock, stop: { pulseId: 100n } });
    await recording.write(toldMessage(1));
    clock.jump(-3_600_000);
    await recording.write(toldMessage(2));
    clock.jump(7_200_000);
    await recording.write(toldMessage(3));
    clock.advance(1000);
    while (recording.status().committed < 3) await setImmediate();
    expect(recording.status().state).toBe('writing');
    await recording.stop();
    expect(await reader.readTold(file, 3)).toBe(3);
  });

  test('goes on when a sender dies in the midst of a message and comes back', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
    await using recorder = new Recorder(source);
    const recording = await recorder.start({ file });
    const line = await brokenLine(Number(new URL(source.endpoints[0] as string).port), 150_000);
    await using push = new PushSocket();
    push.connect(`tcp://127.0.0.1:${line.port}`);
    let pulse = 0;
    const sendUntil = async (isEnough: () => boolean) => {
      while (!isEnough()) {
        await push.send(toldFrames(++pulse));
        await setTimeout(5);
      }
    };
    await sendUntil(() => line.isBroken());
    const before = recording.status().written;
    await sendUntil(() => recording.status().written >= before + 3);
    const { state, written, received, lostValues } = await recording.stop();
    line.close();
    expect([state, lostValues, received]).toEqual(['finished', {}, written]);
    const pulses = (await reader.read(file))['/data/SCALAR/pulse_id']?.items ?? [];
    expect(pulses).toHaveLength(written);
    expect(pulses.map(Number)).toEqual(pulses.map(Number).toSorted((a, b) => a - b));
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, written });
  });

  test('is one of twenty from one stream, all of them whole', async () => {
    using folder = temporaryFolder();
    await using source = await Source.open({ addresses: 'tcp://127.0.0.1:*', mode: 'bind' });
    await using recorder = new Recorder(source);
    const files = Array.from({ length: 20 }, (_, i) => join(folder.path, `run ${i}.h5`));
    const recordings = await Promise.all(
      files.map((file, i) => recorder.start({ file, start: { pulseId: BigInt(i) }, stop: { pulseId: 59n } })),
    );
    await using push = new PushSocket();
    push.connect(source.endpoints[0] as string);
    for (let pulse = 0; pulse < 60; pulse++) await push.send(toldFrames(pulse));
    for (const [i, recording] of recordings.entries()) {
      expect(await recording.finished).toMatchObject({ state: 'finished', received: 60, written: 60 - i });
      expect(await reader.readTold(files[i] as string, 60 - i)).toBe(60 - i);
    }
    expect(recorder.recordings).toEqual([]);
  });

  test('holds what was committed when it is killed at a random moment', { timeout: 120_000 }, async () => {
    for (let batch = 0; batch < 5; batch++) {
      const complaints = await Promise.all(Array.from({ length: 4 }, () => killAndRead(reader)));
      expect(complaints.filter((complaint) => complaint !== undefined)).toEqual([]);
    }
  });
});
