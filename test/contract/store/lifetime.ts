import { expect, test } from 'vitest';
import { type Space, type SpaceName, spaceNames } from '../../../src/store/store.ts';
import { bytes, type Context, heard, plain, set } from './context.ts';

const closed = expect.objectContaining({ code: 'ALI_STORE_CLOSED' });

export function lifetime(context: Context): void {
  test('clear, keys and reads stay in their own space', async () => {
    const spaces: Space[] = [];
    for (const name of spaceNames) spaces.push(await context.store.space(name));
    for (const space of spaces) await space.write(set('k', space.name));
    for (const space of spaces) await space.write(set(space.name, ''));
    for (const space of spaces) {
      expect(plain(await space.read({ read: 'value', key: 'k' }))).toBe(space.name);
      expect(plain(await space.keys())).toEqual(['k', space.name].sort());
    }
    await context.space.clear();
    expect(await Promise.all(spaces.map(async (space) => (await space.keys()).length))).toEqual([0, 2, 2]);
    await context.space.clear();
    expect(await context.space.keys()).toEqual([]);
  });

  test('a space that does not exist is refused', async () => {
    await expect(context.store.space('frames' as SpaceName)).rejects.toEqual(
      expect.objectContaining({ code: 'ALI_NO_SUCH_SPACE' }),
    );
  });

  test('a space asked for twice is the same place', async () => {
    const again = await context.store.space('state');
    await again.write(set('k', 'v'));
    expect(plain(await context.space.read({ read: 'value', key: 'k' }))).toBe('v');
    expect(again.name).toBe('state');
    expect(again.location).toContain(context.store.location);
  });

  test('a closed store refuses everything with ALI_STORE_CLOSED', async () => {
    const { store } = await context.fresh();
    const space = await store.space('state');
    await space.write(set('k', 'v'));
    await store.close();
    await expect(store.space('state')).rejects.toEqual(closed);
    await expect(store.space('shm')).rejects.toEqual(closed);
    await expect(space.read({ read: 'value', key: 'k' })).rejects.toEqual(closed);
    await expect(space.readMany([{ read: 'value', key: 'k' }])).rejects.toEqual(closed);
    await expect(space.write(set('k', 'w'))).rejects.toEqual(closed);
    await expect(space.batch([], [set('k', 'w')])).rejects.toEqual(closed);
    await expect(space.keys()).rejects.toEqual(closed);
    await expect(space.clear()).rejects.toEqual(closed);
    await expect(space.subscribe({ channels: ['c'] })).rejects.toEqual(closed);
  });

  test('close ends open subscriptions after what they have heard', async () => {
    const { store } = await context.fresh();
    const space = await store.space('state');
    const waiting = await space.subscribe({ channels: ['c'] });
    const reading = waiting.next();
    const unread = await space.subscribe({ patterns: ['c*'] });
    await space.write({ ...set('k', 'v'), notice: { channel: 'c' } } as Parameters<Space['write']>[0]);
    expect(plain(await reading)).toEqual({
      done: false,
      value: { event: 'notice', channel: 'c', payload: 'v' },
    });
    const end = waiting.next();
    expect(await heard(unread, 1)).toEqual(['c v']);
    await store.close();
    expect(await end).toEqual({ done: true, value: undefined });
    expect(await unread.next()).toEqual({ done: true, value: undefined });
    await unread.close();
  });

  test('close waits for the writes under way', async () => {
    const opened = await context.fresh();
    const { store } = opened;
    const space = await store.space('state');
    const writes = Array.from({ length: 200 }, (_, i) => space.write(set(`key ${i}`, String(i))));
    const batch = space.batch([], [{ do: 'push', key: 'list', items: [bytes('i')] }]);
    await store.close();
    for (const outcome of await Promise.all(writes)) expect(outcome).toEqual({ changed: 1 });
    expect(await batch).toMatchObject({ applied: true });
    if (opened.second === undefined) return;
    await using again = await opened.second();
    expect((await (await again.space('state')).keys()).length).toBe(201);
  });

  test('close is safe twice, at once and again', async () => {
    const { store } = await context.fresh();
    await store.space('state');
    await Promise.all([store.close(), store.close(), store[Symbol.asyncDispose]()]);
    await store.close();
  });

  test('close is safe right after opening, before any space was used', async () => {
    const { store } = await context.fresh();
    await store.close();
  });

  test('close is safe while spaces, reads and subscriptions are being opened', async () => {
    for (let turns = 0; turns < 6; turns++) {
      const { store } = await context.fresh();
      const settled = Promise.allSettled([
        store.space('state').then((space) => space.subscribe({ channels: ['c'], patterns: ['d*'] })),
        store.space('shm').then((space) => space.write(set('k', 'v'))),
        store.space('config').then((space) => space.keys()),
      ]);
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      await store.close();
      for (const result of await settled) {
        if (result.status === 'rejected') expect(result.reason).toEqual(closed);
        else if (typeof result.value === 'object' && 'next' in result.value) {
          expect((await result.value.next()).done).toBe(true);
        }
      }
    }
  });
}
