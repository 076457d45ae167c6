/** `alidade store` as a user has it: the built command, on stores in folders and on a real Redis. */
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommand, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';
import { snapshotFolder } from '../support/snapshot-fixtures.ts';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(async () => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  await said('state', 'set', 'observer', 'Ada');
  await said('state', 'add', 'wind_speed', '4.5', '--time', '10');
  await said('state', 'add', 'wind_speed', '5.5', '--time', '20');
  await said('state', 'index', 'set', 'gains', '1', '0.5');
});
afterEach(() => folder[Symbol.dispose]());

/** Runs a command that must succeed; what it printed, without the last line feed. */
async function said(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await shell.alidade(...args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout.replace(/\n$/, '');
}

async function refused(status: number, ...args: readonly string[]): Promise<Result> {
  const result = await shell.alidade(...args);
  expect({ args, ...result }).toMatchObject({ args, status });
  expect(result.stderr).toMatch(/^alidade: .* \(ALI_[A-Z_]+\)\n$/);
  return result;
}

const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('backup and restore', () => {
  test('a backup is read as a store, and put back where there is none', async () => {
    expect(await said('store', 'backup', 'backups/monday')).toMatch(
      /^backed up 3 keys \(state 3; \d\.\d MB\) of sqlite:.*\/\.alidade in backups\/monday$/,
    );
    expect(await said('state', 'get', 'observer', '--store', 'sqlite:backups/monday')).toBe('Ada');
    const lines = await said('store', 'restore', 'backups/monday', '--store', 'sqlite:other');
    expect(lines.split('\n')).toEqual([
      'state   3 keys copied, 4 elements, 0.0 MB',
      expect.stringMatching(/^copied sqlite:.*monday to sqlite:.*other: 3 keys, each compared$/),
    ]);
    expect(await said('state', 'keys', '--store', 'sqlite:other')).toBe('gains\nobserver\nwind_speed');
  });

  test('a store with keys is refused, and --overwrite puts back what differs', async () => {
    await said('store', 'backup', 'monday');
    await said('state', 'add', 'wind_speed', '6', '--time', '30');
    await said('state', 'set', 'later', '1');
    const { stderr } = await refused(5, 'store', 'restore', 'monday');
    expect(stderr).toMatch(/holds 4 keys, and nothing was written.*--overwrite.*ALI_STORE_NOT_EMPTY/);
    const report = parsed(await said('store', 'restore', 'monday', '--overwrite', '--json'));
    expect(report.spaces).toMatchObject([{ space: 'state', copied: 1, same: 2, gone: 0, foreign: [] }]);
    expect(await said('state', 'get', 'wind_speed')).toBe('5.5');
    expect(await said('state', 'get', 'later')).toBe('1');
  });

  test('a folder that is there already stays as it is', async () => {
    await said('store', 'backup', 'monday');
    const before = readFileSync(join(folder.path, 'monday/state.sqlite'));
    expect((await refused(5, 'store', 'backup', 'monday')).stdout).toBe('');
    expect(readFileSync(join(folder.path, 'monday/state.sqlite'))).toEqual(before);
    expect(readdirSync(folder.path).toSorted()).toEqual(['.alidade', 'bin', 'monday']);
  });

  test('words that name no folder', async () => {
    expect((await refused(2, 'store', 'backup', 'night.rdb')).stderr).toContain(
      'alidade state dump night.rdb',
    );
    const secret = await refused(2, 'store', 'backup', 'redis://ada:secret@127.0.0.1:1');
    expect(secret.stderr).not.toContain('secret');
    await refused(3, 'store', 'restore', 'nowhere', '--store', 'sqlite:other');
    await refused(3, 'store', 'backup', 'copy', '--store', 'sqlite:nowhere');
    await refused(2, 'store', 'backup');
    expect([existsSync(join(folder.path, 'other')), existsSync(join(folder.path, 'nowhere'))]).toEqual([
      false,
      false,
    ]);
  });

  test('a snapshot is restored too', async () => {
    copyFileSync(join(snapshotFolder, 'mem_small.rdb'), join(folder.path, 'night.rdb'));
    await said('store', 'restore', 'night.rdb', '--store', 'sqlite:other');
    const keys = await said('state', 'keys', '--store', 'night.rdb');
    expect(await said('state', 'keys', '--store', 'sqlite:other')).toBe(keys);
  });
});

describe('check', () => {
  test('a line for each space, or JSON', async () => {
    expect(await said('store', 'check')).toBe(
      [
        'state   whole  3 keys (value 1, hash 1, series 1), 3 elements',
        'shm     whole  0 keys, 0 elements',
        'config  whole  0 keys, 0 elements',
      ].join('\n'),
    );
    const json = parsed(await said('store', 'check', '.alidade', '--json', '--quick', '--space', 'state'));
    expect(json).toMatchObject({ whole: true, spaces: [{ space: 'state', keys: 3, faults: [] }] });
    expect(readdirSync(join(folder.path, '.alidade')).filter((name) => name.endsWith('.sqlite'))).toEqual([
      'state.sqlite',
    ]);
  });

  test('what is wrong ends with 1', async () => {
    writeFileSync(join(folder.path, '.alidade/shm.sqlite'), 'garbage'.repeat(1000));
    const plain = await refused(1, 'store', 'check');
    expect(plain.stdout.split('\n')[1]).toMatch(/^shm {5}wrong .*ALI_STORE_DAMAGED/);
    expect(plain.stderr).toContain('is not whole: see shm');
    const { stdout } = await refused(1, 'store', 'check', '--json');
    expect(parsed(stdout)).toMatchObject({
      whole: false,
      spaces: [{ faults: [] }, { faults: [expect.any(String)] }, {}],
    });
    await refused(2, 'store', 'check', '--space', 'no');
    await refused(3, 'store', 'check', 'nowhere');
  });
});

describe.skipIf(!requireServer('redis-server', 'alidade store with Redis'))('with Redis', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await RedisServer.start();
    return () => server.close();
  });

  test('there and back again, by copies and a backup', async () => {
    await said('store', 'copy', 'sqlite:.alidade', server.url);
    await refused(5, 'store', 'copy', 'sqlite:.alidade', server.url);
    await server.command('XADD', 'stream', '*', 'a', 'b');
    expect(await said('store', 'backup', 'monday', '--store', server.url)).toMatch(/left out 1 key of kinds/);
    const lines = await said('store', 'copy', server.url, 'sqlite:back');
    expect(lines.split('\n')[0]).toBe(
      'state   3 keys copied, 4 elements, 0.0 MB, left out of kinds that only Redis has: "stream"',
    );
    for (const copy of ['monday', 'back']) {
      expect(
        await said('state', 'range', 'wind_speed', '--from', '0', '--json', '--store', `sqlite:${copy}`),
      ).toBe(await said('state', 'range', 'wind_speed', '--from', '0', '--json'));
    }
    expect((await refused(1, 'store', 'check', server.url)).stdout).toMatch(
      /^state {3}wrong {2}1 key of kinds/,
    );
  });

  test('a URL that names a database is one space', async () => {
    await server.command('SET', 'k', 'v');
    expect((await refused(2, 'store', 'copy', `${server.url}/0`, 'sqlite:to')).stderr).toContain(
      '--space state',
    );
    await said('store', 'copy', `${server.url}/0`, 'sqlite:to', '--space', 'state');
  });
});

test('every verb shows its examples, and those that need no server do what they say', async () => {
  const shown: string[] = [];
  for (const verb of ['backup', 'restore', 'copy', 'check']) {
    const help = await said('store', verb, '--help');
    const lines = [...help.matchAll(/^ {2}\$ alidade (store .*)$/gm)].map(([, line]) => line ?? '');
    expect(lines.length, verb).toBeGreaterThan(0);
    shown.push(...lines.filter((line) => !line.includes('redis:') && !line.includes('sqlite:.alidade')));
  }
  expect(await said('store', '--help')).toContain('Each verb has examples');
  // In the order of a night: backed up, checked, put back.
  for (const line of shown) {
    const { status, stderr } = await shell.alidade(...line.split(' '));
    expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
  }
  expect(shown).toHaveLength(4);
});
