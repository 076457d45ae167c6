import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { loadSnapshot } from '../../src/store/rdb/index.ts';
import { copyStore } from '../../src/store/upkeep/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { snapshotFolder, wholeFiles } from '../support/snapshot-fixtures.ts';
import { contentsOf } from '../support/space-contents.ts';
import { allOf, bytes, filled, hasRedis, numbered, type Place, places, sqlitePlace } from './places.ts';

for (const [fromName, makeFrom] of places) {
  for (const [toName, makeTo] of places) {
    describe(`${fromName} to ${toName}`, () => {
      let from: Place;
      let to: Place;
      beforeEach(async () => {
        from = await makeFrom();
        to = await makeTo();
        return async () => {
          await from[Symbol.asyncDispose]();
          await to[Symbol.asyncDispose]();
        };
      });

      test('every kind of every space is there after a copy, with its expiry', async () => {
        const before = await allOf(await filled(from));
        const { spaces } = await copyStore(from.url, to.url);
        expect(spaces).toMatchObject([
          { space: 'state', copied: 7, same: 0, elements: 30_006, gone: 0, foreign: [], mortal: [] },
          { space: 'shm', copied: 2 },
          { space: 'config', copied: 1, elements: 3 },
        ]);
        expect(await allOf(to.url)).toEqual(before);
        expect(await allOf(from.url)).toEqual(before);
      });

      test('a target that holds keys is refused, and with overwrite only what differs is replaced', async () => {
        const before = await allOf(await filled(from));
        await copyStore(from.url, to.url);
        await expect(copyStore(from.url, to.url)).rejects.toMatchObject({
          code: 'ALI_STORE_NOT_EMPTY',
          message: expect.stringContaining('--overwrite'),
        });
        {
          await using store = await openStore(to.url);
          const state = await store.space('state');
          await state.write({ do: 'trim', key: 'series', keepLast: 10 });
          await state.write({ do: 'add', key: 'short', members: [bytes('too much')] });
          await state.write({ do: 'set', key: 'hash', value: bytes('of another kind') });
          await (await store.space('config')).write({ do: 'push', key: 'mine', items: [bytes('stays')] });
        }
        const { spaces } = await copyStore(from.url, to.url, { overwrite: true });
        expect(spaces).toMatchObject([
          { copied: 3, same: 4 },
          { copied: 0, same: 2 },
          { copied: 0, same: 1 },
        ]);
        const { config, ...rest } = await allOf(to.url);
        expect(rest).toEqual({ ...before, config: undefined });
        expect(config).toMatchObject({ ...(before.config as object), '6d696e65': { kind: 'list' } });
      });

      test('one space alone', async () => {
        await filled(from);
        await copyStore(from.url, to.url, { spaces: ['shm'] });
        const all = await allOf(to.url);
        expect([Object.keys(all.state as object), Object.keys(all.shm as object).length]).toEqual([[], 2]);
        await expect(copyStore(from.url, to.url, { spaces: ['no'] })).rejects.toMatchObject({
          code: 'ALI_NO_SUCH_SPACE',
        });
      });
    });
  }
}

describe.each(places)('every snapshot that a real program wrote, through %s', (_, make) => {
  test.each(wholeFiles.map(([file]) => file))('%s', async (file) => {
    await using memory = await openStore('memory:');
    const state = await memory.space('state');
    await loadSnapshot(state, join(snapshotFolder, file));
    await using place = await make();
    await copyStore(join(snapshotFolder, file), place.url, { spaces: ['state'] });
    await using store = await openStore(place.url);
    expect(await contentsOf(await store.space('state'))).toEqual(await contentsOf(state));
  });
});

test('a copy that is given up leaves no folder, and a source that nobody touched', async () => {
  await using from = await sqlitePlace();
  const before = await allOf(await filled(from));
  using folder = temporaryFolder();
  const to = join(folder.path, 'to');
  const giveUp = new AbortController();
  let seen: string[] = [];
  const copy = copyStore(from.url, `sqlite:${to}`, {
    signal: giveUp.signal,
    onProgress: ({ portion }) => {
      if (portion === 0) return;
      seen = readdirSync(folder.path);
      giveUp.abort();
    },
  });
  await expect(copy).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  expect(seen).toEqual([expect.stringMatching(/^to\.\w+\.part$/)]);
  expect(readdirSync(folder.path)).toEqual([]);
  expect(await allOf(from.url)).toEqual(before);
});

test('progress grows to the end', async () => {
  await using from = await sqlitePlace();
  await using to = await sqlitePlace();
  await filled(from);
  const portions: number[] = [];
  await copyStore(from.url, to.url, { onProgress: ({ portion }) => portions.push(portion) });
  expect(portions).toEqual(portions.toSorted((a, b) => a - b));
  expect(portions.at(-1)).toBe(1);
});

test('a store is not copied onto itself, nor into what it would not outlive', async () => {
  await using place = await sqlitePlace();
  await filled(place);
  const code = (to: string) => copyStore(place.url, to).catch((error: { code: string }) => error.code);
  expect(await code(place.url.replace(/(\/[^/]+)\/store$/, '$1/..$1/store'))).toBe('ALI_USAGE');
  expect(await code('memory:')).toBe('ALI_USAGE');
  expect(await code('night.rdb')).toBe('ALI_USAGE');
  expect(await code('nowhere')).toBe('ALI_STORE_URL');
  await expect(copyStore('sqlite:./no-such-folder', 'sqlite:./copy')).rejects.toMatchObject({
    code: 'ALI_STORE_NOT_FOUND',
  });
  expect(existsSync('copy')).toBe(false);
});

test('only the spaces that a folder has are opened: none is made in the source', async () => {
  await using from = await sqlitePlace();
  await using to = await sqlitePlace();
  {
    await using store = await openStore(from.url);
    await (await store.space('shm')).write({ do: 'set', key: 'k', value: bytes('v') });
  }
  const { spaces } = await copyStore(from.url, to.url);
  expect(spaces.map(({ space }) => space)).toEqual(['shm']);
  expect(readdirSync(from.url.slice('sqlite:'.length)).filter((name) => name.endsWith('.sqlite'))).toEqual([
    'shm.sqlite',
  ]);
  expect(readdirSync(dirname(to.url.slice('sqlite:'.length)))).toEqual(['store']);
});

test('a source that is written to meanwhile: each key is whole, and what was added later is left', async () => {
  await using from = await sqlitePlace();
  await using to = await sqlitePlace();
  await filled(from);
  await using store = await openStore(from.url);
  const state = await store.space('state');
  let copying = true;
  const writing = (async () => {
    for (let i = 0; copying; i++) {
      await state.batch(
        [],
        [{ do: 'add', key: 'series', members: [bytes(`1${String(i).padStart(8, '0')}`)] }],
      );
      await state.write({ do: 'trim', key: 'short', keepLast: 1 });
      await state.write({ do: 'add', key: 'short', members: [bytes(String(i))] });
    }
  })();
  await copyStore(from.url, to.url);
  copying = false;
  await writing;
  await using copy = await openStore(to.url);
  const members = await (await copy.space('state')).read({ read: 'range', key: 'series' });
  expect(members.slice(0, 25_000)).toEqual(numbered(25_000));
});

describe.skipIf(!hasRedis)('what only Redis has', () => {
  let server: RedisServer;
  beforeEach(async () => {
    server = await RedisServer.start();
    return () => server.close();
  });

  test('keys of foreign kinds are left out and named, and a series cannot keep its expiry', async () => {
    await server.command('XADD', 'stream', '*', 'a', 'b');
    await server.command('ZADD', 'series', '0', 'member');
    await server.command('EXPIRE', 'series', '1000');
    await using to = await sqlitePlace();
    const { spaces } = await copyStore(server.url, to.url);
    expect(spaces[0]).toMatchObject({
      copied: 1,
      foreign: [Buffer.from('stream')],
      mortal: [Buffer.from('series')],
    });
  });

  test('a URL that names a database needs the name of a space', async () => {
    await server.command('SET', 'k', 'v');
    await using to = await sqlitePlace();
    await expect(copyStore(`${server.url}/0`, to.url)).rejects.toMatchObject({
      code: 'ALI_USAGE',
      message: expect.stringContaining('--space state'),
    });
    const { spaces } = await copyStore(`${server.url}/0`, to.url, { spaces: ['state'] });
    expect(spaces).toMatchObject([{ space: 'state', copied: 1 }]);
  });

  test('a target that somebody else writes to is found out', async () => {
    await using from = await sqlitePlace();
    {
      await using store = await openStore(from.url);
      await (await store.space('state')).write({ do: 'add', key: 'series', members: numbered(100_000) });
    }
    let meddled: Promise<unknown> | undefined;
    const copy = copyStore(from.url, server.url, {
      onProgress: ({ portion, space }) => {
        if (portion === 0 && space === 'state') meddled ??= server.command('ZADD', 'series', '0', 'meddling');
      },
    });
    await expect(copy).rejects.toMatchObject({ code: 'ALI_COPY_DIFFERS' });
    await meddled;
  });
});
