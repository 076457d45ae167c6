import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { checkStore } from '../../src/store/upkeep/index.ts';
import { RedisServer } from '../support/redis-server.ts';
import { snapshotFolder } from '../support/snapshot-fixtures.ts';
import { filled, hasRedis, numbered, type Place, places, sqlitePlace } from './places.ts';

describe.each(places)('%s', (name, make) => {
  test('a store that is whole has no faults, and its keys are counted by kind', async () => {
    await using place = await make();
    await filled(place);
    const elements = (count: number) => (name === 'sqlite:' ? count : undefined);
    expect((await checkStore(place.url)).spaces).toEqual([
      {
        space: 'state',
        faults: [],
        keys: 7,
        kinds: { value: 4, hash: 1, series: 2 },
        elements: elements(30_002),
      },
      { space: 'shm', faults: [], keys: 2, kinds: { value: 1, set: 1 }, elements: elements(5000) },
      { space: 'config', faults: [], keys: 1, kinds: { list: 1 }, elements: elements(3) },
    ]);
  });
});

test('a snapshot file, and a store in memory', async () => {
  const file = join(snapshotFolder, 'mem_small.rdb');
  expect((await checkStore(file)).spaces[0]).toMatchObject({ space: 'state', faults: [] });
  expect((await checkStore('memory:')).spaces).toHaveLength(3);
});

describe('faults of a folder', () => {
  let place: Place;
  let file: string;
  beforeEach(async () => {
    place = await sqlitePlace();
    await filled(place);
    file = join(place.url.slice('sqlite:'.length), 'state.sqlite');
    return () => place[Symbol.asyncDispose]();
  });

  async function faultsAfter(...statements: readonly string[]): Promise<readonly string[]> {
    using db = new DatabaseSync(file);
    for (const statement of statements) db.exec(statement);
    return (await checkStore(place.url)).spaces[0]?.faults ?? [];
  }

  test.each([
    [
      'rows of a key that is gone',
      "INSERT INTO members VALUES (999, x'00')",
      '1 keys that are gone and left members',
    ],
    [
      'rows of a key of another kind',
      "INSERT INTO items SELECT id, 1, x'' FROM keys WHERE kind = 3",
      '2 keys that are gone and left items',
    ],
    [
      'a series without members',
      'DELETE FROM members WHERE key = (SELECT min(key) FROM members)',
      '1 keys that are a series or set and hold nothing',
    ],
    ['a hash without fields', 'DELETE FROM fields', '1 keys that are a hash and hold nothing'],
    ['an unknown kind', 'UPDATE keys SET kind = 9 WHERE kind = 2', '1 keys of an unknown kind'],
    [
      'a value that is missing',
      'UPDATE keys SET value = NULL WHERE id = (SELECT min(id) FROM keys WHERE kind = 1)',
      '1 values that are missing',
    ],
    ['a series that expires', 'UPDATE keys SET expires = 5 WHERE kind = 3', '2 keys that are no values'],
    [
      'a key that is garbage and in use',
      'INSERT INTO garbage SELECT id, kind FROM keys WHERE kind = 2',
      '1 keys that are to be collected and are in use',
    ],
  ])('%s', async (_, statement, expected) => {
    expect(await faultsAfter(statement)).toContainEqual(expect.stringContaining(expected));
  });

  test('what a deleted key left to be collected is no fault', async () => {
    expect(
      await faultsAfter("INSERT INTO members VALUES (999, x'00')", 'INSERT INTO garbage VALUES (999, 3)'),
    ).toEqual([]);
  });

  test('notices that do not follow on each other', async () => {
    {
      await using store = await openStore(place.url);
      const state = await store.space('state');
      for (const member of numbered(5)) {
        await state.write({ do: 'add', key: 'series', members: [member], notice: { channel: 'c' } });
        await state.write({ do: 'set', key: 'k', value: member, notice: { channel: 'c' } });
      }
      expect((await checkStore(place.url)).spaces[0]?.faults).toEqual([]);
    }
    const faults = await faultsAfter('UPDATE notices SET total = total + 1 WHERE seq = 3');
    expect(faults).toEqual([expect.stringContaining('rows of notices')]);
  });

  test('damage of the file itself, with quick too', async () => {
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, 4096 * 10, 4096 * 14);
    writeFileSync(file, damaged);
    rmSync(`${file}-wal`, { force: true });
    for (const quick of [false, true]) {
      const [state, shm] = (await checkStore(place.url, { quick })).spaces;
      expect(state?.faults.length).toBeGreaterThan(0);
      expect(shm?.faults).toEqual([]);
    }
    writeFileSync(file, whole);
    truncateSync(file, whole.length - 8192);
    expect((await checkStore(place.url)).spaces[0]?.faults).toEqual([
      expect.stringMatching(/damaged.*ALI_STORE_DAMAGED/),
    ]);
  });
});

describe.skipIf(!hasRedis)('Redis', () => {
  test('keys of foreign kinds are a fault, and the other spaces are looked at too', async () => {
    const server = await RedisServer.start();
    try {
      for (const i of [1, 2, 3, 4]) await server.command('XADD', `stream ${i}`, '*', 'a', 'b');
      const { spaces } = await checkStore(server.url);
      expect(spaces.map(({ faults }) => faults.length)).toEqual([1, 0, 0]);
      expect(spaces[0]).toMatchObject({ keys: 4, kinds: { other: 4 } });
      expect(spaces[0]?.faults[0]).toMatch(/^4 keys of kinds .*"stream 1", "stream 2", "stream 3", …/);
      expect((await checkStore(`${server.url}/0`)).spaces).toHaveLength(1);
    } finally {
      await server.close();
    }
    await expect(checkStore(server.url)).rejects.toMatchObject({ code: 'ALI_STORE_UNREACHABLE' });
  });
});
