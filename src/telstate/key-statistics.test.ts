import { expect, test } from 'vitest';
import { keyBytes, openStore } from '../store/index.ts';
import { keyStatistics } from './key-statistics.ts';
import { countMembers, memberPages } from './sample-pages.ts';
import { TelescopeState } from './telescope-state.ts';

async function collected<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

test('counts, sizes, times and rates of each type', async () => {
  await using store = await openStore('memory:');
  const space = await store.space('state');
  const state = new TelescopeState(space);
  await state.set('a', 'text');
  await state.setIndexed('i', 'x', 1);
  await state.setIndexed('i', 'y', 1);
  await state.addMany(
    's',
    [0, 1, 2, 5].map((time) => ({ value: 0.5, timeSeconds: 100 + time })),
  );
  await state.addMany(
    'long',
    Array.from({ length: 3000 }, (_, i) => ({ value: 0.5, timeSeconds: i })),
  );
  await state.add('once', 1, { time: 7 });
  await space.write({ do: 'set-add', key: 'set', members: [Uint8Array.of(1)] });
  const of = async (key: string, exact = false) => {
    const found = await keyStatistics(space, keyBytes(key), { exact });
    return found && { ...found, key };
  };
  expect(await of('a')).toEqual({ key: 'a', type: 'attribute', count: 1, sizeBytes: 6, isEstimate: false });
  expect(await of('i')).toEqual({ key: 'i', type: 'indexed', count: 2, sizeBytes: 10, isEstimate: false });
  const times = { firstSeconds: 100, lastSeconds: 105, rateHz: 0.6 };
  expect(await of('s')).toEqual({
    key: 's',
    type: 'sensor',
    count: 4,
    sizeBytes: 72,
    isEstimate: false,
    ...times,
  });
  expect(await of('long')).toMatchObject({ count: 3000, sizeBytes: 54_000, isEstimate: true, rateHz: 1 });
  expect(await of('long', true)).toMatchObject({ count: 3000, sizeBytes: 54_000, isEstimate: false });
  expect(await of('once')).toMatchObject({ count: 1, firstSeconds: 7, rateHz: undefined });
  expect(await of('set')).toMatchObject({ type: 'foreign' });
  expect(await of('none')).toBeUndefined();
});

test('pages give every sample once, in order, and small ones where values are large', async () => {
  await using store = await openStore('memory:');
  const space = await store.space('state');
  const state = new TelescopeState(space);
  await state.addMany(
    's',
    Array.from({ length: 20_000 }, (_, i) => ({ value: i, timeSeconds: i >> 2 })),
  );
  const pages = await collected(memberPages(space, keyBytes('s')));
  expect(pages.flat()).toEqual(await space.read({ read: 'range', key: 's' }));
  expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(8192);
  const range = { start: 10, end: 20, includeEnd: true };
  expect((await collected(memberPages(space, keyBytes('s'), range))).flat()).toHaveLength(44);
  expect(await countMembers(space, keyBytes('s'), range)).toBe(44);
  expect(await collected(memberPages(space, keyBytes('s'), { start: Number.POSITIVE_INFINITY }))).toEqual([]);

  const large = 'x'.repeat(300_000);
  await state.addMany(
    'large',
    Array.from({ length: 150 }, (_, i) => ({ value: large, timeSeconds: i })),
  );
  const [, ...rest] = await collected(memberPages(space, keyBytes('large')));
  expect(rest.map((page) => page.length)).toEqual([13, 13, 13, 13, 13, 13, 8]);
}, 30_000);
