import { expect, test } from 'vitest';
import { keyBytes, openStore } from '../store/index.ts';
import { TelescopeState } from '../telstate/index.ts';
import { SampleCount } from './sample-count.ts';

/** A series of samples at whole seconds, and the count of it. */
async function counted(samples: number) {
  const store = await openStore('memory:');
  const state = new TelescopeState(await store.space('state'));
  const add = (from: number, count: number, step = 1) =>
    state.addMany(
      'a',
      Array.from({ length: count }, (_, i) => ({ value: 'x', timeSeconds: from + i * step })),
    );
  if (samples > 0) await add(1000, samples);
  const count = new SampleCount(state.space, keyBytes('a'));
  await count.begin();
  const looked = async () => (await count.look()).samples;
  const trim = (keepLast: number) => state.space.write({ do: 'trim', key: 'a', keepLast });
  return { state, add, count, looked, trim, [Symbol.asyncDispose]: () => store.close() };
}

test.each([0, 1, 5, 3000])('%d samples at the start, and those that come after', async (start) => {
  await using series = await counted(start);
  expect(await series.looked()).toBe(start);
  await series.add(10_000, 7);
  expect(await series.looked()).toBe(start + 7);
  expect(await series.looked()).toBe(start + 7);
});

test('samples of one time are counted', async () => {
  await using series = await counted(0);
  for (const value of [1, 2, 3]) await series.state.add('a', value, { time: 5 });
  await series.count.begin();
  expect(await series.looked()).toBe(3);
});

test('samples that are thrown away at the old end are not counted at the next look but one', async () => {
  await using series = await counted(3000);
  for (const keep of [2990, 2000, 500, 10, 1]) {
    await series.trim(keep);
    await series.looked();
    expect(await series.looked()).toBe(keep);
  }
});

test('what comes in or goes out in the past is counted when its turn comes', async () => {
  await using series = await counted(3000);
  await series.add(1000.5, 200, 10);
  for (let i = 0; i < 256; i += 1) await series.looked();
  expect(await series.looked()).toBe(3200);
});

test('a series that grows for long is kept in blocks', async () => {
  await using series = await counted(0);
  for (let i = 0; i < 5; i += 1) {
    await series.add(1000 + i * 8000, 8000);
    expect(await series.looked()).toBe((i + 1) * 8000);
  }
  await series.trim(9000);
  await series.looked();
  expect(await series.looked()).toBe(9000);
});

test('a series that is deleted and begun again is counted from the beginning', async () => {
  await using series = await counted(100);
  await series.looked();
  await series.state.delete('a');
  expect(await series.count.look()).toMatchObject({ samples: 0, allGone: true });
  await series.add(1, 3);
  expect(await series.looked()).toBe(3);
  await series.state.delete('a');
  await series.add(5000, 4);
  expect(await series.count.look()).toMatchObject({ samples: 4, allGone: true });
  await series.state.delete('a');
  await series.add(1, 2);
  expect(await series.looked()).toBe(2);
});

test('a key that is no sensor has no samples', async () => {
  await using series = await counted(0);
  await series.state.set('a', 5);
  expect(await series.count.look()).toMatchObject({ samples: 0 });
});
