/** Arrays that come compressed, and how they stand in the file. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import h5wasm from 'h5wasm/node';
import { install_local_plugins } from 'h5wasm-plugins';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MessageEncoder } from '../../src/bsread/index.ts';
import { openHdf5File, type ReadChunk } from '../../src/hdf5/index.ts';
import { Recording, type RecordingOptions, verifyRecording } from '../../src/recording/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';
import { requireServer } from '../support/require-server.ts';
import { Reader } from './support/reader.ts';
import { valuesOf } from './support/rows.ts';
import { decoded, toldFrames, toldMessage } from './support/told-stream.ts';

const execute = promisify(execFile);
const shape = [40, 30];
const items = (pulse: number) => new Uint16Array(1200).map((_, i) => (pulse * 7 + i) % 500);

function framesOf(
  pulse: number,
  compression: 'none' | 'lz4' | 'bitshuffle_lz4',
  encoding: 'little' | 'big' = 'little',
) {
  const encoder = new MessageEncoder({
    channels: [{ name: 'IMAGE', type: 'uint16', shape, compression, encoding }],
  });
  const values = { IMAGE: { items: items(pulse), shape: shape.toReversed() } };
  return encoder.encode(values, { pulseId: BigInt(pulse), timestampNs: 1n });
}

async function record(
  file: string,
  messages: readonly Uint8Array[][],
  options: Partial<RecordingOptions> = {},
) {
  const recording = await Recording.create({ file, ...options });
  for (const frames of messages) await recording.write(decoded(frames));
  return recording.stop();
}

async function chunksOf(file: string): Promise<{ filter: number | undefined; chunks: ReadChunk[] }> {
  await using read = await openHdf5File(file);
  const dataset = await (await (await read.root.group('data'))?.group('IMAGE'))?.dataset('data');
  if (dataset === undefined) throw new Error('there is no data');
  const chunks: ReadChunk[] = [];
  for await (const chunk of dataset.chunks()) chunks.push(chunk);
  return { filter: dataset.filter, chunks };
}

describe.skipIf(!requireServer('h5py and h5dump', 'compressed arrays in recordings'))(
  'a compressed array',
  () => {
    let reader: Reader;
    beforeAll(() => {
      reader = new Reader();
    });
    afterAll(() => reader[Symbol.asyncDispose]());

    test.each([
      ['bitshuffle_lz4', 32008, 0],
      ['lz4', 32004, 16],
    ] as const)('%s goes to the file as it came, one row in a chunk', async (compression, id, prefix) => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const messages = [1, 2, 3].map((pulse) => framesOf(pulse, compression));
      await record(file, messages);
      const { filter, chunks } = await chunksOf(file);
      expect(filter).toBe(id);
      for (const [i, { bytes, firstRow, isPlain }] of chunks.entries()) {
        expect([firstRow, isPlain]).toEqual([i, false]);
        const sent = messages[i]?.[2] as Uint8Array;
        const body = prefix === 0 ? sent : sent.subarray(4);
        expect(Buffer.compare((bytes as Buffer).subarray(prefix), body)).toBe(0);
      }
      const { items: read } = (await reader.read(file))['/data/IMAGE/data'] ?? {};
      expect(read?.map(Number)).toEqual([1, 2, 3].flatMap((pulse) => [...items(pulse)]));
    });

    test('changes its compression and byte order without a new dataset', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const messages = [
        framesOf(1, 'bitshuffle_lz4'),
        framesOf(2, 'none'),
        framesOf(3, 'lz4', 'big'),
        framesOf(4, 'bitshuffle_lz4', 'big'),
        framesOf(5, 'bitshuffle_lz4'),
      ];
      for (const order of [messages, messages.toReversed()]) {
        await record(file, order, { force: true });
        const contents = await reader.read(file);
        expect(Object.keys(contents).filter((path) => path.includes('data('))).toEqual([]);
        const pulses = contents['/data/IMAGE/pulse_id']?.items?.map(Number) ?? [];
        expect(contents['/data/IMAGE/data']?.items?.map(Number)).toEqual(
          pulses.flatMap((pulse) => [...items(pulse)]),
        );
        expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
      }
    });

    test.each([
      ['full', 0, { undecodable: 1 }],
      ['structure', 1, {}],
    ] as const)('that cannot be decoded: verify %s', async (verify, present, lostValues) => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const messages = [1, 2, 3].map((pulse) => framesOf(pulse, 'bitshuffle_lz4'));
      // All lengths stay right; a match leads to before the beginning.
      const bad = messages[1]?.[2] as Uint8Array;
      bad.fill(0xff, 20, 40);
      const status = await record(file, messages, { verify });
      expect([status.written, status.lostValues]).toEqual([3, lostValues]);
      if (verify === 'full') expect(status.fault).toMatch(/^IMAGE: /);
      expect((await chunksOf(file)).chunks.map(({ bytes }) => bytes !== undefined)).toEqual([
        true,
        present === 1,
        true,
      ]);
      await using read = await openHdf5File(file);
      const flags = await (await (await read.root.group('data'))?.group('IMAGE'))?.dataset('is_data_present');
      expect(await flags?.items()).toEqual([1, present, 1]);
      expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
    });

    test('whose lengths are wrong is undecodable, whatever is verified', async () => {
      using folder = temporaryFolder();
      const messages = [1, 2, 3, 4].map((pulse) => framesOf(pulse, 'bitshuffle_lz4'));
      const cut = messages[1] as Uint8Array[];
      cut[2] = (cut[2] as Uint8Array).subarray(0, -5);
      const long = messages[2] as Uint8Array[];
      long[2] = Buffer.concat([long[2] as Uint8Array, Buffer.alloc(3)]);
      const status = await record(join(folder.path, 'run.h5'), messages, { verify: 'structure' });
      expect([status.written, status.lostValues]).toEqual([4, { undecodable: 2 }]);
    });

    test('is stored plain, or a plain one compressed, by choice', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      for (const [compression, sent, id] of [
        ['none', 'bitshuffle_lz4', undefined],
        ['bitshuffle-lz4', 'none', 32008],
      ] as const) {
        await record(file, [framesOf(1, sent), framesOf(2, sent)], { compression, force: true });
        expect((await chunksOf(file)).filter).toBe(id);
        const { items: read } = (await reader.read(file))['/data/IMAGE/data'] ?? {};
        expect(read?.map(Number)).toEqual([1, 2].flatMap((pulse) => [...items(pulse)]));
      }
    });

    test('and all else is read alike by h5dump, h5stat, h5repack and h5wasm', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const recording = await Recording.create({ file });
      for (let pulse = 1; pulse <= 60; pulse++) await recording.write(toldMessage(pulse));
      await recording.stop();
      await execute('h5dump', ['-o', '/dev/null', file]);
      await execute('h5stat', [file]);
      await execute('h5repack', ['-f', 'NONE', file, `${file}.old`]);
      expect(await reader.readTold(`${file}.old`, 60)).toBe(60);
      install_local_plugins(await h5wasm.ready);
      const read = new h5wasm.File(file, 'r');
      const wave = read.get('data/WAVE/data');
      expect(wave instanceof h5wasm.Dataset && (wave.value as Float64Array)[100]).toBe(2);
      const image = read.get('data/LZ4/data');
      expect(image instanceof h5wasm.Dataset && (image.value as Uint32Array)[1]).toBe(2);
      read.close();
    });
  },
);

test.each([1, 2, 3, 1000])(
  'frames that cannot be decoded are marked in their own rows, with %i rows in a chunk',
  async (chunkRows) => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'run.h5');
    const recording = await Recording.create({ file, chunkRows, commitIntervalMs: 10 });
    const isBad = (row: number) => row % 5 === 1 || row % 7 === 0;
    const expected = Array.from({ length: 40 }, (_, row) => (isBad(row) ? 0 : 1));
    for (const row of expected.keys()) {
      const frames = framesOf(row, 'bitshuffle_lz4');
      if (isBad(row)) (frames[2] as Uint8Array).fill(0xff, 20, 40);
      const waiting = recording.write(decoded(frames));
      if (row % 3 > 0) await waiting;
      if (row % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const bad = expected.filter((flag) => flag === 0).length;
    expect(await recording.stop()).toMatchObject({ written: 40, lostValues: { undecodable: bad } });
    expect(valuesOf(file, 'data/IMAGE/is_data_present')).toEqual(expected);
    expect((await chunksOf(file)).chunks.map(({ bytes }) => (bytes === undefined ? 0 : 1))).toEqual(expected);
    expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [] });
  },
);

test('frames that are always being decoded keep no row from the disk', async () => {
  await using recording = await Recording.create({
    file: '/dev/null',
    chunkRows: 1_000_000,
    commitIntervalMs: 10,
  });
  const encoder = new MessageEncoder({
    channels: [{ name: 'IMAGE', type: 'uint16', shape: [1000, 1000], compression: 'bitshuffle_lz4' }],
  });
  const IMAGE = { items: new Uint16Array(1e6).map((_, i) => i % 5000), shape: [1000, 1000] };
  const message = decoded(encoder.encode({ IMAGE }, { pulseId: 1n, timestampNs: 1n }));
  while (recording.status().committed === 0) {
    for (let i = 0; i < 20; i++) await recording.write(message);
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('who writes without waiting loses nothing', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  const recording = await Recording.create({ file, chunkRows: 4 });
  for (let pulse = 1; pulse <= 30; pulse++) void recording.write(toldMessage(pulse));
  expect(await recording.stop()).toMatchObject({ state: 'finished', written: 30, unverified: 0 });
  expect(await verifyRecording(file)).toMatchObject({ isWhole: true, problems: [], written: 30 });
  expect(valuesOf(file, 'data/SCALAR/data')).toEqual(Array.from({ length: 30 }, (_, i) => i + 1.5));
});

test('a process that has nothing to do but to wait for the decoding does not end before it', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  await using program = runProgram(new URL('./programs/compressed.ts', import.meta.url), [file]);
  expect(await program.line()).toBe('finished');
  await program.ended;
  expect(await verifyRecording(file)).toMatchObject({ isWhole: true, written: 20 });
});

test('a recording of which one byte is wrong does not pass for whole', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  await record(
    file,
    Array.from({ length: 20 }, (_, i) => toldFrames(i + 1)),
  );
  expect(await verifyRecording(file)).toMatchObject({ isWhole: true });
  const whole = readFileSync(file);
  const float = (value: number) => Buffer.from(Float64Array.of(value).buffer);
  for (const [what, place, problem] of [
    ['a scalar', whole.indexOf(float(7.5)), '/data/SCALAR/data does not hold what was written'],
    ['a text', whole.indexOf('pulse 13'), '/data/TEXT/data does not hold what was written'],
    ['an array', whole.lastIndexOf(float(118)), '/data/WAVE/data does not hold what was written'],
    ['an image', whole.indexOf(toldFrames(4)[14] as Uint8Array) + 100, '/data/IMAGE/data does not hold'],
    ['a structure', whole.indexOf('EAHD') + 20, 'the checksum of the EAHD'],
  ] as const) {
    expect(place, what).toBeGreaterThan(100);
    const wrong = Buffer.from(whole);
    wrong[place] = (wrong[place] as number) ^ 1;
    writeFileSync(file, wrong);
    const { isWhole, problems } = await verifyRecording(file);
    expect([what, isWhole, problems.join('\n')]).toEqual([what, false, expect.stringContaining(problem)]);
  }
});
