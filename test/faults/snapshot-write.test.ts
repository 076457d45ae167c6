/** What may happen while a snapshot is written: a file that stood there is as it was, and no half of a new one is there. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  createWriteStream,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore, type Space, type Store } from '../../src/store/index.ts';
import { loadSnapshot, writeSnapshot } from '../../src/store/rdb/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';

const isRoot = process.getuid?.() === 0;

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;
let space: Space;
beforeEach(async () => {
  folder = temporaryFolder();
  store = await openStore('memory:');
  space = await store.space('state');
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

async function addValues(count: number): Promise<void> {
  for (let i = 0; i < count; i++)
    await space.write({ do: 'set', key: `k${i}`, value: Buffer.alloc(1_000_000, i) });
}

/** One series too long to be kept in memory while it is counted. */
async function addSeries(): Promise<void> {
  const members = Array.from({ length: 6000 }, (_, i) => Buffer.alloc(1000, `${String(i).padStart(8)} `));
  await space.write({ do: 'add', key: 'series', members });
}

async function keysIn(file: string): Promise<number> {
  await using memory = await openStore('memory:');
  return (await loadSnapshot(await memory.space('state'), file)).keys;
}

test.skipIf(!isRoot).each([
  ['by a file', () => addValues(8)],
  ['by what is kept aside', addSeries],
])('a disk that is filled %s: the old file stays, and nothing else', async (_, fill) => {
  const disk = join(folder.path, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
  using _mounted = { [Symbol.dispose]: () => execFileSync('umount', [disk]) };
  const file = join(disk, 'night.rdb');
  await space.write({ do: 'set', key: 'old', value: Buffer.from('1') });
  await writeSnapshot(space, file);
  const before = readFileSync(file);
  await fill();
  await expect(writeSnapshot(space, file)).rejects.toMatchObject({
    code: 'ALI_FILE_NOT_WRITTEN',
    message: expect.stringMatching(/night\.rdb.*: ENOSPC/),
  });
  expect(readdirSync(disk)).toEqual(['night.rdb']);
  expect(readFileSync(file)).toEqual(before);
  // There is room again for what fits.
  expect(await writeSnapshot(space, file, { keys: ['old', 'k1'] })).toMatchObject({
    keysFailed: fill === addSeries ? 1 : 0,
  });
});

test('kill -9 while it is written: the old file stays, and what is beside it says what it is', async () => {
  const file = join(folder.path, 'night.rdb');
  await space.write({ do: 'set', key: 'old', value: Buffer.from('1') });
  await writeSnapshot(space, file);
  const before = readFileSync(file);
  {
    await using program = runProgram(new URL('./programs/snapshot-writer.ts', import.meta.url), [file]);
    expect(await program.line()).toBe('writing');
    program.child.kill('SIGKILL');
    expect(await program.ended).toBe('SIGKILL');
  }
  expect(readFileSync(file)).toEqual(before);
  const beside = readdirSync(folder.path).filter((name) => name !== 'night.rdb');
  expect(beside).toEqual([expect.stringMatching(/^night\.rdb\.[0-9a-f]{8}\.part$/)]);
  expect(statSync(join(folder.path, beside[0] ?? '')).size).toBeGreaterThan(1_000_000);
  await addValues(2);
  await writeSnapshot(space, file);
  expect(await keysIn(file)).toBe(3);
});

test('a folder that is not there, or stands in place of the file, is named', async () => {
  await addValues(1);
  const nowhere = join(folder.path, 'nowhere', 'night.rdb');
  await expect(writeSnapshot(space, nowhere)).rejects.toMatchObject({
    code: 'ALI_FILE_NOT_WRITTEN',
    message: expect.stringContaining(nowhere),
  });
  await expect(writeSnapshot(space, folder.path)).rejects.toMatchObject({
    message: `cannot write ${folder.path}: it is a folder`,
  });
});

test('a link stays a link, and a file keeps its mode', async () => {
  await addValues(1);
  const real = join(folder.path, 'real.rdb');
  const link = join(folder.path, 'latest.rdb');
  writeFileSync(real, 'old');
  chmodSync(real, 0o640);
  symlinkSync('real.rdb', link);
  await writeSnapshot(space, link);
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(await keysIn(real)).toBe(1);
  expect(readdirSync(folder.path).toSorted()).toEqual(['latest.rdb', 'real.rdb']);
});

test('a device is written to, not replaced', async () => {
  await addValues(1);
  expect(await writeSnapshot(space, '/dev/null')).toMatchObject({ keysWritten: 1 });
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  await expect(writeSnapshot(space, '/dev/full')).rejects.toMatchObject({
    code: 'ALI_FILE_NOT_WRITTEN',
    message: expect.stringContaining('/dev/full'),
  });
});

test('a stream that cannot be written fails the save, and not the process', async () => {
  await addValues(1);
  const stream = createWriteStream('/dev/full');
  const closed = new Promise<void>((resolve) => stream.on('close', resolve));
  await expect(writeSnapshot(space, stream)).rejects.toMatchObject({
    code: 'ALI_FILE_NOT_WRITTEN',
    message: expect.stringContaining('ENOSPC'),
  });
  // Its error is told between the two; unheard, it would end the process.
  expect(stream.listenerCount('error')).toBe(1);
  await closed;
});
