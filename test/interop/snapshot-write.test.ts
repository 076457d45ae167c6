/** Snapshots both ways: the real katsdptelstate and redis-server load what we write, and we load what they write. */
import { execFile } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openStore, type Space, type Store } from '../../src/store/index.ts';
import { loadSnapshot, writeSnapshot } from '../../src/store/rdb/index.ts';
import {
  Complex,
  float,
  NdArray,
  openTelescopeState,
  TelescopeState,
  tuple,
} from '../../src/telstate/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { snapshotFolder } from '../support/snapshot-fixtures.ts';
import { contentsOf } from '../support/space-contents.ts';
import { proven } from './proven.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.close());

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let space: Space;
beforeEach(async () => {
  await server.command('FLUSHALL');
  folder = temporaryFolder();
  store = await openStore('memory:');
  space = await store.space('state');
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

const program = new URL('python/snapshot.py', import.meta.url).pathname;
const inFolder = (name: string) => join(folder.path, name);

/** Runs snapshot.py; the numbers that it prints. */
async function python(...args: readonly string[]): Promise<number[]> {
  const { ALIDADE_PYTHON: interpreter } = process.env;
  if (interpreter === undefined) throw new Error('these suites run by `npm run interop`');
  const { stdout } = await promisify(execFile)(interpreter, ['-B', program, ...args]);
  return stdout.trim().split(' ').map(Number);
}

async function contentsOfServer() {
  await using redis = await openStore(server.url);
  return await contentsOf(await redis.space('state'));
}

async function contentsOfFile(file: string) {
  await using memory = await openStore('memory:');
  const loaded = await memory.space('state');
  await loadSnapshot(loaded, file);
  return await contentsOf(loaded);
}

/** What no fixture has: sizes at which lengths, pages and Redis's own encodings change. */
async function fillWithEdges(): Promise<void> {
  const state = new TelescopeState(space);
  for (const size of [0, 1, 62, 63, 64, 16_382, 16_383, 16_384, 65_536, 300_000]) {
    await state.set(`text ${size}`, 'x'.repeat(size));
    await space.write({
      do: 'set-field',
      key: `hash ${size}`,
      field: 'f'.repeat(Math.min(size, 9_000)),
      value: Buffer.alloc(size),
    });
  }
  for (const count of [1, 63, 64, 127, 128, 129, 8192, 8193, 16_384, 40_000]) {
    await state.addMany(
      `sensor ${count}`,
      Array.from({ length: count }, (_, i) => ({ timeSeconds: 1.7e9 + i / 10, value: float(i) })),
    );
  }
  for (let i = 0; i < 600; i++) await state.setIndexed('gains', `m${i}`, [float(i), tuple(i, null)]);
  for (const key of ['7', '-70000', '9223372036854775807', 'é ü', '\udcff', '']) await state.set(key, 1);
  await state.set('array', NdArray.from(Float32Array.of(1, 2, 3)));
  await state.set('complex', new Complex(1.5, -0));
}

const fixtures = ['server_small.rdb', 'server_large.rdb'].map((name) => join(snapshotFolder, name));
test.each([...fixtures, 'edges of all kinds'])(
  'Python loads what we write (%s)',
  async (fixture) => {
    if (!fixtures.includes(fixture)) await fillWithEdges();
    else await loadSnapshot(space, fixture);
    const contents = await contentsOf(space);
    const ours = inFolder('ours.rdb');
    expect(await writeSnapshot(space, ours)).toMatchObject({ keysWritten: contents.size, keysFailed: 0 });

    expect(await python('load', server.url, ours)).toEqual([contents.size]);
    expect(await contentsOfServer()).toEqual(contents);
    // Into Python's own memory, and out of it again.
    const theirs = inFolder('theirs.rdb');
    expect(await python('copy', ours, theirs)).toEqual([contents.size, contents.size, 0]);
    expect(await contentsOfFile(theirs)).toEqual(contents);
    proven('snapshot file', 'snapshots', 2 * contents.size);
  },
  60_000,
);

test.each([...fixtures, 'edges of all kinds'])(
  'redis-server loads what we write, and we load what it saves (%s)',
  async (fixture) => {
    if (!fixtures.includes(fixture)) await fillWithEdges();
    else await loadSnapshot(space, fixture);
    const contents = await contentsOf(space);
    await writeSnapshot(space, inFolder('ours.rdb'));
    await server.stop();
    copyFileSync(inFolder('ours.rdb'), join(server.folder, 'dump.rdb'));
    await server.start();
    expect(await contentsOfServer()).toEqual(contents);

    expect(await server.command('SAVE')).toBe('+OK');
    expect(readFileSync(join(server.folder, 'dump.rdb')).subarray(0, 9).toString()).toMatch(
      /^REDIS00(09|1\d)$/,
    );
    expect(await contentsOfFile(join(server.folder, 'dump.rdb'))).toEqual(contents);
    // Python's writer copies the encodings of the server into its file, listpacks and compressed texts included.
    expect(await python('save', server.url, inFolder('theirs.rdb'))).toEqual([contents.size, 0]);
    expect(await contentsOfFile(inFolder('theirs.rdb'))).toEqual(contents);
    proven('snapshot file', 'snapshots', 3 * contents.size);
  },
  60_000,
);

test('from one server the two writers write files that hold the same, and count the same', async () => {
  await using state = await openTelescopeState(server.url);
  await state.set('observer', 'Ada');
  await state.add('wind', 1.5, { time: 100 });
  const keys = ['observer', 'nope', 'wind'];
  const { keysWritten, keysFailed } = await writeSnapshot(state.space, inFolder('ours.rdb'), { keys });
  expect(await python('save', server.url, inFolder('theirs.rdb'), ...keys)).toEqual([
    keysWritten,
    keysFailed,
  ]);
  expect(await contentsOfFile(inFolder('ours.rdb'))).toEqual(await contentsOfFile(inFolder('theirs.rdb')));
  proven('snapshot file', 'snapshots', keysWritten);
});

test('Python loads the telescope state of a file that holds lists, sets and times to expire besides', async () => {
  await space.batch(
    [],
    [
      { do: 'push', key: 'list', items: [Buffer.from('a')] },
      { do: 'set-add', key: 'set', members: [Buffer.from('a')] },
      { do: 'set', key: 'short', value: Buffer.from('v'), expireMs: 3_600_000 },
      { do: 'set', key: 'long', value: Buffer.from('v'), expireMs: 1e15 },
      { do: 'set', key: 'value', value: Buffer.from('v') },
    ],
  );
  await writeSnapshot(space, inFolder('ours.rdb'));
  expect(await python('load', server.url, inFolder('ours.rdb'))).toEqual([3]);
  expect([...(await contentsOfServer()).keys()].map((hex) => Buffer.from(hex, 'hex').toString())).toEqual([
    'long',
    'short',
    'value',
  ]);
  const left = Number((await server.command('PTTL', 'short')).slice(1));
  expect(left).toBeGreaterThan(3_400_000);
  expect(left).toBeLessThanOrEqual(3_600_000);
  proven('snapshot file', 'snapshots', 3);
});
