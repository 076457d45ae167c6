/** Copies of recordings for old readers: HDF5's oldest form, with the same values. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChannelSpec, MessageDecoder, MessageEncoder, type SentValues } from '../../src/bsread/index.ts';
import { exportEarliest, RecordedFile, Recording, type RecordingOptions } from '../../src/recording/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { debianPython, requireServer } from '../support/require-server.ts';
import { type Content, type Contents, Reader } from './support/reader.ts';
import { recordedRun, runNames } from './support/recorded.ts';
import { valuesOf } from './support/rows.ts';
import { decoded, toldFrames, toldMessage } from './support/told-stream.ts';

const execute = promisify(execFile);
const form = new URL('./support/form.py', import.meta.url).pathname;
const oldest = { superblock: 0, headers: [1], isContiguous: true };

/** What both files say of what is in /general and /data. */
function told(contents: Contents) {
  const entries = Object.entries(contents).filter(([path]) => !path.startsWith('/recording'));
  return Object.fromEntries(
    entries.map(([path, { group, attributes, shape, dtype, sha256_le, values }]) => [
      path,
      { group, attributes: single(attributes), shape, dtype: littleEndian(dtype), sha256_le, values },
    ]),
  );
}

/** A list of one is a scalar in the copy; NeXus takes both. */
function single(attributes: Content['attributes'] = {}): Record<string, string | readonly string[]> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, said]) => [name, said.length === 1 ? (said[0] ?? '') : said]),
  );
}

async function formOf(file: string): Promise<Record<string, unknown>> {
  return JSON.parse((await execute(debianPython, [form, file])).stdout);
}

const kinds: Readonly<Record<string, string>> = { i: 'int', u: 'uint', f: 'float' };

/** The name of a type in the byte order of most machines. */
function littleEndian(dtype: string | undefined): string | undefined {
  return dtype?.replace(
    /^>([iuf])(\d)$/,
    (_, kind: string, size: string) => `${kinds[kind]}${8 * Number(size)}`,
  );
}

async function dumped(file: string, dataset: string): Promise<string> {
  const { stdout } = await execute('h5dump', ['-y', '-w', '0', '-m', '%.17g', '-d', dataset, file], {
    maxBuffer: 2 ** 28,
  });
  const [, data] = /\n {3}DATA \{\n([\s\S]*?)\n {3}\}\n/.exec(stdout) ?? [];
  if (data === undefined) throw new Error(`h5dump has no data of ${dataset}`);
  return data;
}

describe.skipIf(!requireServer('h5py and h5dump', 'recordings for old readers'))(
  'a copy for old readers',
  () => {
    let reader: Reader;
    beforeAll(() => {
      reader = new Reader();
    });
    afterAll(() => reader[Symbol.asyncDispose]());

    /** Copies, and compares all that h5py reads. */
    async function copied(file: string): Promise<Contents> {
      const output = `${file}.old`;
      await exportEarliest({ file, output, force: true });
      const copy = await reader.read(output);
      expect(told(copy)).toEqual(told(await reader.read(file)));
      for (const content of Object.values(copy)) {
        if (content.group === true) continue;
        expect(content).toMatchObject({ chunks: null, filters: [], maxshape: content.shape });
        expect(content.dtype).not.toMatch(/^>/);
      }
      expect(await formOf(output)).toMatchObject(oldest);
      return copy;
    }

    async function record(
      file: string,
      channels: readonly ChannelSpec[],
      values: readonly SentValues[],
      options: Partial<RecordingOptions> = {},
    ): Promise<void> {
      const encoder = new MessageEncoder({ channels });
      const recording = await Recording.create({ file, ...options });
      for (const [i, each] of values.entries()) {
        const frames = encoder.encode(each, {
          pulseId: BigInt(100 + i),
          timestampNs: 1_700_000_000n + BigInt(i),
        });
        await recording.write(decoded(frames));
      }
      await recording.stop();
    }

    test('of numbers, truth values, texts, waveforms and compressed images is read alike by h5py, h5dump and h5wasm', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const recording = await Recording.create({
        file,
        chunkRows: 10,
        general: { user: 'Zoë', process: '' },
      });
      for (let pulse = 1; pulse <= 130; pulse++) await recording.write(toldMessage(pulse));
      await recording.stop();
      const copy = await copied(file);
      expect(await reader.readTold(`${file}.old`, 130)).toBe(130);
      const datasets = Object.keys(copy).filter((path) => copy[path]?.group === undefined);
      expect(datasets).toHaveLength(48);
      for (const path of datasets.filter((each) => !/(LONG|IMAGE|LZ4)\/data$/.test(each))) {
        expect(await dumped(`${file}.old`, path)).toBe(await dumped(file, path));
        expect(valuesOf(`${file}.old`, path)).toEqual(valuesOf(file, path));
      }
      await execute('h5stat', [`${file}.old`]);
      using own = await RecordedFile.open(`${file}.old`);
      expect(own.channel('TEXT')).toMatchObject({ rows: 130, present: 130 });
    }, 60_000);

    test.each(runNames)('of the recorded stream %s holds what the recording does', async (name) => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const { messages, parameters } = recordedRun(name);
      const recording = await Recording.create({ file, general: parameters });
      const decoder = new MessageDecoder();
      for (const frames of messages) {
        const message = decoder.decode(frames);
        if (message !== undefined) await recording.write(message);
      }
      await recording.stop();
      const copy = await copied(file);
      if (name === 'changing') expect(Object.keys(copy).some((path) => path.endsWith('/data(1)'))).toBe(true);
    });

    test('has scalars and waveforms of every type and byte order, and texts that are empty, missing or not ASCII', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const types = [
        'int8',
        'uint8',
        'int16',
        'uint16',
        'int32',
        'uint32',
        'int64',
        'uint64',
        'float32',
        'float64',
      ] as const;
      const channels = types.flatMap((type) =>
        (['little', 'big'] as const).flatMap((encoding): ChannelSpec[] => [
          { name: `${type} ${encoding}`, type, encoding },
          { name: `${type}[3] ${encoding}`, type, encoding, shape: [3] },
        ]),
      );
      const values = [0, 1, 2].map((at) => ({
        ...Object.fromEntries(
          channels.map(({ name, type, shape }) => {
            const item = (value: number) => (type === 'int64' || type === 'uint64' ? BigInt(value) : value);
            return [name, shape === undefined ? item(17 + at) : [item(1), item(at), item(100)]];
          }),
        ),
        BOOL: at === 1,
        TEXT: ['', 'Zürich 東京', undefined][at],
      }));
      const more: ChannelSpec[] = [
        { name: 'BOOL', type: 'bool' },
        { name: 'TEXT', type: 'string' },
      ];
      await record(file, [...channels, ...more], values as SentValues[]);
      const copy = await copied(file);
      expect(copy['/data/TEXT/data']?.values).toEqual(['', 'Zürich 東京', '']);
      expect(copy['/data/int64 big/data']).toMatchObject({ dtype: 'int64', items: ['17', '18', '19'] });
      expect(await dumped(`${file}.old`, '/data/BOOL/data')).toBe(await dumped(file, '/data/BOOL/data'));
      expect(valuesOf(`${file}.old`, '/data/BOOL/data').map(Number)).toEqual([0, 1, 0]);
    });

    test('has channels with odd names, and says how they are called', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const names = ['a/b', '../x', 'é', '', ' ', 'x'.repeat(4000), '.', 'A', 'a', 'data(1)'];
      await record(
        file,
        names.map((name) => ({ name, type: 'int32' })),
        [Object.fromEntries(names.map((name, i) => [name, i]))],
      );
      await copied(file);
      using copy = await RecordedFile.open(`${file}.old`);
      for (const [i, name] of names.entries()) {
        expect(copy.values(`${copy.channel(name).path}/data`, 0, 1)?.[0]).toBe(i);
      }
    });

    test('of 2000 channels is found by each of their names', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const channels = Array.from(
        { length: 2000 },
        (_, i): ChannelSpec => ({ name: `C${i}`, type: 'float64' }),
      );
      await record(file, channels, [Object.fromEntries(channels.map(({ name }, i) => [name, i]))]);
      const output = `${file}.old`;
      expect(await exportEarliest({ file, output })).toMatchObject({ channels: 2000, rows: 1 });
      // Of each channel a group with three datasets; the pulse ids are one that all have.
      const objects = 2000 * 4 + 1 + ['/', '/data', '/general'].length + 8;
      expect(await formOf(output)).toEqual({ ...oldest, objects });
      using copy = await RecordedFile.open(output);
      for (const i of [0, 7, 8, 999, 1000, 1999]) {
        const { path } = copy.channel(`C${i}`);
        expect(copy.values(`${path}/data`, 0, 1)?.[0]).toBe(i);
        expect(copy.values(`${path}/pulse_id`, 0, 1)?.[0]).toBe(100n);
      }
    }, 60_000);

    test('of a recording without rows, and of one without channels, has none', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      await record(file, [], []);
      expect(Object.keys(await copied(file))).toEqual(expect.arrayContaining(['/data', '/general/user']));
      const never: ChannelSpec[] = [{ name: 'NEVER', type: 'float64', shape: [4] }];
      await record(file, never, [{}], { force: true });
      expect((await copied(file))['/data/NEVER/data']).toMatchObject({ shape: [1, 4] });
    });

    test('of a recording that still grows has the rows that are committed', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      const recording = await Recording.create({ file, commitIntervalMs: 20 });
      for (let pulse = 1; pulse <= 30; pulse++) await recording.write(toldMessage(pulse));
      while (recording.status().committed < 30) await new Promise((resolve) => setTimeout(resolve, 10));
      await exportEarliest({ file, output: `${file}.old` });
      expect(await reader.readTold(`${file}.old`, 30)).toBe(30);
      await recording.stop();
    });

    test('of some channels has only those, and nothing leads to others', async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, 'run.h5');
      await record(
        file,
        [
          { name: 'A', type: 'int32' },
          { name: 'B', type: 'int32' },
        ],
        [{ A: 1, B: 2 }],
      );
      const output = join(folder.path, 'old.h5');
      expect(await exportEarliest({ file, output, channels: ['B'] })).toMatchObject({ channels: 1, rows: 1 });
      const copy = await reader.read(output);
      expect(Object.keys(copy).filter((path) => path.startsWith('/data'))).toEqual([
        '/data',
        ...['', '/data', '/is_data_present', '/pulse_id', '/timestamp'].map((path) => `/data/B${path}`),
      ]);
      expect(copy['/data']?.attributes).toEqual({ NX_class: 'NXentry' });
      const absent = exportEarliest({ file, output: `${output}.b`, channels: ['b'] });
      await expect(absent).rejects.toMatchObject({ code: 'ALI_NOT_FOUND' });
    });
  },
);

test('a copy that is given up, or of a damaged recording, leaves nothing', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  const recording = await Recording.create({ file, compression: 'none' });
  for (let pulse = 1; pulse <= 30; pulse++) await recording.write(toldMessage(pulse));
  await recording.stop();
  const output = join(folder.path, 'old.h5');
  const stop = new AbortController();
  const aborted = exportEarliest({ file, output, signal: stop.signal, onProgress: () => stop.abort() });
  await expect(aborted).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length / 2));
  await expect(exportEarliest({ file, output })).rejects.toMatchObject({ code: 'ALI_HDF5_DAMAGED' });
  await expect(exportEarliest({ file, output: file, force: true })).rejects.toMatchObject({
    code: 'ALI_USAGE',
  });
  await expect(exportEarliest({ file, output: file })).rejects.toMatchObject({ code: 'ALI_FILE_EXISTS' });
  expect(readdirSync(folder.path)).toEqual(['run.h5']);
});

test('a value that cannot be decoded ends a copy, and the other channels can be copied', async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'run.h5');
  const frames = toldFrames(2);
  const recording = await Recording.create({ file });
  await recording.write(decoded(frames));
  await recording.stop();
  const bytes = readFileSync(file);
  // Behind the two headers each channel has a value and a time; IMAGE is the seventh.
  const image = frames[2 + 2 * 6] as Uint8Array;
  const place = bytes.indexOf(image);
  expect(place).toBeGreaterThan(0);
  writeFileSync(file, bytes.fill(0xff, place + 16, place + 40));
  const output = join(folder.path, 'old.h5');
  await expect(exportEarliest({ file, output })).rejects.toMatchObject({
    code: 'ALI_HDF5_DAMAGED',
    message: expect.stringContaining('/data/IMAGE/data has a value that cannot be decoded'),
  });
  expect(readdirSync(folder.path)).toEqual(['run.h5']);
  expect(await exportEarliest({ file, output, channels: ['SCALAR', 'LZ4'] })).toMatchObject({ rows: 1 });
});
