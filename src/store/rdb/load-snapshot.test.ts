import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { integer, key, rdbFile, row, text } from '../../../test/support/rdb-file.ts';
import { RedisServer } from '../../../test/support/redis-server.ts';
import { requireServer } from '../../../test/support/require-server.ts';
import {
  expectedContents,
  redisEncodings,
  snapshotFolder,
  wholeFiles,
} from '../../../test/support/snapshot-fixtures.ts';
import { contentsOf } from '../../../test/support/space-contents.ts';
import { keyText } from '../key.ts';
import { openStore } from '../open-store.ts';
import type { Space, Store } from '../store.ts';
import { loadSnapshot, type SkippedKey } from './load-snapshot.ts';

const bytes = (content: string): Uint8Array => Buffer.from(content);
const textOf = (content: Uint8Array | undefined): string | undefined =>
  content === undefined ? undefined : Buffer.from(content).toString();
const plainSkips = (skipped: readonly SkippedKey[]) =>
  skipped.map(({ key, reason, type }) => [keyText(key), reason, type]);

const withRedis = requireServer('redis-server', 'snapshots into Redis');
let server: RedisServer | undefined;
beforeAll(async () => {
  if (withRedis) server = await RedisServer.start();
});
afterAll(() => server?.close());

describe.each(withRedis ? ['memory:', 'sqlite:', 'redis:'] : ['memory:', 'sqlite:'])('into %s', (url) => {
  let folder: string;
  let store: Store;
  let space: Space;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'alidade-load-'));
    await server?.command('FLUSHALL');
    const place = url === 'redis:' ? server?.url : url === 'sqlite:' ? url + join(folder, 'store') : url;
    store = await openStore(place);
    space = await store.space('state');
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(wholeFiles)('%s is there exactly as the reference put it in', async (file, expected) => {
    const contents = expectedContents(expected);
    const report = await loadSnapshot(space, join(snapshotFolder, file));
    expect(report).toEqual({
      keys: contents.size,
      skipped: [],
      skippedCount: 0,
      skippedFor: {},
      loadedToStay: 0,
    });
    expect(await contentsOf(space)).toEqual(contents);
  });

  test('of a damaged file nothing is loaded', async () => {
    for (const file of readdirSync(join(snapshotFolder, 'bad'))) {
      const path = join(snapshotFolder, 'bad', file);
      await expect(loadSnapshot(space, path), file).rejects.toMatchObject({ name: 'RdbParseError' });
      await expect(loadSnapshot(space, Readable.from([readFileSync(path)]))).rejects.toThrow('<stream>');
    }
    expect(await space.keys()).toEqual([]);
  });

  test('all databases are loaded, or the one asked for', async () => {
    const file = join(snapshotFolder, 'server_expiry_db3.rdb');
    expect(await loadSnapshot(space, file, { db: 3 })).toMatchObject({ keys: 1 });
    expect((await space.keys()).map(keyText)).toEqual(['in_db3']);
    expect(await loadSnapshot(space, file)).toMatchObject({ keys: 49 });
  });

  test('lists and sets are loaded, what the store cannot hold is reported', async () => {
    const report = await loadSnapshot(space, redisEncodings);
    expect(report).toMatchObject({ keys: 18, skippedCount: 3, loadedToStay: 1 });
    expect(plainSkips(report.skipped).toSorted()).toEqual([
      ['scored', 'foreign', 'sorted set with scores'],
      ['scored_late', 'foreign', 'sorted set with scores'],
      ['stream', 'foreign', 'stream'],
    ]);
    const list = await space.read({ read: 'items', key: 'list' });
    expect(list.map(textOf)).toEqual([
      ...Array.from({ length: 2500 }, (_, i) => `item ${i}`),
      `${'z'.repeat(9000)}!`,
      'last',
    ]);
    const members = (await space.read({ read: 'members', key: 'set' })).map(textOf);
    expect(members).toEqual(Array.from({ length: 300 }, (_, i) => `s${i}`).toSorted());
    expect(await space.read({ read: 'count', key: 'series' })).toBe(3000);
    expect((await space.read({ read: 'fields', key: 'hash' })).length).toBe(2500);
    expect(textOf(await space.read({ read: 'value', key: 'lzf' }))).toBe('abcdefgh'.repeat(2000));
    expect((await space.read({ read: 'items', key: 'list_numbers' })).map(textOf)).toEqual([
      ...[0, 127, 128, -1, 4095, -4096, 4096, 32767, -32768, 8388607, -8388608, 8388608].map(String),
      ...['2147483647', '-2147483648', '2147483648', '9223372036854775807', '-9223372036854775808'],
      ...['9223372036854775808', '', '0012', ...[63, 64, 130, 4095, 4096].map((n) => 'x'.repeat(n))],
    ]);
  });

  test('loading twice changes nothing', async () => {
    await loadSnapshot(space, redisEncodings);
    const once = await contentsOf(space);
    await loadSnapshot(space, redisEncodings);
    expect(await contentsOf(space)).toEqual(once);
  });

  test('values and lists replace, series, hashes and sets are merged', async () => {
    const file = (value: string) =>
      rdbFile(
        9,
        key(0, 'value', text(value)),
        key(1, 'list', 1, text(value)),
        key(3, 'series', 1, text(value), 1, '0'),
        key(4, 'hash', 2, text(value), text('v'), text('common'), text(value)),
        key(2, 'set', 1, text(value)),
      );
    await loadSnapshot(space, file('a'));
    await loadSnapshot(space, file('b'));
    expect(textOf(await space.read({ read: 'value', key: 'value' }))).toBe('b');
    expect((await space.read({ read: 'items', key: 'list' })).map(textOf)).toEqual(['b']);
    expect((await space.read({ read: 'range', key: 'series' })).map(textOf)).toEqual(['a', 'b']);
    expect((await space.read({ read: 'members', key: 'set' })).map(textOf)).toEqual(['a', 'b']);
    const fields = new Map(
      (await space.read({ read: 'fields', key: 'hash' })).map(([f, v]) => [textOf(f), textOf(v)]),
    );
    expect(fields).toEqual(
      new Map([
        ['a', 'v'],
        ['b', 'v'],
        ['common', 'b'],
      ]),
    );
  });

  test('keepDifferent merges, and leaves alone what would change', async () => {
    const file = (value: string) =>
      rdbFile(
        9,
        key(0, 'same', text('same')),
        key(0, 'value', text(value)),
        key(0, 'kind', text(value)),
        key(1, 'list', 1, text(value)),
        key(3, 'series', 1, text(value), 1, '0'),
        key(4, 'hash', 3, text(value), text('v'), text('common'), text(value), text('two'), text(value)),
      );
    await space.write({ do: 'add', key: 'kind', members: [bytes('mine')] });
    expect(await loadSnapshot(space, file('a'), { keepDifferent: true })).toMatchObject({
      keys: 5,
      skippedFor: { 'other-kind': 1 },
    });
    const report = await loadSnapshot(space, file('b'), { keepDifferent: true });
    expect(report).toMatchObject({
      keys: 2,
      skippedCount: 4,
      skippedFor: { differs: 2, 'other-kind': 1, exists: 1 },
    });
    expect(plainSkips(report.skipped).toSorted()).toEqual([
      ['hash', 'differs', undefined],
      ['kind', 'other-kind', 'series'],
      ['list', 'exists', undefined],
      ['value', 'differs', undefined],
    ]);
    expect(textOf(await space.read({ read: 'value', key: 'value' }))).toBe('a');
    expect((await space.read({ read: 'items', key: 'list' })).map(textOf)).toEqual(['a']);
    expect((await space.read({ read: 'range', key: 'kind' })).map(textOf)).toEqual(['mine']);
    expect((await space.read({ read: 'range', key: 'series' })).map(textOf)).toEqual(['a', 'b']);
    const fields = (await space.read({ read: 'fields', key: 'hash' })).map((field) => field.map(textOf));
    expect(fields.toSorted()).toEqual([
      ['a', 'v'],
      ['b', 'v'],
      ['common', 'a'],
      ['two', 'a'],
    ]);
  });

  test('onlyMissing leaves alone what is there', async () => {
    await space.write({ do: 'set', key: 'a', value: bytes('mine') });
    await space.write({ do: 'add', key: 's', members: [bytes('mine')] });
    const file = rdbFile(
      9,
      key(0, 'a', text('file')),
      key(3, 's', 1, text('m'), 1, '0'),
      key(0, 'b', text('file')),
    );
    const report = await loadSnapshot(space, file, { onlyMissing: true });
    expect(report.keys).toBe(1);
    expect(plainSkips(report.skipped)).toEqual([
      ['a', 'exists', undefined],
      ['s', 'exists', undefined],
    ]);
    expect(textOf(await space.read({ read: 'value', key: 'a' }))).toBe('mine');
    expect((await space.read({ read: 'range', key: 's' })).map(textOf)).toEqual(['mine']);
    expect(textOf(await space.read({ read: 'value', key: 'b' }))).toBe('file');
  });

  test('a series meets a value: it is left out and reported, the rest is loaded', async () => {
    await space.write({ do: 'set', key: 'x', value: bytes('mine') });
    const file = rdbFile(
      9,
      key(3, 'x', 1, text('m'), 1, '0'),
      key(0, 'y', text('v')),
      row(0xfe, 1),
      key(4, 'y', 1, text('f'), text('v')),
    );
    const report = await loadSnapshot(space, file);
    expect(report.keys).toBe(1);
    expect(plainSkips(report.skipped)).toEqual([
      ['x', 'other-kind', 'value'],
      ['y', 'other-kind', 'value'],
    ]);
    expect(textOf(await space.read({ read: 'value', key: 'x' }))).toBe('mine');
  });

  test('expired keys and fields are left out, values keep their time, other kinds stay', async () => {
    const now = Date.now();
    const expiry = (ms: number) => row(0xfc, integer(ms, 8));
    const file = rdbFile(
      12,
      row(expiry(now - 1000), key(0, 'past', text('v'))),
      row(expiry(now + 60_000), key(0, 'later', text('v'))),
      row(expiry(now + 60_000), key(3, 'series', 1, text('m'), 1, '0')),
      key(
        24,
        'hash',
        row(integer(now - 5000, 8), 3, 1, text('past'), text('v'), 0x80, integer(0, 2), 0xff, 0xff),
        row(text('later'), text('v'), 0, text('stays'), text('v')),
      ),
    );
    const report = await loadSnapshot(space, file, { nowMs: () => now });
    expect(plainSkips(report.skipped)).toEqual([['past', 'expired', undefined]]);
    expect(report).toMatchObject({ keys: 3, loadedToStay: 2 });
    expect((await space.read({ read: 'fields', key: 'hash' })).map(([f]) => textOf(f)).toSorted()).toEqual([
      'later',
      'stays',
    ]);
    expect(textOf(await space.read({ read: 'value', key: 'later' }))).toBe('v');
    const soon = rdbFile(9, row(expiry(now + 1), key(0, 'soon', text('v'))));
    await loadSnapshot(space, soon, { nowMs: () => now });
    await expect.poll(() => space.read({ read: 'kind', key: 'soon' }), { interval: 5 }).toBeUndefined();
  });

  test('a key that comes several times is overwritten and merged in the order of the file', async () => {
    const series = (member: string) => key(3, 's', 1, text(member), 1, '0');
    await loadSnapshot(
      space,
      rdbFile(6, key(0, 'v', text('old')), series('a'), key(0, 'v', text('new')), series('b')),
    );
    expect(textOf(await space.read({ read: 'value', key: 'v' }))).toBe('new');
    expect((await space.read({ read: 'range', key: 's' })).map(textOf)).toEqual(['a', 'b']);
  });

  test('no notice goes out', async () => {
    const subscription = await space.subscribe({ patterns: ['*'] });
    await loadSnapshot(space, join(snapshotFolder, 'mem_tiny.rdb'));
    await space.write({ do: 'set', key: 'k', value: bytes('v'), notice: { channel: 'mine' } });
    const first = await subscription.next();
    expect(first.value).toMatchObject({ event: 'notice', channel: expect.anything() });
    if (first.value?.event === 'notice') expect(keyText(first.value.channel)).toBe('mine');
    await subscription.close();
  });

  test('given up while it loads, it says so', async () => {
    const giveUp = new AbortController();
    const onProgress = ({ phase }: { phase: string }) => phase === 'load' && giveUp.abort();
    await expect(
      loadSnapshot(space, redisEncodings, { signal: giveUp.signal, onProgress }),
    ).rejects.toMatchObject({ code: 'ALI_ABORTED' });
  });
});

test.skipIf(!withRedis)('what this Redis saves is what was loaded into it', async () => {
  const files = [
    redisEncodings,
    join(snapshotFolder, 'mem_small.rdb'),
    join(snapshotFolder, 'mem_large.rdb'),
  ];
  for (const file of files) {
    await server?.command('FLUSHALL');
    const redis = await openStore(server?.url);
    const memory = await openStore('memory:');
    try {
      await loadSnapshot(await redis.space('state'), file);
      expect(await server?.command('SAVE')).toBe('+OK');
      const space = await memory.space('state');
      const report = await loadSnapshot(space, join(server?.folder ?? '', 'dump.rdb'));
      expect(report.skipped).toEqual([]);
      expect(await contentsOf(space)).toEqual(await contentsOf(await redis.space('state')));
      expect(report.keys).toBeGreaterThan(10);
    } finally {
      await redis.close();
      await memory.close();
    }
  }
});
