import { expect, test } from 'vitest';
import { add, bytes, type Context, heard, plain, set } from './context.ts';

/** What is asked for in one turn of the event loop, without waiting in between. */
export function turns(context: Context): void {
  test('the writes of one turn are done in their order, and tell of it in their order', async () => {
    const { space } = context;
    const subscription = await context.subscribe({ channels: ['c'] });
    const notice = { channel: 'c' };
    const outcomes = await Promise.all([
      space.write({ ...add('s', '1'), notice }),
      space.write({ ...add('s', '2'), notice }),
      space.write({ do: 'set', key: 'v', value: bytes('first'), onlyIfAbsent: true, notice }),
      space.write({ do: 'delete', key: 's', notice }),
      space.write({ ...add('s', '3'), notice }),
      space.write({ do: 'set', key: 'v', value: bytes('second'), onlyIfAbsent: true, notice }),
      space.batch([{ if: 'equals', key: 'v', value: bytes('first') }], [{ ...set('v', 'third'), notice }]),
      space.write({ ...add('s', '3', '4'), notice }),
    ]);
    expect(outcomes.map(plain)).toEqual([
      { changed: 1 },
      { changed: 1 },
      { changed: 1 },
      { changed: 1 },
      { changed: 1 },
      { changed: 0, found: 'first' },
      { applied: true, outcomes: [{ changed: 1 }] },
      { changed: 1 },
    ]);
    expect(await heard(subscription, 7)).toEqual(['c 1', 'c 2', 'c first', 'c ', 'c 3', 'c third', 'c 4']);
    expect(plain(await space.read({ read: 'range', key: 's' }))).toEqual(['3', '4']);
  });

  test('a write that is refused leaves those of its turn alone', async () => {
    const { space } = context;
    await space.write(set('v', 'value'));
    const notice = { channel: 'c' };
    const turn = Array.from({ length: 200 }, (_, i) =>
      space.write({ ...add(i % 7 === 3 ? 'v' : `s${i % 5}`, String(i)), notice }),
    );
    const results = await Promise.allSettled(turn);
    results.forEach((result, i) => {
      if (i % 7 === 3)
        expect(result).toMatchObject({ status: 'rejected', reason: { code: 'ALI_WRONG_KIND' } });
      else expect(result).toEqual({ status: 'fulfilled', value: { changed: 1 } });
    });
    const counts = await Promise.all([0, 1, 2, 3, 4].map((i) => space.read({ read: 'count', key: `s${i}` })));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(
      turn.length - turn.filter((_, i) => i % 7 === 3).length,
    );
    expect(plain(await space.read({ read: 'value', key: 'v' }))).toBe('value');
  });

  test('of thousands of members at once each new one is added and told once, in their order', async () => {
    const { space } = context;
    const name = (i: number) => String(i).padStart(5, '0');
    await space.write(add('s', name(7), name(1500)));
    const subscription = await context.subscribe({ channels: ['c'] });
    const numbers = Array.from({ length: 3000 }, (_, i) => (i * 7) % 2500);
    const outcome = await space.write({ ...add('s', ...numbers.map(name)), notice: { channel: 'c' } });
    const fresh = [...new Set(numbers)].filter((i) => i !== 7 && i !== 1500);
    expect(outcome).toEqual({ changed: fresh.length });
    expect(await heard(subscription, fresh.length)).toEqual(fresh.map((i) => `c ${name(i)}`));
    expect(await space.read({ read: 'count', key: 's' })).toBe(2500);
    await space.write(set('v', ''));
    await expect(space.write(add('v', ...numbers.map(name)))).rejects.toMatchObject({
      code: 'ALI_WRONG_KIND',
    });
  });

  test('the reads of one turn give each its own key', async () => {
    const { space } = context;
    await space.batch(
      [],
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? set(`k${i}`, `v${i}`) : add(`k${i}`, `m${i}`))),
    );
    const entries = await Promise.all(
      Array.from({ length: 102 }, (_, i) => space.read({ read: 'entry', key: `k${i}` })),
    );
    expect(plain(entries)).toEqual([
      ...Array.from({ length: 100 }, (_, i) =>
        i % 2 === 0 ? { kind: 'value', value: `v${i}` } : { kind: 'series', last: `m${i}` },
      ),
      undefined,
      undefined,
    ]);
  });
}
