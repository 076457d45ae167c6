import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { ObservedSpace } from '../../test/support/observed-space.ts';
import { AlidadeError } from '../shared/errors.ts';
import { type Operation, type Outcome, openStore, type Store, type WriteOptions } from '../store/index.ts';
import { TelescopeState } from '../telstate/index.ts';
import type { RetentionRule } from './definition.ts';
import { removedAtOnce } from './removal.ts';
import { Retention } from './retention.ts';

const nowSeconds = 1_700_000_000;
const day = 86_400;

/** A real space that tells how much each write removed. */
class CountingSpace extends ObservedSpace {
  readonly changes: number[] = [];
  fault: AlidadeError | undefined;

  override async write(operation: Operation, options?: WriteOptions): Promise<Outcome> {
    if (this.fault !== undefined) throw this.fault;
    const outcome = await super.write(operation, options);
    if (operation.do === 'trim') this.changes.push(outcome.changed);
    return outcome;
  }
}

let store: Store;
let space: CountingSpace;
let state: TelescopeState;
let clock: ManualClock;
beforeEach(async () => {
  store = await openStore('memory:');
  space = new CountingSpace(await store.space('state'));
  state = new TelescopeState(space);
  clock = new ManualClock(nowSeconds * 1000);
});
afterEach(() => store.close());

const rule = (keys: string, keepMs?: number, keepLast?: number): RetentionRule => ({
  keys,
  keepMs,
  keepLast,
});
const retention = (...rules: readonly RetentionRule[]) => new Retention(space, rules, clock);
const times = async (key: string) =>
  (await state.getRange(key, { start: 0 })).map(({ timeSeconds }) => timeSeconds - nowSeconds);
/** Samples so many seconds before now. */
const fill = (key: string, ages: Iterable<number>) =>
  state.addMany(
    key,
    Array.from(ages, (age) => ({ value: age, timeSeconds: nowSeconds - age })),
  );

test('samples that are too old go, and one that is just old enough stays', async () => {
  await fill('wind', [8 * day, 7 * day + 1, 7 * day, 1, 0]);
  const kept = retention(rule('wind', 7 * day * 1000));
  await kept.pass();
  expect(await times('wind')).toEqual([-7 * day, -1, 0]);
  expect(kept.status).toEqual({
    removed: 2,
    rules: [{ keys: 'wind', sensors: 1, removed: 2 }],
    lastPassSeconds: nowSeconds,
    lastFault: undefined,
  });
});

test('the newest sample stays, however old: it is what the sensor says', async () => {
  await fill('target', [30 * day, 20 * day, 10 * day]);
  await retention(rule('*', 1000)).pass();
  expect(await times('target')).toEqual([-10 * day]);
});

test('of the last so many exactly those stay', async () => {
  await fill(
    'wind',
    Array.from({ length: 50 }, (_, i) => i),
  );
  await retention(rule('wind', undefined, 10)).pass();
  expect(await times('wind')).toEqual([-9, -8, -7, -6, -5, -4, -3, -2, -1, 0]);
});

test('both bounds hold', async () => {
  await fill('wind', [100, 50, 5, 4, 3]);
  await fill('rain', [100, 50, 5]);
  await retention(rule('*', 10_000, 2)).pass();
  expect([await times('wind'), await times('rain')]).toEqual([[-4, -3], [-5]]);
});

test('the first rule that matches holds, and forever is a rule too', async () => {
  for (const key of ['m000_pos_az', 'm001_pos_az', 'm001_pos_el', 'other']) await fill(key, [100, 0]);
  const kept = retention(rule('m001*_az'), rule('m0*_pos_*', 10_000), rule('*', 1_000_000));
  await kept.pass();
  const counts = Object.fromEntries(
    await Promise.all((await state.keys()).map(async (key) => [key, (await times(key)).length] as const)),
  );
  expect(counts).toEqual({ m000_pos_az: 1, m001_pos_az: 2, m001_pos_el: 1, other: 2 });
  expect(kept.status?.rules.map(({ sensors, removed }) => [sensors, removed])).toEqual([
    [1, 0],
    [2, 2],
    [1, 0],
  ]);
});

test('attributes and indexed keys are left alone', async () => {
  await state.set('observer', 'Ada');
  await state.setIndexed('gains', 1, 0.5);
  const kept = retention(rule('*', 0, 1));
  await kept.pass();
  expect([await state.get('observer'), await state.getIndexed('gains', 1)]).toEqual(['Ada', 0.5]);
  expect(kept.status?.rules[0]?.sensors).toBe(0);
});

describe('a long series', () => {
  test('is removed in writes that are bounded', async () => {
    await fill(
      'wind',
      Array.from({ length: 9500 }, (_, i) => 10_000 - i),
    );
    await retention(rule('wind', 1_000_000)).pass();
    expect(await times('wind')).toHaveLength(500);
    expect(Math.max(...space.changes)).toBe(removedAtOnce);
    expect(space.changes.reduce((sum, changed) => sum + changed, 0)).toBe(9000);
  });

  test('of which the last are kept is counted in full only when there is something to remove', async () => {
    await fill(
      'wind',
      Array.from({ length: 3000 }, (_, i) => 3000 - i),
    );
    const kept = retention(rule('wind', undefined, 1000));
    await kept.pass();
    expect((await times('wind')).length).toBe(1000);
    await kept.pass();
    // 1 % of them may be there beyond.
    await state.addMany(
      'wind',
      Array.from({ length: 9 }, (_, i) => ({ value: 0, timeSeconds: nowSeconds + i })),
    );
    const before = space.reads;
    await kept.pass();
    expect([(await times('wind')).length, space.reads - before < 10]).toEqual([1009, true]);
    await state.add('wind', 0, { time: nowSeconds + 9 });
    await kept.pass();
    expect((await times('wind')).length).toBe(1000);
  });

  test('whose samples somebody else removed is not cut short', async () => {
    await fill(
      'wind',
      Array.from({ length: 100 }, (_, i) => 100 - i),
    );
    const kept = retention(rule('wind', undefined, 100));
    await kept.pass();
    await space.write({ do: 'trim', key: 'wind', keepLast: 10 });
    await state.addMany(
      'wind',
      Array.from({ length: 20 }, (_, i) => ({ value: 0, timeSeconds: nowSeconds + i })),
    );
    await kept.pass();
    expect((await times('wind')).length).toBe(30);
  });

  test('is left as it is when the instrument ends', async () => {
    await fill(
      'wind',
      Array.from({ length: 5000 }, (_, i) => 10_000 - i),
    );
    const kept = retention(rule('wind', 1_000_000));
    const passing = kept.pass();
    await kept.stop();
    await passing;
    expect((await times('wind')).length).toBeGreaterThanOrEqual(4000);
  });
});

test('it looks once a minute, goes on after a fault, and ends', async () => {
  const kept = retention(rule('wind', 10_000));
  await fill('wind', [0]);
  kept.start();
  await kept.pass();
  space.fault = new AlidadeError('ALI_STORE_FULL', 'the disk is full');
  clock.advance(60_000);
  await state.add('wind', 1, { time: nowSeconds + 60 }).catch(() => undefined);
  await kept.pass();
  space.fault = undefined;
  await state.add('wind', 1, { time: nowSeconds + 60 });
  space.fault = new AlidadeError('ALI_STORE_FULL', 'the disk is full');
  await kept.pass();
  expect(kept.status?.lastFault).toBe('the disk is full (ALI_STORE_FULL)');
  space.fault = undefined;
  await kept.pass();
  expect(kept.status).toMatchObject({ removed: 1, lastFault: undefined, lastPassSeconds: nowSeconds + 60 });
  await kept.stop();
  expect(clock.timers).toBe(0);
});

test('without rules nothing is looked at', () => {
  const none = retention();
  none.start();
  expect([none.status, space.reads, clock.timers]).toEqual([undefined, 0, 0]);
});
