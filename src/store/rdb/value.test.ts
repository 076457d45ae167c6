import { expect, test } from 'vitest';
import {
  integer,
  key,
  length,
  listpack,
  listpackText,
  rdbFile,
  row,
  text,
  ziplist,
  ziplistText,
} from '../../../test/support/rdb-file.ts';
import { keyText } from '../key.ts';
import { readSnapshot } from './snapshot.ts';

/** Content with bytes as text. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

async function read(file: Uint8Array): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for await (const { key, content, expiresAtMs, db } of readSnapshot(file)) {
    const { kind, ...rest } = Object.fromEntries(Object.entries(content).map(([k, v]) => [k, plain(v)]));
    found[keyText(key)] = {
      kind,
      ...rest,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
      ...(db !== 0 && { db }),
    };
  }
  return found;
}

const double = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Uint8Array.from(bytes);
};
const ms = 4102444800123;
const abc = text('abc');
const packed = (...items: string[]) => text(listpack(...items.map(listpackText)));
const oldPacked = (...items: string[]) => text(ziplist(...items.map(ziplistText)));

test.each<[string, number, Uint8Array, unknown]>([
  ['text', 0, abc, { kind: 'value', value: 'abc' }],
  ['an integer of 8 bits', 0, row(0xc0, 0x80), { kind: 'value', value: '-128' }],
  ['an integer of 16 bits', 0, row(0xc1, integer(-300, 2)), { kind: 'value', value: '-300' }],
  ['an integer of 32 bits', 0, row(0xc2, integer(-70000, 4)), { kind: 'value', value: '-70000' }],
  ['LZF text', 0, row(0xc3, 5, 10, 0, 97, 0xe0, 0, 0), { kind: 'value', value: 'a'.repeat(10) }],
  ['a length of 64 bits', 0, row(0x81, 0, 0, 0, 0, 0, 0, 0, 3, 'abc'), { kind: 'value', value: 'abc' }],
  ['a list', 1, row(2, abc, 0xc0, 5), { kind: 'list', items: ['abc', '5'] }],
  ['a list in a ziplist', 10, oldPacked('a', 'b', 'a'), { kind: 'list', items: ['a', 'b', 'a'] }],
  ['a quicklist', 14, row(2, oldPacked('a', 'b'), oldPacked('c')), { kind: 'list', items: ['a', 'b', 'c'] }],
  [
    'a quicklist of packed and plain nodes',
    18,
    row(3, 2, packed('a', 'b'), 1, text('large'), 2, packed('c')),
    { kind: 'list', items: ['a', 'b', 'large', 'c'] },
  ],
  ['a set', 2, row(2, abc, 0xc0, 5), { kind: 'set', members: ['abc', '5'] }],
  [
    'an intset',
    11,
    text(row(integer(2, 4), integer(2, 4), integer(-1, 2), integer(2, 2))),
    { kind: 'set', members: ['-1', '2'] },
  ],
  ['a set in a listpack', 20, packed('a', 'b'), { kind: 'set', members: ['a', 'b'] }],
  [
    'a series, scores as text',
    3,
    row(2, abc, 1, '0', text('d'), 2, '-0'),
    { kind: 'series', members: ['abc', 'd'] },
  ],
  ['a series, binary scores', 5, row(1, abc, double(0)), { kind: 'series', members: ['abc'] }],
  [
    'a series in a ziplist',
    12,
    text(ziplist(ziplistText('m'), row(0xf1))),
    { kind: 'series', members: ['m'] },
  ],
  [
    'a series in a listpack',
    17,
    text(listpack(listpackText('m'), row(0))),
    { kind: 'series', members: ['m'] },
  ],
  ['a hash', 4, row(1, abc, text('v')), { kind: 'hash', fields: [['abc', 'v']] }],
  ['a zipmap', 9, text(row(1, 1, 'f', 1, 0, 'v', 0xff)), { kind: 'hash', fields: [['f', 'v']] }],
  ['a hash in a ziplist', 13, oldPacked('f', 'v'), { kind: 'hash', fields: [['f', 'v']] }],
  ['a hash in a listpack', 16, packed('f', 'v'), { kind: 'hash', fields: [['f', 'v']] }],
  [
    'a hash of fields with absolute times',
    22,
    row(2, 0, text('f'), text('v'), 0x81, '\0'.repeat(6), 1, 0x2c, text('g'), text('w')),
    {
      kind: 'hash',
      fields: [
        ['f', 'v'],
        ['g', 'w'],
      ],
      fieldsExpireAtMs: [undefined, 300],
    },
  ],
  [
    'a hash of fields with times from the first',
    24,
    row(
      integer(ms, 8),
      3,
      0,
      text('f'),
      text('v'),
      1,
      text('g'),
      text('w'),
      length(101),
      text('h'),
      text('x'),
    ),
    {
      kind: 'hash',
      fields: [
        ['f', 'v'],
        ['g', 'w'],
        ['h', 'x'],
      ],
      fieldsExpireAtMs: [undefined, ms, ms + 100],
    },
  ],
  [
    'a hash of fields with times in a listpack, before its release',
    23,
    text(listpack(listpackText('f'), listpackText('v'), row(0xf4, integer(ms, 8)))),
    { kind: 'hash', fields: [['f', 'v']], fieldsExpireAtMs: [ms] },
  ],
  [
    'a hash of fields with times in a listpack',
    25,
    row(
      integer(ms, 8),
      text(
        listpack(
          listpackText('f'),
          listpackText('v'),
          row(0xf4, integer(ms, 8)),
          listpackText('g'),
          row(1),
          row(0),
        ),
      ),
    ),
    {
      kind: 'hash',
      fields: [
        ['f', 'v'],
        ['g', '1'],
      ],
      fieldsExpireAtMs: [ms, undefined],
    },
  ],
  ['scores that are not 0', 3, row(1, abc, 3, '1.5'), { kind: 'other', type: 'sorted set with scores' }],
  ['an infinite score', 3, row(1, abc, 255), { kind: 'other', type: 'sorted set with scores' }],
  [
    'binary scores that are not 0',
    5,
    row(1, abc, double(-1e9)),
    { kind: 'other', type: 'sorted set with scores' },
  ],
  ['a packed score that is not 0', 17, packed('m', '1e3'), { kind: 'other', type: 'sorted set with scores' }],
  [
    'a module value',
    7,
    row(
      0x81,
      '\xff'.repeat(8),
      2,
      5,
      1,
      0x81,
      '\xff'.repeat(8),
      3,
      double(1).subarray(4),
      4,
      double(1),
      5,
      abc,
      0,
    ),
    { kind: 'other', type: 'module value' },
  ],
  ['a stream of Redis 5', 15, stream(1), { kind: 'other', type: 'stream' }],
  ['a stream of Redis 7.0', 19, stream(2), { kind: 'other', type: 'stream' }],
  ['a stream of Redis 7.2', 21, stream(3), { kind: 'other', type: 'stream' }],
])('%s (type %i)', async (_, type, value, expected) => {
  // What stands before and after shows that just the value was taken.
  const file = rdbFile(12, key(0, 'before', text('b')), key(type, 'k', value), key(0, 'after', text('a')));
  const found = await read(file);
  expect(found).toEqual({
    before: { kind: 'value', value: 'b' },
    k: expected,
    after: { kind: 'value', value: 'a' },
  });
});

/** One block, one group with one pending entry, owned by its one consumer. */
function stream(version: 1 | 2 | 3): Uint8Array {
  const id = '\x01'.repeat(16);
  const time = integer(ms, 8);
  const block = row(1, text(id), text(listpack(row(1))));
  const counters = row(1, 5, 0, ...(version === 1 ? [] : [5, 0, 0, 0, 1]));
  const group = row(text('g'), 5, 0, ...(version === 1 ? [] : [1]));
  const pending = row(1, id, time, 1);
  const consumer = row(1, text('c'), time, ...(version === 3 ? [time] : []), 1, id);
  return row(block, counters, 1, group, pending, consumer);
}

test('facts between the keys are passed over, and an expiry is of the next key only', async () => {
  const file = rdbFile(
    11,
    row(0xfa, text('redis-ver'), text('7.2.0')),
    row(0xf7, 0x81, '\0'.repeat(8), 2, 1, 5, text('module aux'), 0),
    row(0xf5, text('#!lua name=lib')),
    row(0xfe, 3, 0xfb, 3, 1, 0xf4, 1, 2, 0),
    row(0xfc, integer(ms, 8), 0xf8, length(1000), key(0, 'in ms', text('v'))),
    row(0xfd, integer(2_000_000_000, 4), 0xf9, 255, key(0, 'in s', text('v'))),
    key(0, 'stays', text('v')),
  );
  expect(await read(file)).toEqual({
    'in ms': { kind: 'value', value: 'v', expiresAtMs: ms, db: 3 },
    'in s': { kind: 'value', value: 'v', expiresAtMs: 2_000_000_000_000, db: 3 },
    stays: { kind: 'value', value: 'v', db: 3 },
  });
});

test.each([1, 2, 3, 4])('version %i has no checksum', async (version) => {
  expect(await read(rdbFile(version, key(0, 'k', abc)))).toEqual({ k: { kind: 'value', value: 'abc' } });
  await expect(read(row(rdbFile(version, key(0, 'k', abc)), '\0'.repeat(8)))).rejects.toThrow('bytes follow');
});

test.each([5, 6, 7, 8, 9, 10, 11, 12])(
  'version %i has a checksum, which may be left out as zeros',
  async (version) => {
    const file = rdbFile(version, key(0, 'k', abc));
    expect(await read(file)).toEqual({ k: { kind: 'value', value: 'abc' } });
    const zeros = row(file.subarray(0, -8), '\0'.repeat(8));
    expect(await read(zeros)).toEqual({ k: { kind: 'value', value: 'abc' } });
    const wrong = Uint8Array.from(file);
    wrong[file.length - 1] = (wrong[file.length - 1] as number) ^ 1;
    await expect(read(wrong)).rejects.toThrow('checksum');
  },
);

test.each<[string, Uint8Array, string]>([
  ['version 0', rdbFile(0), 'version is 0'],
  ['version 13', rdbFile(13), 'version is 13'],
  ['a module value of a pre-release', rdbFile(9, key(6, 'k')), 'pre-release'],
  ['a function of a pre-release', rdbFile(10, row(0xf6)), 'pre-release'],
  ['a type between the known', rdbFile(10, key(8, 'k')), 'unknown type 8'],
  ['a type after the known', rdbFile(12, key(26, 'k')), 'unknown type 26'],
  ['a length that is none', rdbFile(9, row(0, 0x82)), 'a length begins with 82'],
  ['an encoding that is none', rdbFile(9, row(0, 0xc4)), 'unknown encoding 4'],
  ['an encoded count', rdbFile(9, key(1, 'k', 0xc0, 1, abc)), 'a length was expected'],
  ['LZF that does not give what it says', rdbFile(9, key(0, 'k', 0xc3, 2, 3, 0, 97)), 'LZF'],
  ['a score that is no number', rdbFile(9, key(3, 'k', 1, abc, 253)), 'no number as its score'],
  ['a score of other text', rdbFile(9, key(3, 'k', 1, abc, 3, '0x1')), 'no number as its score'],
  ['a packed member without score', rdbFile(9, key(17, 'k', packed('m'))), 'without a score'],
  ['a packed field without value', rdbFile(9, key(16, 'k', packed('f'))), 'without a value'],
  ['a quicklist node of no form', rdbFile(9, key(18, 'k', 1, 3, packed('a'))), 'unknown form 3'],
  ['a module item of no type', rdbFile(9, key(7, 'k', 1, 6)), 'unknown type 6'],
  ['a stream block without id', rdbFile(9, key(15, 'k', 1, text('short'), text(listpack()))), 'damaged id'],
])('%s is refused', async (_, file, message) => {
  await expect(read(file)).rejects.toMatchObject({
    code: 'ALI_SNAPSHOT',
    message: expect.stringContaining(message),
  });
});

test('collections without elements are given as such', async () => {
  expect(await read(rdbFile(9, key(1, 'l', 0), key(4, 'h', 0), key(18, 'q', 0)))).toEqual({
    l: { kind: 'list', items: [] },
    h: { kind: 'hash', fields: [] },
    q: { kind: 'list', items: [] },
  });
});

test('keys and fields longer than the store takes are foreign', async () => {
  const long = 'x'.repeat(65_537);
  expect(await read(rdbFile(9, key(4, 'h', 2, text('a'), abc, text(long), abc), key(0, long, abc)))).toEqual({
    h: { kind: 'other', type: 'hash with a field longer than 65536 bytes' },
    [long]: { kind: 'other', type: 'key longer than 65536 bytes' },
  });
});
