import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Space } from '../../src/store/index.ts';
import { openTelescopeState, TelescopeState, type Watch, type WatchEvent } from '../../src/telstate/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { onEveryEngine, type Place } from './engines.ts';
import { hexOf } from './trace.ts';

async function openBoth(place: Place) {
  const space = new ObservedSpace(await place.open());
  const otherSpace: Space = await place.open();
  return { space, state: new TelescopeState(space), otherSpace, other: new TelescopeState(otherSpace) };
}

/** The next events, each as one short text. */
async function take(watch: Watch, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { value, done } = await watch.next();
    if (done) throw new Error(`the watch ended after ${texts}`);
    texts.push(textOf(value));
  }
  return texts;
}

/** All events before a sample of the sensor `end`, which must be watched too. */
async function takeUntilNow(watch: Watch, state: TelescopeState): Promise<string[]> {
  await state.add('end', 0);
  const texts: string[] = [];
  for (;;) {
    const { value, done } = await watch.next();
    if (done || (value.event === 'update' && value.key === 'end')) return texts;
    texts.push(textOf(value));
  }
}

function textOf(event: WatchEvent): string {
  if (event.event === 'away' || event.event === 'back') return event.event;
  if (event.event === 'gap') {
    return `gap ${event.key} ${event.reason} ${event.missed ?? '?'} before ${event.beforeSeconds}`;
  }
  const time = event.timeSeconds === undefined ? '' : `@${event.timeSeconds}`;
  const late = event.late ? ' late' : '';
  if (event.event === 'undecodable') return `undecodable ${event.key}${time} ${event.error.code}`;
  const subKey = event.subKey === undefined ? '' : `[${event.subKey}]`;
  const value = event.value instanceof Uint8Array ? hexOf(event.value) : event.value;
  return `${event.type} ${event.key}${subKey}${time}=${value}${late}`;
}

const samples = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ value: from + i, timeSeconds: from + i }));

onEveryEngine((makePlace) => {
  test('updates of every type come in the order of their writes', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.add('s', 'before', { time: 100 });
    {
      await using watch = await state.watch(['s', 'a', 'ix']);
      await other.add('s', 1, { time: 101 });
      await other.set('a', 2);
      await other.setIndexed('ix', 'k', 3);
      await other.add('unwatched', 0);
      await other.addMany('s', [
        { value: 4, timeSeconds: 50 },
        { value: 5, timeSeconds: 102 },
      ]);
      expect(await take(watch, 5)).toEqual([
        'sensor s@101=1',
        'attribute a=2',
        'indexed ix[k]=3',
        'sensor s@50=4 late',
        'sensor s@102=5',
      ]);
    }
    expect(space.openSubscriptions).toBe(0);
  });

  test('it begins with what is there when asked to, and tells nothing twice', async () => {
    await using place = await makePlace();
    const { state, other } = await openBoth(place);
    await other.addMany('s', samples(1, 30));
    await other.set('a', 'A');
    await other.setIndexed('ix', 'k', 'v');
    const keys = ['s', 'a', 'ix', 'none', 'end'];
    {
      await using watch = await state.watch(keys, { from: 'current' });
      expect(await takeUntilNow(watch, other)).toEqual([
        'sensor s@30=30',
        'attribute a=A',
        'indexed ix[k]=v',
      ]);
    }
    await other.delete('end');
    {
      await using watch = await state.watch(keys, { from: 28.5 });
      await other.add('s', 31, { time: 31 });
      expect(await takeUntilNow(watch, other)).toEqual([
        'sensor s@29=29',
        'sensor s@30=30',
        'attribute a=A',
        'indexed ix[k]=v',
        'sensor s@31=31',
      ]);
    }
    await other.delete('end');
    await using watch = await state.watch(keys, { from: -1 });
    expect((await takeUntilNow(watch, other)).filter((text) => text.startsWith('sensor'))).toHaveLength(31);
  });

  test('after lost notices it delivers what was missed, once', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.addMany('s', samples(1, 3));
    await using watch = await state.watch(['s', 'a', 'ix', 'fresh', 'end']);
    await other.add('s', 4, { time: 4 });
    await other.setIndexed('ix', 'known', 0);
    expect(await take(watch, 2)).toEqual(['sensor s@4=4', 'indexed ix[known]=0']);
    space.cut();
    await other.addMany('s', samples(5, 3));
    await other.set('a', 'A');
    await other.setIndexed('ix', 'k', 1);
    await other.add('fresh', 'F', { time: 1 });
    space.heal();
    expect(await take(watch, 6)).toEqual([
      'sensor s@5=5',
      'sensor s@6=6',
      'sensor s@7=7',
      'attribute a=A',
      'indexed ix[k]=1',
      'sensor fresh@1=F',
    ]);
    await other.add('s', 8, { time: 8 });
    expect(await takeUntilNow(watch, other)).toEqual(['sensor s@8=8']);
    expect(space.openSubscriptions).toBe(1);
  });

  test('late samples that were missed are delivered where they can be told, else they are a gap', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.addMany('s', samples(1, 100));
    await using watch = await state.watch(['s', 'end']);
    await other.addMany('s', samples(110, 2));
    await take(watch, 2);
    space.cut();
    await other.add('s', 'lately', { time: 110.5 });
    await other.addMany('s', [
      { value: 'long ago', timeSeconds: 10.5 },
      { value: 'longer ago', timeSeconds: 9.5 },
    ]);
    space.heal();
    const [gap, ...others] = await takeUntilNow(watch, other);
    expect(gap).toMatch(/^gap s late 2 before (?:9\d|100)/);
    expect(others).toEqual(['sensor s@110.5=lately late']);
    space.heal();
    expect(await takeUntilNow(watch, other)).toEqual([]);
  });

  test('samples that were removed meanwhile are named', async () => {
    await using place = await makePlace();
    const { space, state, other, otherSpace } = await openBoth(place);
    await other.addMany('s', samples(1, 100));
    await using watch = await state.watch(['s', 'end']);
    space.cut();
    await otherSpace.write({ do: 'trim', key: 's', keepLast: 50 });
    space.heal();
    expect((await takeUntilNow(watch, other)).map((text) => text.replace(/ before .*/, ''))).toEqual([
      'gap s removed ?',
    ]);
  });

  test('a key that was deleted and came back as another type is new', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.add('k', 1, { time: 1 });
    await using watch = await state.watch(['k', 'end']);
    await other.delete('k');
    await other.set('k', 'A');
    expect(await take(watch, 1)).toEqual(['attribute k=A']);
    await other.delete('k');
    await other.set('k', 'A');
    expect(await take(watch, 1)).toEqual(['attribute k=A']);
    space.cut();
    await other.delete('k');
    await other.addMany('k', samples(1, 2));
    space.heal();
    expect(await take(watch, 2)).toEqual(['sensor k@1=1', 'sensor k@2=2']);
    space.cut();
    await other.delete('k');
    space.heal();
    expect(await takeUntilNow(watch, other)).toEqual([]);
    await other.add('k', 1, { time: 1 });
    expect(await takeUntilNow(watch, other)).toEqual(['sensor k@1=1']);
  });

  test('a slow reader gets everything all the same, from the store', async () => {
    await using place = await makePlace();
    const { state, other } = await openBoth(place);
    await using watch = await state.watch(['s'], { queueLimit: 50 });
    for (let i = 0; i < 20; i++) await other.addMany('s', samples(i * 100, 100));
    const texts = await take(watch, 2000);
    expect(texts).toEqual(samples(0, 2000).map(({ value }) => `sensor s@${value}=${value}`));
    await other.add('s', 'last', { time: 5000 });
    expect(await take(watch, 1)).toEqual(['sensor s@5000=last']);
  });

  test('a view follows a key under the first prefix that has it', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await using watch = await state.view('v').watch(['s', 'end'], { from: 'current' });
    await other.add('s', 1, { time: 1 });
    await other.view('v').add('s', 2, { time: 2 });
    await other.add('s', 3, { time: 3 });
    expect(await takeUntilNow(watch, other)).toEqual(['sensor s@1=1', 'sensor s@2=2']);
    await other.delete('v_s');
    await other.add('s', 4, { time: 4 });
    expect(await takeUntilNow(watch, other)).toEqual(['sensor s@4=4']);
    await other.view('v').add('s', 5, { time: 5 });
    expect(await take(watch, 1)).toEqual(['sensor s@5=5']);
    space.cut();
    await other.add('s', 6, { time: 6 });
    await other.view('v').add('s', 7, { time: 7 });
    space.heal();
    expect(await takeUntilNow(watch, other)).toEqual(['sensor s@7=7']);
  });

  test('what cannot be decoded is told, and the watch goes on', async () => {
    await using place = await makePlace();
    const { state, other, otherSpace } = await openBoth(place);
    await using watch = await state.watch(['s', 'a']);
    const notice = (channel: string) => ({ notice: { channel } });
    const member = Buffer.from('4000000000000000ffc1', 'hex');
    await otherSpace.write({ do: 'add', key: 's', members: [member], ...notice('update/s') });
    await otherSpace.write({
      do: 'set',
      key: 'a',
      value: Buffer.from('80024b012e', 'hex'),
      ...notice('update/a'),
    });
    await other.add('s', 1, { time: 3 });
    expect(await take(watch, 3)).toEqual([
      'undecodable s@2 ALI_DECODE',
      'undecodable a ALI_DECODE',
      'sensor s@3=1',
    ]);
    await using again = await state.watch('s', { from: 0, encoded: true });
    expect(await take(again, 2)).toEqual(['sensor s@2=ffc1', 'sensor s@3=ff01']);
  });

  test('foreign members and foreign types under a key do not stop a watch', async () => {
    await using place = await makePlace();
    const { state, other, otherSpace } = await openBoth(place);
    const members = [Buffer.from('x'), Buffer.alloc(12, 0xff), Buffer.from('4000000000000000ff01', 'hex')];
    await otherSpace.write({ do: 'add', key: 's', members });
    await otherSpace.write({ do: 'push', key: 'list', items: [Buffer.from('x')] });
    await using watch = await state.watch(['s', 'list', 'end'], { from: 0 });
    const texts = await takeUntilNow(watch, other);
    expect(texts.toSorted()).toEqual([
      'sensor s@2=1',
      'undecodable s ALI_DECODE',
      'undecodable s@NaN ALI_DECODE',
    ]);
  });

  test('closing, a signal, and leaving the loop end a watch and its subscription', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const closed = await state.watch('s');
    const next = closed.next();
    await closed.close();
    expect(await next).toEqual({ done: true, value: undefined });

    const controller = new AbortController();
    const aborted = await state.watch('s', { signal: controller.signal });
    const waiting = aborted.next();
    controller.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
    const dead = await state.watch('s', { signal: controller.signal });
    expect(await dead.next()).toEqual({ done: true, value: undefined });

    const left = await state.watch('s');
    await other.add('s', 1, { time: 1 });
    const full = await state.watch('s', { from: 0 });
    await full.close();
    expect(await full.next()).toEqual({ done: true, value: undefined });
    for await (const event of left) {
      expect(textOf(event)).toBe('sensor s@1=1');
      break;
    }
    await space.quiet();
  });

  test('many keys and samples need one watch', async () => {
    await using place = await makePlace();
    const { state, other } = await openBoth(place);
    const keys = Array.from({ length: 300 }, (_, i) => `s${i}`);
    await using watch = await state.watch(keys);
    await other.addMany(keys.map((key, i) => ({ key, value: i, timeSeconds: i })));
    expect((await take(watch, 300)).toSorted()).toEqual(
      keys.map((key, i) => `sensor ${key}@${i}=${i}`).toSorted(),
    );
  });
});

test('whatever is lost and comes late, each sample is delivered once or counted in a gap', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('add' as const),
        count: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 100, max: 400 })),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('late' as const), back: fc.integer({ min: 1, max: 900 }) }),
    },
    { weight: 2, arbitrary: fc.constant({ do: 'cut' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'heal' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'read' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 0, max: 20 }),
      async (steps, before) => {
        await using memory = await openTelescopeState('memory:');
        const space = new ObservedSpace(memory.space);
        const state = new TelescopeState(space);
        await memory.addMany('s', samples(0, before));
        await using watch = await state.watch(['s', 'end']);
        const told: string[] = [];
        const read = async () => void told.push(...(await takeUntilNow(watch, memory)));
        let newest = before;
        let added = 0;
        for (const [i, action] of steps.entries()) {
          if (action.do === 'add') {
            await memory.addMany('s', samples(newest, action.count));
            newest += action.count;
            added += action.count;
          } else if (action.do === 'late') {
            const timeSeconds = Math.max(0, newest - action.back) + (i + 1) / 1000;
            await memory.add('s', `late ${i}`, { time: timeSeconds });
            added++;
          } else if (action.do === 'cut') space.cut();
          else {
            space.heal();
            await read();
          }
        }
        space.heal();
        await read();
        const delivered = told.filter((text) => text.startsWith('sensor'));
        const missed = told
          .map((text) => /^gap s late (\d+)/.exec(text)?.[1])
          .map((count) => Number(count ?? 0));
        expect(new Set(delivered).size).toBe(delivered.length);
        expect(delivered.length + missed.reduce((a, b) => a + b, 0)).toBe(added);
        expect(told.filter((text) => text.includes('removed'))).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});
