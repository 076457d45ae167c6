/** `alidade state load` and `dump`: snapshots in files, on standard streams, and as stores. */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { finished } from '../support/command.ts';
import { useStateCommand } from './state-command.ts';

const snapshots = join(import.meta.dirname, '../fixtures/telstate/rdb');
const desk = useStateCommand();
const { state, said, refused } = desk;

describe('snapshots', () => {
  const snapshot = join(snapshots, 'mem_tiny.rdb');

  test('load reads a file or standard input', async () => {
    expect(await said('load', snapshot)).toMatch(/^loaded \d+ keys from .*mem_tiny\.rdb into sqlite:/);
    const keys = await said('keys', '--json');
    const fed = await desk.shell.feed(
      readFileSync(snapshot),
      'state',
      'load',
      '-',
      '--json',
      '--store',
      'sqlite:other',
    );
    expect(fed).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(fed.stdout)).toEqual({ keys: (JSON.parse(keys) as string[]).length, skipped: 0 });
    expect(await said('keys', '--json', '--store', 'sqlite:other')).toBe(keys);
  });

  test('of a damaged one nothing is loaded', async () => {
    const damaged = readFileSync(snapshot).subarray(0, -20);
    const fed = await desk.shell.feed(damaged, 'state', 'load', '-');
    expect(fed).toMatchObject({ status: 2, stdout: '' });
    expect(fed.stderr).toMatch(/^alidade: .*standard input.* \(ALI_SNAPSHOT\)\n$/);
    expect(await said('keys')).toBe('');
    for (const args of [
      ['load', 'nowhere.rdb'],
      ['keys', '--store', 'nowhere.rdb'],
    ]) {
      expect(await refused(3, ...args)).toBe(
        'alidade: there is no snapshot file nowhere.rdb (ALI_STORE_NOT_FOUND)',
      );
    }
    expect(await refused(2, 'load', '.')).toContain('cannot read the snapshot .: it is a folder');
  });

  test('a file of something else is called that', async () => {
    for (const content of ['hello', 'a text that is longer than a head']) {
      const fed = await desk.shell.feed(Buffer.from(content), 'state', 'load', '-');
      expect(fed).toMatchObject({ status: 2, stderr: expect.stringContaining('REDIS (at byte 0)') });
    }
    const fed = await desk.shell.feed(Buffer.from('REDI'), 'state', 'load', '-');
    expect(fed.stderr).toContain('it is cut off (at byte 4)');
    expect((await desk.shell.feed(Buffer.alloc(0), 'state', 'load', '-')).stderr).toContain('it is empty');
  });

  test('what the store has stays unless --replace is said; the rest is merged', async () => {
    const other = ['--store', 'sqlite:other'];
    await said('set', 'observer', 'Ada', ...other);
    await said('set', 'wind', 'calm', ...other);
    await said('set', 'mode', 'slew', ...other);
    await said('add', 'rain', '1', '--time', '100', ...other);
    await said('index', 'set', 'gains', 'm000', '1', ...other);
    await said('index', 'set', 'gains', 'm001', '1', ...other);
    await said('dump', 'night.rdb', ...other);
    await said('set', 'observer', 'Bo');
    await said('add', 'wind', '5', '--time', '50');
    await said('set', 'mode', 'slew');
    await said('add', 'rain', '2', '--time', '200');
    await said('index', 'set', 'gains', 'm000', '2');

    const { status, stdout, stderr } = await state('load', 'night.rdb');
    expect(status).toBe(5);
    expect(stdout).toMatch(/^loaded 2 keys from night\.rdb into sqlite:/);
    expect(stdout).toContain("  2 keys left as in the store, with another value: 'gains', 'observer'\n");
    expect(stdout).toContain("  1 key left as in the store, as a key of another type: 'wind'\n");
    expect(stderr).toContain('3 keys of night.rdb would change what is in the store');
    expect(stderr).toContain('--replace');
    expect(await said('get', 'observer')).toBe('Bo');
    expect(await said('type', 'wind')).toBe('sensor');
    expect(await said('index', 'get', 'gains', 'm000')).toBe('2');
    expect(await said('index', 'get', 'gains', 'm001')).toBe('1');
    expect((await said('range', 'rain', '--from', '0')).split('\n')).toHaveLength(2);

    const replaced = JSON.parse(await said('load', 'night.rdb', '--replace', '--json')) as unknown;
    expect(replaced).toEqual({ keys: 5, skipped: 0 });
    expect(await said('get', 'observer')).toBe('Ada');
    expect(await said('get', 'wind')).toBe('calm');
    expect(await said('index', 'get', 'gains', 'm000')).toBe('1');
    expect((await said('range', 'rain', '--from', '0')).split('\n')).toHaveLength(2);
    expect(await said('load', 'night.rdb')).toMatch(/^loaded 5 keys [^\n]*$/);
  });

  test('a snapshot is a store that can only be read', async () => {
    const keys = (await said('keys', '--store', snapshot)).split('\n');
    expect(keys.length).toBeGreaterThan(1);
    expect(await said('type', keys[0] ?? '', '--store', snapshot)).toMatch(/^(attribute|sensor|indexed)$/);
    expect(await refused(5, 'set', 'key', '1', '--store', snapshot)).toContain('(ALI_READ_ONLY)');
    expect(await refused(2, 'watch', 'key', '--store', snapshot)).toContain('never changes');
    expect(await refused(4, 'wait', 'nothing', '--store', snapshot)).toContain('(ALI_TIMEOUT)');
    expect(await refused(3, 'keys', '--store', 'nowhere.rdb')).toContain('nowhere.rdb');
  });
});

describe('dump', () => {
  beforeEach(async () => {
    await said('set', 'observer', 'Ada');
    await said('add', 'wind', '1', '--time', '100');
    await said('index', 'set', 'gains', 'm000', '1');
  });

  test('a file can be read as a store, and loaded', async () => {
    expect(await said('dump', 'night.rdb')).toMatch(
      /^wrote 3 keys \(0\.0 MB\) from sqlite:.* into night\.rdb$/,
    );
    expect(await said('keys', '--store', 'night.rdb')).toBe('gains\nobserver\nwind');
    expect(await said('get', 'observer', '--store', 'night.rdb')).toBe('Ada');
    expect(await said('range', 'wind', '--store', 'night.rdb')).toBe(await said('range', 'wind'));
    expect(await said('dump', 'copy.rdb', '--store', 'night.rdb', '--json')).toBe(
      JSON.stringify({ keys: 3, failed: 0, bytes: readFileSync(join(desk.folder, 'night.rdb')).length }),
    );
    expect(readFileSync(join(desk.folder, 'copy.rdb'))).toEqual(readFileSync(join(desk.folder, 'night.rdb')));
  });

  test('standard output has the snapshot and nothing else', async () => {
    await said('dump', 'night.rdb');
    const piped = await desk.shell.sh('alidade state dump - --json > piped.rdb');
    expect({ ...piped, stderr: JSON.parse(piped.stderr) as unknown }).toMatchObject({
      status: 0,
      stdout: '',
      stderr: { keys: 3, failed: 0 },
    });
    expect(readFileSync(join(desk.folder, 'piped.rdb'))).toEqual(
      readFileSync(join(desk.folder, 'night.rdb')),
    );
  });

  test('keys are chosen by globs; of one that matches nothing is told', async () => {
    expect(await said('dump', 'some.rdb', '--keys', 'wi*', 'g*', '*s')).toContain('wrote 2 keys');
    expect(await said('keys', '--store', 'some.rdb')).toBe('gains\nwind');
    expect(await said('dump', 'some.rdb', '--keys', 'wind', 'rain*')).toMatch(
      /, left out 1: 'rain\*' \(not found\)$/,
    );
    const piped = await desk.shell.sh(
      "alidade state dump - --keys wind 'rain*' | alidade state load - --json --store sqlite:b",
    );
    expect(piped).toMatchObject({ status: 0, stderr: expect.stringContaining("left out 1: 'rain*'") });
    expect(JSON.parse(piped.stdout)).toEqual({ keys: 1, skipped: 0 });
  });

  test('with nothing to write, or nowhere to write it, it says so and leaves what is there', async () => {
    await said('dump', 'night.rdb');
    const before = readFileSync(join(desk.folder, 'night.rdb'));
    const line = await refused(3, 'dump', 'night.rdb', '--keys', 'rain', 'snow');
    expect(line).toContain(
      "no snapshot was written: no key that matches 'rain' or 'snow' was found in sqlite:",
    );
    expect(readFileSync(join(desk.folder, 'night.rdb'))).toEqual(before);
    await said('clear', '--yes');
    expect(await refused(3, 'dump', 'empty.rdb')).toContain('no key was found');
    expect(await refused(3, 'dump', 'empty.rdb', '--store', 'sqlite:none')).toContain(
      '(ALI_STORE_NOT_FOUND)',
    );
    expect(readdirSync(desk.folder)).not.toContain('empty.rdb');
    await said('set', 'key', '1');
    expect(await refused(1, 'dump', 'none/night.rdb')).toContain('(ALI_FILE_NOT_WRITTEN)');
  });

  test('Ctrl-C leaves no part of a file', async () => {
    await using store = await openStore(`sqlite:${join(desk.folder, 'large')}`);
    const space = await store.space('state');
    for (let i = 0; i < 100; i++) {
      const members = Array.from({ length: 5000 }, (_, k) => Buffer.from(`${i + 100} ${k}`));
      await space.write({ do: 'add', key: 'series', members }, { durability: 'fast' });
    }
    const interrupted = async () => {
      const watching = watch(desk.folder);
      const dumping = desk.shell.start('state', 'dump', 'large.rdb', '--store', 'sqlite:large');
      const ended = finished(dumping);
      for await (const { filename } of watching) if (filename?.endsWith('.part')) break;
      dumping.kill('SIGINT');
      return ended;
    };
    let ended = await interrupted();
    while (ended.status === 0) {
      // It was done before this process had its turn.
      rmSync(join(desk.folder, 'large.rdb'));
      ended = await interrupted();
    }
    expect(ended).toMatchObject({ status: 1, stderr: expect.stringContaining('(ALI_ABORTED)') });
    expect(readdirSync(desk.folder).filter((name) => name.startsWith('large.'))).toEqual([]);
  });
});
