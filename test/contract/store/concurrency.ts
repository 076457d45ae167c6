import { expect, test } from 'vitest';
import type { Space } from '../../../src/store/store.ts';
import { add, bytes, type Context, plain, push, set } from './context.ts';

export function concurrency(context: Context): void {
  test('two stores on one place see each other’s writes at once', async () => {
    for (let i = 0; i < 50; i++) {
      await context.space.write(set('k', String(i)));
      expect(plain(await context.other.read({ read: 'value', key: 'k' }))).toBe(String(i));
      await context.other.write(add('s', String(i)));
      expect(await context.space.read({ read: 'count', key: 's' })).toBe(i + 1);
    }
    expect(plain(await context.other.keys())).toEqual(['k', 's']);
    await context.other.clear();
    expect(await context.space.keys()).toEqual([]);
  });

  test('readMany is one snapshot while others write', async () => {
    const { space, other } = context;
    let writing = true;
    const writers = [space, other].map(async (writer, w) => {
      for (let i = 0; writing; i++) {
        const value = `${w} ${i}`;
        await writer.batch([], [set('a', value), set('b', value), add('s', value), push('l', value)]);
      }
    });
    try {
      for (let i = 0; i < 200; i++) {
        const [a, members, b, items] = await space.readMany([
          { read: 'value', key: 'a' },
          { read: 'count', key: 's' },
          { read: 'value', key: 'b' },
          { read: 'items', key: 'l' },
        ]);
        expect(plain(a)).toEqual(plain(b));
        expect(items.length).toBe(members);
      }
    } finally {
      writing = false;
      await Promise.all(writers);
    }
  });

  test('of many that set onlyIfAbsent one wins, and all others find its value', async () => {
    const once = (space: Space, value: string) =>
      space.write({ do: 'set', key: 'k', value: bytes(value), onlyIfAbsent: true });
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, i) => once(i % 2 === 0 ? context.space : context.other, String(i))),
    );
    const winner = plain(await context.space.read({ read: 'value', key: 'k' }));
    expect(outcomes.filter((outcome) => outcome.changed === 1).length).toBe(1);
    for (const [i, outcome] of outcomes.entries()) {
      expect(plain(outcome)).toEqual(
        String(i) === winner ? { changed: 1 } : { changed: 0, found: winner as string },
      );
    }
  });

  test('a counter kept by conditions loses no step between two writers', async () => {
    await context.space.write(set('n', '0'));
    const steps = async (space: Space) => {
      for (let done = 0; done < 40; ) {
        const value = (await space.read({ read: 'value', key: 'n' })) as Uint8Array;
        const next = String(Number(plain(value)) + 1);
        const { applied } = await space.batch([{ if: 'equals', key: 'n', value }], [set('n', next)]);
        if (applied) done++;
      }
    };
    await Promise.all([steps(context.space), steps(context.other), steps(context.space)]);
    expect(plain(await context.space.read({ read: 'value', key: 'n' }))).toBe('120');
  });

  test('revisions of a list let one of two committers through', async () => {
    const commit = async (space: Space, name: string) => {
      for (;;) {
        const revision = (await space.read({ read: 'items', key: 'log' })).length;
        const result = await space.batch([{ if: 'revision', key: 'log', revision }], [push('log', name)]);
        if (result.applied) return revision;
      }
    };
    const revisions = await Promise.all(
      Array.from({ length: 20 }, (_, i) => commit(i % 2 === 0 ? context.space : context.other, `by ${i}`)),
    );
    expect(revisions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const log = plain(await context.space.read({ read: 'items', key: 'log' }));
    expect(log).toEqual(revisions.map((_, r) => `by ${revisions.indexOf(r)}`));
  });

  test('every item is drained once, and items pushed together are drained together', async () => {
    const groups = 100;
    let pushing = true;
    const taken: string[] = [];
    const drain = async (space: Space) => {
      for (let last = false; !last; ) {
        last = !pushing;
        const { items = [] } = await space.write({ do: 'drain', key: 'l' });
        expect(items.length % 3).toBe(0);
        taken.push(...(plain(items) as string[]));
      }
    };
    const drains = [drain(context.space), drain(context.other)];
    for (let i = 0; i < groups; i++) await context.space.write(push('l', `${i} a`, `${i} b`, `${i} c`));
    pushing = false;
    await Promise.all(drains);
    const expected = Array.from({ length: groups }, (_, i) => [`${i} a`, `${i} b`, `${i} c`]).flat();
    expect(taken.toSorted()).toEqual(expected.toSorted());
  });

  test('a thousand adds from two stores at once all arrive', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, (_, i) =>
        (i % 2 === 0 ? context.space : context.other).write(add('s', String(i >> 1))),
      ),
    );
    expect(outcomes.reduce((sum, { changed }) => sum + changed, 0)).toBe(500);
    expect(await context.space.read({ read: 'count', key: 's' })).toBe(500);
  });
}
