import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { integer, key, length, rdbFile, row, text } from '../../../test/support/rdb-file.ts';
import {
  byField,
  type Content,
  expectedContents,
  hexOf,
  redisEncodings,
  snapshotFolder,
  valueText,
  wholeFiles,
} from '../../../test/support/snapshot-fixtures.ts';
import { isAlidadeError } from '../../shared/errors.ts';
import { keyText } from '../key.ts';
import { RdbParseError } from './rdb-parse-error.ts';
import { openSnapshot, readSnapshot, type SnapshotOptions, type SnapshotProgress } from './snapshot.ts';
import type { SnapshotEntry } from './snapshot-entry.ts';
import type { SnapshotSource } from './snapshot-file.ts';

const entriesOf = (source: SnapshotSource, options?: SnapshotOptions) => all(readSnapshot(source, options));

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** What the entries hold, with the parts of each key put together. */
function contentsOf(entries: readonly SnapshotEntry[]): Map<string, Content> {
  const contents = new Map<string, Content>();
  for (const [name, parts] of Map.groupBy(entries, (entry) => hexOf(entry.key))) {
    const elements: string[] = [];
    const fields: (readonly [string, string])[] = [];
    for (const { content } of parts) {
      if (content.kind === 'value') contents.set(name, { kind: 'value', value: valueText(content.value) });
      else if (content.kind === 'hash') {
        fields.push(...content.fields.map(([f, v]) => [hexOf(f), hexOf(v)] as const));
        contents.set(name, { kind: 'hash', fields: fields.toSorted(byField) });
      } else if (content.kind !== 'other') {
        elements.push(...('items' in content ? content.items : content.members).map(hexOf));
        const kind = content.kind;
        contents.set(name, { kind, elements: kind === 'list' ? elements : elements.toSorted() });
      }
    }
  }
  return contents;
}

/** The bytes of a stream in pieces of `size`, in a buffer that is used again and spoilt in between. */
async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    buffer.set(piece);
    yield buffer.subarray(0, piece.length);
    buffer.fill(0xee);
  }
}

test.each(wholeFiles)('%s holds exactly what the reference put in', async (file, expected) => {
  expect(contentsOf(await entriesOf(join(snapshotFolder, file)))).toEqual(expectedContents(expected));
});

test('the expiry of a key and its database are given', async () => {
  const entries = await entriesOf(join(snapshotFolder, 'server_expiry_db3.rdb'));
  const found = (name: string) => entries.find((entry) => keyText(entry.key) === name);
  expect(found('expiring')).toMatchObject({ db: 0, expiresAtMs: 4102444800123 });
  expect(found('in_db3')).toMatchObject({ db: 3, content: { kind: 'value' } });
  expect(found('in_db3')).not.toHaveProperty('expiresAtMs');
  const contents = contentsOf(entries);
  for (const [name, content] of expectedContents('expected_small.json')) {
    expect(contents.get(name)).toEqual(content);
  }
  expect(contents.size).toBe(expectedContents('expected_small.json').size + 2);
});

test('lists and sets are read, streams are named', async () => {
  const entries = await entriesOf(join(snapshotFolder, 'server_foreign_types.rdb'));
  const content = (name: string) => entries.find((entry) => keyText(entry.key) === name)?.content;
  expect(content('a_list')).toMatchObject({ kind: 'list' });
  expect(content('a_set')).toMatchObject({ kind: 'set' });
  expect(content('a_stream')).toEqual({ kind: 'other', type: 'stream' });
});

test('a stream in pieces of any size gives the same as the file, and nothing of it stays on disk', async () => {
  const tiny = readFileSync(join(snapshotFolder, 'server_tiny.rdb'));
  expect(contentsOf(await entriesOf(pieces(tiny, 1)))).toEqual(expectedContents('expected_tiny.json'));
  const bytes = readFileSync(join(snapshotFolder, 'server_small.rdb'));
  const expected = expectedContents('expected_small.json');
  const spools = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('alidade-snapshot-'));
  for (const size of [100, 4096, bytes.length]) {
    expect(contentsOf(await entriesOf(pieces(bytes, size)))).toEqual(expected);
  }
  expect(contentsOf(await entriesOf(Readable.from([bytes])))).toEqual(expected);
  expect(await spools()).toEqual([]);
});

test.each(readdirSync(join(snapshotFolder, 'bad')))(
  'bad/%s gives one clear error and no entry',
  async (file) => {
    const path = join(snapshotFolder, 'bad', file);
    const bytes = readFileSync(path);
    for (const source of [path, bytes, pieces(bytes, 10)]) {
      const entries: SnapshotEntry[] = [];
      const reading = (async () => {
        for await (const entry of readSnapshot(source)) entries.push(entry);
      })();
      const error = await reading.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(RdbParseError);
      expect(error).toMatchObject({
        code: 'ALI_SNAPSHOT',
        filename: typeof source === 'string' ? path : source instanceof Uint8Array ? '<bytes>' : '<stream>',
        offsetBytes: expect.any(Number),
        message: expect.stringMatching(/^invalid RDB file .*at byte \d+.*Nothing was loaded/),
      });
      expect(entries).toEqual([]);
    }
  },
);

test('large collections come in bounded parts, each key consecutive', async () => {
  const entries = await entriesOf(redisEncodings);
  const parts = entries.filter((entry) => keyText(entry.key) === 'list');
  expect(parts.map(({ part, more }) => [part, more])).toEqual([
    [0, true],
    [1, true],
    [2, false],
  ]);
  const first = entries.indexOf(parts[0] as SnapshotEntry);
  expect(entries.slice(first, first + 3)).toEqual(parts);
});

test('a sorted set whose last member has a score is foreign as a whole', async () => {
  const entries = await entriesOf(redisEncodings);
  const late = entries.filter((entry) => keyText(entry.key) === 'scored_late');
  expect(late.map(({ content, more }) => [content, more])).toEqual([
    [{ kind: 'other', type: 'sorted set with scores' }, false],
  ]);
});

test('progress goes through the file twice, and the first phase of a stream knows no total', async () => {
  const bytes = readFileSync(redisEncodings);
  for (const [source, totalAtFirst] of [
    [redisEncodings, bytes.length],
    [pieces(bytes, 1000), undefined],
  ] as const) {
    const seen: SnapshotProgress[] = [];
    await entriesOf(source, { onProgress: (progress) => seen.push(progress) });
    const check = seen.filter(({ phase }) => phase === 'check');
    const load = seen.filter(({ phase }) => phase === 'load');
    expect(check.length + load.length).toBe(seen.length);
    expect(check[0]?.totalBytes).toBe(totalAtFirst);
    for (const last of [check.at(-1), load.at(-1)]) {
      expect(last).toMatchObject({ bytes: bytes.length, totalBytes: bytes.length, keys: 21 });
    }
  }
});

test('reading is given up by its signal', async () => {
  const signal = AbortSignal.abort(new Error('enough'));
  const error = await openSnapshot(redisEncodings, { signal }).catch((caught: unknown) => caught);
  expect(isAlidadeError(error, 'ALI_ABORTED')).toBe(true);
});

test('what cannot be read is named: no file, a folder, a stream that breaks or gives text', async () => {
  await expect(openSnapshot('/nowhere/at/all.rdb')).rejects.toMatchObject({
    code: 'ALI_SNAPSHOT',
    message: expect.stringContaining('/nowhere/at/all.rdb'),
  });
  await expect(openSnapshot(tmpdir())).rejects.toMatchObject({ code: 'ALI_SNAPSHOT' });
  const broken = async function* () {
    yield Buffer.from('REDIS0006');
    throw new Error('cable pulled');
  };
  await expect(openSnapshot(broken())).rejects.toMatchObject({
    code: 'ALI_SNAPSHOT',
    message: expect.stringContaining('cable pulled'),
  });
  await expect(openSnapshot(Readable.from(['REDIS0006'], { encoding: 'utf8' }))).rejects.toMatchObject({
    code: 'ALI_USAGE',
  });
});

test('a stream longer than the disk it may take is given up', async () => {
  const bytes = readFileSync(redisEncodings);
  let returned = false;
  const stream = async function* () {
    try {
      yield* pieces(bytes, 1000);
    } finally {
      returned = true;
    }
  };
  await expect(openSnapshot(stream(), { maxSpoolBytes: 5000 })).rejects.toMatchObject({
    code: 'ALI_SNAPSHOT',
    message: expect.stringContaining('5000 bytes'),
  });
  expect(returned).toBe(true);
});

test('a file that is overwritten after it was checked is noticed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alidade-test-'));
  try {
    const path = join(folder, 'state.rdb');
    const file = (value: string) => row('REDIS0006', key(0, 'a', text(value)), 0xff, '\0'.repeat(8));
    await writeFile(path, file('one'));
    const snapshot = await openSnapshot(path);
    await writeFile(path, file('two'), { flag: 'r+' });
    await expect(all(snapshot.entries())).rejects.toMatchObject({
      code: 'ALI_SNAPSHOT',
      message: expect.stringContaining('was changed while it was read'),
    });
    await snapshot.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a length that no file can hold costs no memory', async () => {
  const bombs = [
    row(0, text('k'), 0x80, 0x03, 0xff, 0xff, 0xff),
    row(0, text('k'), 0x81, 0, 0x1f, '\xff'.repeat(6)),
    row(0, text('k'), 0xc3, 5, 0x80, 0x03, 0xff, 0xff, 0xff, 0, 97, 0xe0, 0xff, 0),
    row(2, text('k'), 0x81, 0, 0x1f, '\xff'.repeat(6)),
    row(4, text('k'), 0x80, 0xff, 0xff, 0xff, 0xff),
  ];
  const before = process.memoryUsage().arrayBuffers;
  for (const bomb of bombs) {
    await expect(entriesOf(rdbFile(11, bomb))).rejects.toBeInstanceOf(RdbParseError);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
});

test('a block that unpacks to millions of elements leaves the event loop free', async () => {
  const elements = 3_000_000;
  const block = new Uint8Array(2 * elements + 7).fill(1);
  block.set(integer(block.length, 4));
  block.fill(0xff, 4, 6).fill(0xff, -1);
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  const snapshot = await openSnapshot(rdbFile(11, key(20, 'set', text(block))));
  loop.disable();
  expect(snapshot.keys).toBe(1);
  expect(loop.count).toBeGreaterThan(5);
});

test('a string above the largest value is refused before it is read', async () => {
  const declared = 64 * 1024 * 1024 + 1;
  const head = row('REDIS0006', 0, text('k'), length(declared));
  const endless = async function* () {
    yield head;
    for (let i = 0; i < 3; i++) yield new Uint8Array(1024);
    throw new Error('read too far');
  };
  await expect(entriesOf(endless())).rejects.toThrow(`${declared} bytes as one string`);
});

test('a string just over one window and one of many windows are read whole', async () => {
  for (const size of [256 * 1024 + 1, 3_000_000]) {
    const value = Uint8Array.from({ length: size }, (_, i) => i % 251);
    const [entry] = await entriesOf(pieces(rdbFile(9, key(0, 'k', text(value))), 65_536));
    expect(entry?.content.kind === 'value' && Buffer.compare(entry.content.value, value)).toBe(0);
  }
});
