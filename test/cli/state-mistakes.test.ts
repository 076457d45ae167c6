/** What `alidade state` says to slips of the hand: what was wrong, in the user's words, and the way out. */
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(async () => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  await done('add', 'wind_speed', '6.25');
  await done('set', 'observer', 'Ada');
  await done('index', 'set', 'gains', 'm000', '1.0');
});
afterEach(() => folder[Symbol.dispose]());

async function done(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const { status, ...said } = await shell.alidade('state', ...args);
  expect({ args, status, ...said }).toMatchObject({ args, status: 0 });
  return said;
}

async function refused(...args: readonly string[]): Promise<{ status: number | null; line: string }> {
  const { status, stdout, stderr } = await shell.alidade('state', ...args);
  expect({ args, stdout }).toEqual({ args, stdout: '' });
  expect(stderr).toMatch(/^alidade: .* \(ALI_[A-Z_]+\)\n$/);
  return { status, line: stderr.trimEnd() };
}

describe('a key that is not there', () => {
  test.each([
    ['get', 'wind_sped'],
    ['range', 'wind_sped'],
    ['type', 'Wind_speed'],
    ['delete', 'iwnd_speed'],
    ['index', 'get', 'wind_spede'],
    ['index', 'get', 'wind_spede', 'm000'],
  ])('%s %s: the nearest is named', async (...args) => {
    const { status, line } = await refused(...args);
    expect(status).toBe(3);
    expect(line).toMatch(/; did you mean 'wind_speed'\? \(ALI_NOT_FOUND\)$/);
  });

  test('also under a prefix', async () => {
    await done('set', 'n_antennas', '64', '--view', 'a[1]');
    expect((await refused('get', 'n_antenas', '--view', 'a[1]')).line).toContain(
      "did you mean 'n_antennas'?",
    );
  });

  test('where none is near, the verb that lists them', async () => {
    expect((await refused('get', 'temperature')).line).toContain(
      "; 'alidade state keys' lists what is there (ALI_NOT_FOUND)",
    );
    expect((await refused('index', 'get', 'gains', 'm001')).line).not.toContain('did you mean');
  });
});

describe('a key of another type', () => {
  test.each([
    [['set', 'wind_speed', '1'], "'wind_speed' is a sensor: add samples with 'add', or delete it first"],
    [['index', 'set', 'wind_speed', 'a', '1'], "'wind_speed' is a sensor: add samples"],
    [['add', 'observer', '1'], "'observer' is an attribute: it keeps its value; use another key"],
    [['set', 'gains', '1'], "'gains' is an indexed key: set its sub-keys with 'index set'"],
    [['range', 'observer'], "'observer' is an attribute: 'get' prints its value"],
    [['range', 'gains'], "'gains' is an indexed key: 'index get' prints its sub-keys"],
    [['index', 'get', 'observer'], "'observer' is an attribute: 'get' prints its value"],
    [['index', 'get', 'wind_speed', 'a'], "'wind_speed' is a sensor: 'get' prints its newest value"],
    [
      ['set', 'observer', 'Bo'],
      "cannot change 'observer' from 'Ada' to 'Bo': what is set once keeps its value",
    ],
    [['index', 'set', 'gains', 'm000', '2'], "cannot change 'gains'['m000'] from 1.0 to 2"],
  ])('%s', async (args, says) => {
    const { status, line } = await refused(...args);
    expect(status).toBe(5);
    expect(line).toContain(says);
    expect(line).not.toMatch(/getRange|getIndexed|Attempt/);
  });

  test('a key of something else is called what it is', async () => {
    {
      await using store = await openStore(`sqlite:${join(folder.path, '.alidade')}`);
      const space = await store.space('state');
      await space.write({ do: 'push', key: 'jobs', items: [Buffer.from('a')] });
    }
    for (const args of [
      ['set', 'jobs', '1'],
      ['add', 'jobs', '1'],
      ['range', 'jobs'],
      ['get', 'jobs'],
    ]) {
      expect(await refused(...args)).toMatchObject({
        status: 5,
        line: expect.stringMatching(/key 'jobs' holds a list; .*\(ALI_WRONG_KIND\)/),
      });
    }
  });
});

describe('times and values', () => {
  test('a time in milliseconds is refused, one that is written out is taken', async () => {
    const { status, line } = await refused('add', 'rain', '1', '--time', '1795230960000');
    expect(status).toBe(2);
    expect(line).toContain('Milliseconds would be 1795230960. If you mean it, write it as ISO 8601');
    expect((await shell.alidade('state', 'type', 'rain')).status).toBe(3);
    await done('add', 'rain', '1', '--time', '2200-01-01');
  });

  test('a range that ends before it begins is bad usage', async () => {
    for (const verb of [['range', 'wind_speed'], ['export']]) {
      expect(await refused(...verb, '--from', 'now', '--to', '-1h')).toMatchObject({
        status: 2,
        line: expect.stringContaining('--from is after --to'),
      });
    }
  });

  test('text among numbers is told', async () => {
    expect((await done('add', 'wind_speed', '6,25')).stderr).toBe(
      "alidade: '6,25' was added as text, where the newest value of 'wind_speed' was a number\n",
    );
    expect((await done('add', 'wind_speed', 'calm')).stderr).toBe('');
    expect((await done('add', 'mode', 'track')).stderr).toBe('');
    expect((await done('add', 'mode', 'slew')).stderr).toBe('');
  });
});

test.each([
  ['set', '', '1'],
  ['add', '', '1'],
  ['get', ''],
  ['range', ''],
  ['index', 'set', '', 'a', '1'],
  ['index', 'get', ''],
  ['type', ''],
  ['delete', ''],
  ['wait', ''],
  ['watch', 'wind_speed', ''],
])('%s: an empty key is bad usage', async (...args) => {
  expect(await refused(...args)).toEqual({ status: 2, line: 'alidade: the key is empty (ALI_USAGE)' });
});

test('a store that no other command would see is refused, and so is an empty name', async () => {
  expect(await refused('set', 'a', '1', '--store', 'memory:')).toMatchObject({
    status: 2,
    line: expect.stringMatching(/'memory:' is private to one process .*\(ALI_STORE_URL\)/),
  });
  expect(await refused('keys', '--store', '')).toMatchObject({
    status: 2,
    line: expect.stringMatching(/--store: .*empty \(ALI_USAGE\)/),
  });
});
