import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/folder.ts';
import { RedisServer } from '../../../test/support/redis-server.ts';
import { requireServer } from '../../../test/support/require-server.ts';
import { redisEncodings, snapshotFolder, wholeFiles } from '../../../test/support/snapshot-fixtures.ts';
import { contentsOf } from '../../../test/support/space-contents.ts';
import { keyText } from '../key.ts';
import { openStore } from '../open-store.ts';
import type { Operation, Space, Store } from '../store.ts';
import { loadSnapshot } from './load-snapshot.ts';
import { readSnapshot } from './snapshot.ts';
import { type FailedKey, SnapshotWriter } from './snapshot-writer.ts';
import { writeSnapshot } from './write-snapshot.ts';

const bytes = (content: string): Uint8Array => Buffer.from(content);
const latin1 = (content: Uint8Array): string => Buffer.from(content).toString('latin1');
const plainFailures = (failed: readonly FailedKey[]) =>
  failed.map(({ key, reason }) => [keyText(key), reason]);

/** Members as telescope state has them: a time in eight bytes, and a value. */
function samples(from: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const member = Buffer.alloc(18, 0xcb);
    member.writeDoubleBE(1.7e9 + (from + i) / 10);
    member.writeDoubleBE(from + i, 10);
    return member;
  });
}

async function addSamples(space: Space, key: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 10_000) {
    await space.write({ do: 'add', key, members: samples(from, Math.min(10_000, count - from)) });
  }
}

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder.path, 'night.rdb');
});
afterEach(() => folder[Symbol.dispose]());

/** What a snapshot holds, by loading it. */
async function contentsOfFile(source: string | Uint8Array) {
  await using store = await openStore('memory:');
  const space = await store.space('state');
  await loadSnapshot(space, source);
  return await contentsOf(space);
}

const withRedis = requireServer('redis-server', 'snapshots from Redis');
let server: RedisServer | undefined;
beforeAll(async () => {
  if (withRedis) server = await RedisServer.start();
});
afterAll(() => server?.close());

describe.each(withRedis ? ['memory:', 'sqlite:', 'redis:'] : ['memory:', 'sqlite:'])('from %s', (url) => {
  let store: Store;
  let space: Space;

  beforeEach(async () => {
    await server?.command('FLUSHALL');
    store = await openStore(
      url === 'redis:' ? server?.url : url === 'sqlite:' ? url + join(folder.path, 'store') : url,
    );
    space = await store.space('state');
  });
  afterEach(() => store.close());

  const files = [...wholeFiles.map(([name]) => join(snapshotFolder, name)), redisEncodings];
  test.each(files)('%s, loaded and written again, is the same', async (source) => {
    const { keys } = await loadSnapshot(space, source);
    const report = await writeSnapshot(space, file);
    expect(report).toMatchObject({ keysWritten: keys, keysFailed: 0, failed: [] });
    expect(readFileSync(file).length).toBe(report.sizeBytes);
    expect(await contentsOfFile(file)).toEqual(await contentsOf(space));
  });

  test('a value keeps the time at which it expires', async () => {
    await loadSnapshot(space, join(snapshotFolder, 'server_expiry_db3.rdb'));
    await writeSnapshot(space, file, { keys: ['expiring', 'in_db3'] });
    const times = new Map<string, number | undefined>();
    for await (const { key, expiresAtMs } of readSnapshot(file)) times.set(keyText(key), expiresAtMs);
    expect([...times.keys()]).toEqual(['expiring', 'in_db3']);
    expect(Math.abs((times.get('expiring') ?? 0) - 4_102_444_800_123)).toBeLessThan(2_000);
    expect(times.get('in_db3')).toBeUndefined();
  });

  test('a series of many pages is written whole, with small and large ones beside it', async () => {
    await addSamples(space, 'long', 30_000);
    await space.batch(
      [],
      [
        { do: 'add', key: 'large', members: ['a', 'b', 'c', 'd'].map((c) => Buffer.alloc(1_500_000, c)) },
        {
          do: 'add',
          key: 'mixed',
          members: [bytes(''), bytes('a'), Buffer.alloc(5_000_000, 'b'), bytes('c')],
        },
        { do: 'set', key: 'after', value: bytes('v') },
      ],
    );
    expect(await writeSnapshot(space, file)).toMatchObject({ keysWritten: 4, keysFailed: 0 });
    expect(await contentsOfFile(file)).toEqual(await contentsOf(space));
  });

  test('of a series that grows and is trimmed meanwhile, all that stays is there and nothing behind its end', async () => {
    const count = 60_000;
    await addSamples(space, 'long', count);
    const changes: Promise<unknown>[] = [];
    await writeSnapshot(space, file, {
      onProgress: ({ portion }) => {
        if (portion === 0 || portion === 1 || changes.length > 2) return;
        const step = changes.length;
        const operations: Operation[] = [
          { do: 'add', key: 'long', members: samples(count + 1000 * step, 1000) },
          { do: 'trim', key: 'long', below: samples(1000 * (step + 1), 1)[0] },
          // Between two others: backdated.
          {
            do: 'add',
            key: 'long',
            members: [Buffer.concat([samples(40_000, 1)[0] ?? bytes(''), bytes('late')])],
          },
        ];
        changes.push(space.batch([], operations));
      },
    });
    expect(changes).toHaveLength(3);
    await Promise.all(changes);
    const written: string[] = [];
    for await (const { content } of readSnapshot(file)) {
      if (content.kind === 'series') for (const member of content.members) written.push(latin1(member));
    }
    const kept = samples(3000, count - 3000).map(latin1);
    const all = new Set(written);
    expect(all.size).toBe(written.length);
    expect(kept.filter((member) => !all.has(member))).toEqual([]);
    expect(written.at(-1)).toBe(kept.at(-1));
    // At most the trimmed ones and the backdated one besides.
    expect(written.length).toBeLessThanOrEqual(count + 1);
  });

  test('any content comes back as it was', async () => {
    const length = fc.oneof(fc.nat(70), fc.constantFrom(16_383, 16_384, 65_536, 65_537, 262_144, 400_000));
    const text = fc.oneof(
      { weight: 4, arbitrary: fc.uint8Array({ maxLength: 6 }) },
      fc.tuple(length, fc.nat(255)).map(([size, fill]) => Buffer.alloc(size, fill)),
    );
    const texts = fc.array(text, { minLength: 1, maxLength: 12 });
    const key = fc.uint8Array({ maxLength: 2 });
    const operation: fc.Arbitrary<Operation> = fc.oneof(
      fc.record({
        do: fc.constant('set' as const),
        key,
        value: text,
        expireMs: fc.constantFrom(undefined, 1e8),
      }),
      fc.record({ do: fc.constant('set-field' as const), key, field: key, value: text }),
      fc.record({ do: fc.constantFrom('add' as const, 'set-add' as const), key, members: texts }),
      fc.record({ do: fc.constant('push' as const), key, items: texts }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 20 }), async (operations) => {
        await space.clear();
        // Those that meet a key of another kind are refused.
        await Promise.allSettled(operations.map((one) => space.write(one)));
        const { keysWritten } = await writeSnapshot(space, file);
        const contents = await contentsOf(space);
        expect(keysWritten).toBe(contents.size);
        if (keysWritten > 0) expect(await contentsOfFile(file)).toEqual(contents);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('keys are chosen by a glob or a list; missing ones are counted', async () => {
    await space.batch(
      [],
      ['a1', 'a2', 'b1'].map((key) => ({ do: 'set', key, value: bytes(key) }) as const),
    );
    const names = async () =>
      [...(await contentsOfFile(file)).keys()].map((hex) => Buffer.from(hex, 'hex').toString());
    expect(await writeSnapshot(space, file, { keys: 'a*' })).toMatchObject({ keysWritten: 2, keysFailed: 0 });
    expect(await names()).toEqual(['a1', 'a2']);
    const report = await writeSnapshot(space, file, { keys: ['b1', 'nope', bytes('a1'), 'b1', 'a*'] });
    expect(report).toMatchObject({ keysWritten: 2, keysFailed: 2 });
    expect(plainFailures(report.failed)).toEqual([
      ['nope', 'missing'],
      ['a*', 'missing'],
    ]);
    expect(await names()).toEqual(['a1', 'b1']);
  });

  test('with nothing to write there is no file, and one that is there stays', async () => {
    expect(await writeSnapshot(space, file)).toMatchObject({ keysWritten: 0, keysFailed: 0, sizeBytes: 0 });
    expect(await writeSnapshot(space, file, { keys: ['nope'] })).toMatchObject({ keysFailed: 1 });
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'old');
    await writeSnapshot(space, file);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  test('a write that is given up leaves what was there', async () => {
    await addSamples(space, 'long', 30_000);
    writeFileSync(file, 'old');
    const before = readdirSync(folder.path);
    const controller = new AbortController();
    const onProgress = ({ portion }: { portion: number }) => {
      if (portion > 0 && portion < 1) controller.abort();
    };
    const options = { signal: controller.signal, onProgress };
    await expect(writeSnapshot(space, file, options)).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    expect(controller.signal.aborted).toBe(true);
    await expect(writeSnapshot(space, file, options)).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder.path)).toEqual(before);
  });
});

describe.skipIf(!withRedis)('a real server', () => {
  const redis = () => server as RedisServer;
  beforeEach(() => redis().command('FLUSHALL'));

  /** Loads the file as the server's own and gives what the server holds then. */
  async function contentsOfServer() {
    await redis().stop();
    copyFileSync(file, join(redis().folder, 'dump.rdb'));
    await redis().start();
    await using store = await openStore(redis().url);
    return await contentsOf(await store.space('state'));
  }

  test.each([...wholeFiles.map(([name]) => join(snapshotFolder, name)), redisEncodings])(
    'loads %s as we write it',
    async (source) => {
      await using store = await openStore('memory:');
      const space = await store.space('state');
      await loadSnapshot(space, source);
      await writeSnapshot(space, file);
      expect(await contentsOfServer()).toEqual(await contentsOf(space));
    },
  );

  test('loads a long series, and values that expire', async () => {
    await using store = await openStore('memory:');
    const space = await store.space('state');
    await addSamples(space, 'long', 300_000);
    await space.write({ do: 'set', key: 'expiring', value: bytes('v'), expireMs: 3_600_000 });
    await writeSnapshot(space, file);
    expect(await contentsOfServer()).toEqual(await contentsOf(space));
    const left = Number((await redis().command('PTTL', 'expiring')).slice(1));
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThanOrEqual(3_600_000);
  });

  test('what only Redis can hold is counted as left out', async () => {
    await redis().command('XADD', 'stream', '*', 'a', '1');
    await redis().command('SET', 'key', 'v');
    await using store = await openStore(redis().url);
    const report = await writeSnapshot(await store.space('state'), file);
    expect(report).toMatchObject({ keysWritten: 1, keysFailed: 1 });
    expect(plainFailures(report.failed)).toEqual([['stream', 'foreign']]);
  });
});

describe('one file from several saves', () => {
  let store: Store;
  let state: Space;
  let config: Space;
  beforeEach(async () => {
    store = await openStore('memory:');
    state = await store.space('state');
    config = await store.space('config');
    for (const space of [state, config]) {
      for (const key of ['both', space.name]) await space.write({ do: 'set', key, value: bytes(space.name) });
    }
  });
  afterEach(() => store.close());

  test('holds the keys of all, and of a name that comes twice the first', async () => {
    await using writer = await SnapshotWriter.open(file);
    await Promise.all([writer.save(state), writer.save(config), writer.save(config, ['nope'])]);
    expect(existsSync(file)).toBe(false);
    await writer.close();
    expect(writer.keysWritten).toBe(3);
    expect(writer.keysFailed).toBe(2);
    expect(plainFailures(writer.failed)).toEqual([
      ['both', 'twice'],
      ['nope', 'missing'],
    ]);
    const contents = await contentsOfFile(file);
    expect(contents.get(Buffer.from('both').toString('hex'))).toEqual({
      kind: 'value',
      value: Buffer.from('state').toString('hex'),
    });
    expect(contents.size).toBe(3);
  });

  test('is not there unless it was closed', async () => {
    {
      await using writer = await SnapshotWriter.open(file);
      await writer.save(state);
    }
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('is given up with the save that fails', async () => {
    await using writer = await SnapshotWriter.open(file);
    await writer.save(state);
    await store.close();
    await expect(writer.save(config)).rejects.toMatchObject({ code: 'ALI_STORE_CLOSED' });
    await expect(writer.close()).rejects.toMatchObject({ code: 'ALI_STORE_CLOSED' });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test('takes nothing more when it is closed', async () => {
    await using writer = await SnapshotWriter.open(file);
    await writer.save(state);
    await writer.close();
    await expect(writer.save(config)).rejects.toMatchObject({ code: 'ALI_USAGE' });
    await expect(writer.close()).rejects.toMatchObject({ code: 'ALI_USAGE' });
    expect((await contentsOfFile(file)).size).toBe(2);
  });
});

describe('a stream', () => {
  let store: Store;
  let space: Space;
  beforeEach(async () => {
    store = await openStore('memory:');
    space = await store.space('state');
    await addSamples(space, 'long', 30_000);
  });
  afterEach(() => store.close());

  test('gets the very bytes of the file, at its own pace, and is not ended', async () => {
    await writeSnapshot(space, file);
    const chunks: Uint8Array[] = [];
    const stream = new Writable({
      highWaterMark: 1,
      write(chunk: Uint8Array, _encoding, done) {
        setImmediate(() => {
          // Only here: what is still changed after it was given shows.
          chunks.push(Uint8Array.from(chunk));
          done();
        });
      },
    });
    await writeSnapshot(space, stream);
    expect(stream.writableEnded).toBe(false);
    expect(stream.listenerCount('error')).toBe(0);
    expect(Buffer.concat(chunks)).toEqual(readFileSync(file));
  });

  test('gets nothing when there is nothing', async () => {
    const stream = new Writable({
      write() {
        throw new Error('was written to');
      },
    });
    expect(await writeSnapshot(space, stream, { keys: ['nope'] })).toMatchObject({ keysWritten: 0 });
  });

  test('that fails is an error, not the end of the process', async () => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        done(new Error('the line was cut'));
      },
    });
    await expect(writeSnapshot(space, stream, { filename: 'the line' })).rejects.toMatchObject({
      code: 'ALI_FILE_NOT_WRITTEN',
      message: 'cannot write the line: the line was cut',
    });
  });

  test('that takes nothing more does not hold up an abort', async () => {
    const controller = new AbortController();
    const stream = new Writable({ write: () => controller.abort() });
    await expect(writeSnapshot(space, stream, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ALI_ABORTED',
    });
  });
});
