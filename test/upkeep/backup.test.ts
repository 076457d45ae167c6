import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { backupStore, checkStore } from '../../src/store/upkeep/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';
import { allOf, bytes, filled, numbered, type Place, places, sqlitePlace } from './places.ts';

let folder: ReturnType<typeof temporaryFolder>;
let target: string;
beforeEach(() => {
  folder = temporaryFolder();
  target = join(folder.path, 'night');
  return () => folder[Symbol.dispose]();
});

const folderOf = ({ url }: Place) => url.slice('sqlite:'.length);

describe.each(places)('a backup of %s', (_, make) => {
  test('is a store with all that there was, and is whole', async () => {
    await using place = await make();
    const before = await allOf(await filled(place));
    const report = await backupStore(place.url, target);
    expect(report.spaces).toMatchObject([
      { space: 'state', keys: 7 },
      { space: 'shm', keys: 2 },
      { space: 'config', keys: 1 },
    ]);
    expect(readdirSync(folder.path)).toEqual(['night']);
    expect(readdirSync(target)).toEqual(['config.sqlite', 'shm.sqlite', 'state.sqlite']);
    const { spaces } = await checkStore(`sqlite:${target}`);
    expect(spaces.flatMap(({ faults }) => faults)).toEqual([]);
    expect(await allOf(`sqlite:${target}`)).toEqual(before);
    expect(await allOf(place.url)).toEqual(before);
  });

  test('goes nowhere where something is, but into an empty folder, whose rights stay', async () => {
    await using place = await make();
    await filled(place);
    mkdirSync(target);
    chmodSync(target, 0o2770);
    await backupStore(place.url, target);
    expect(statSync(target).mode & 0o7777).toBe(0o2770);
    const before = readFileSync(join(target, 'state.sqlite'));
    await expect(backupStore(place.url, target)).rejects.toMatchObject({ code: 'ALI_STORE_NOT_EMPTY' });
    writeFileSync(join(folder.path, 'file'), 'mine');
    await expect(backupStore(place.url, join(folder.path, 'file'))).rejects.toMatchObject({
      code: 'ALI_STORE_NOT_EMPTY',
    });
    expect(readFileSync(join(target, 'state.sqlite'))).toEqual(before);
    expect(readdirSync(folder.path)).toEqual(['file', 'night']);
  });
});

test('beside a process that writes all the time it ends, and is the store of one moment', async () => {
  await using place = await sqlitePlace();
  {
    await using store = await openStore(place.url);
    const space = await store.space('state');
    for (let i = 0; i < 40; i++) {
      await space.write({ do: 'set', key: `k${i}`, value: new Uint8Array(1_000_000).fill(i) });
    }
  }
  const writer = new URL('../faults/programs/store-writer.ts', import.meta.url);
  await using _program = runProgram(writer, [place.url, 'series', '64']);
  const written = async () => {
    await using store = await openStore(place.url);
    return (await store.space('state')).read({ read: 'count', key: 'series' });
  };
  while ((await written()) < 100) await sleep(5);
  const from = await written();
  const report = await backupStore(place.url, target);
  const to = await written();
  expect(report.spaces[0]?.keys).toBe(41);
  await using copy = await openStore(`sqlite:${target}`);
  const space = await copy.space('state');
  const members = await space.read({ read: 'range', key: 'series' });
  expect(members.length).toBeGreaterThanOrEqual(from);
  expect(members.length).toBeLessThan(to);
});

test('a source that is damaged is found out, and there is no backup', async () => {
  await using place = await sqlitePlace();
  await filled(place);
  const file = join(folderOf(place), 'state.sqlite');
  {
    // A row of a key that is gone: SQLite finds nothing wrong with it.
    using db = new DatabaseSync(file);
    db.exec("INSERT INTO members (key, member) VALUES (999, x'00')");
  }
  await expect(backupStore(place.url, target)).rejects.toMatchObject({
    code: 'ALI_STORE_DAMAGED',
    message: expect.stringContaining('left members behind'),
  });
  const garbage = readFileSync(file);
  garbage.fill(0xa5, 4096 * 20, 4096 * 24);
  writeFileSync(file, garbage);
  await expect(backupStore(place.url, target)).rejects.toMatchObject({ code: 'ALI_STORE_DAMAGED' });
  expect(readdirSync(folder.path)).toEqual([]);
});

test('a backup that is given up leaves nothing', async () => {
  await using place = await sqlitePlace();
  const before = await allOf(await filled(place));
  const giveUp = new AbortController();
  const backup = backupStore(place.url, target, {
    signal: giveUp.signal,
    onProgress: () => giveUp.abort(),
  });
  await expect(backup).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  expect(readdirSync(folder.path)).toEqual([]);
  expect(await allOf(place.url)).toEqual(before);
});

test('where there is no store nothing is made', async () => {
  const nowhere = join(folder.path, 'nowhere');
  await expect(backupStore(`sqlite:${nowhere}`, target)).rejects.toMatchObject({
    code: 'ALI_STORE_NOT_FOUND',
  });
  mkdirSync(nowhere);
  await expect(backupStore(`sqlite:${nowhere}`, target)).rejects.toMatchObject({
    code: 'ALI_STORE_NOT_FOUND',
  });
  expect([existsSync(target), readdirSync(nowhere)]).toEqual([false, []]);
});

const isRoot = process.getuid?.() === 0;
test.skipIf(!isRoot)(
  'a full disk: no backup and no copy, what was there stays, and nothing is left over',
  async () => {
    await using place = await sqlitePlace();
    {
      await using store = await openStore(place.url);
      const space = await store.space('state');
      await space.write({ do: 'add', key: 'series', members: numbered(200_000) });
      await space.write({ do: 'set', key: 'large', value: new Uint8Array(5_000_000) });
      await space.write({ do: 'set', key: 'k', value: bytes('v') });
    }
    const disk = join(folder.path, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    using _mounted = { [Symbol.dispose]: () => execFileSync('umount', [disk]) };
    const { copyStore } = await import('../../src/store/upkeep/index.ts');
    for (const attempt of [
      () => backupStore(place.url, join(disk, 'night')),
      () => copyStore(place.url, `sqlite:${join(disk, 'night')}`),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'ALI_STORE_FULL' });
      expect(readdirSync(disk)).toEqual([]);
    }
    expect((await checkStore(place.url)).spaces[0]).toMatchObject({ keys: 3, faults: [] });
  },
);
