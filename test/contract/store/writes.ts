import { expect, test } from 'vitest';
import type { Operation } from '../../../src/store/store.ts';
import { add, bytes, type Context, plain, push, set, setAdd, setField } from './context.ts';

export function writes(context: Context): void {
  const write = async (operation: Operation) => plain(await context.space.write(operation));
  const kind = () => context.space.read({ read: 'kind', key: 'k' });

  test('set writes and overwrites, and always counts as a change', async () => {
    expect(await write(set('k', 'a'))).toEqual({ changed: 1 });
    expect(await write(set('k', 'a'))).toEqual({ changed: 1 });
    expect(await write(set('k', ''))).toEqual({ changed: 1 });
    expect(plain(await context.space.read({ read: 'value', key: 'k' }))).toBe('');
  });

  test('set replaces a key of any other kind', async () => {
    for (const before of [
      setField('k', 'f', 'v'),
      add('k', 'm'),
      setAdd('k', 'm'),
      push('k', 'i'),
      set('k', 'v'),
    ]) {
      await write({ do: 'delete', key: 'k' });
      await write(before);
      expect(await write(set('k', 'new'))).toEqual({ changed: 1 });
      expect(plain(await context.space.read({ read: 'entry', key: 'k' }))).toEqual({
        kind: 'value',
        value: 'new',
      });
    }
  });

  test('set onlyIfAbsent sets once and then gives what it found', async () => {
    const once = (value: string) =>
      write({ do: 'set', key: 'k', value: bytes(value), onlyIfAbsent: true } satisfies Operation);
    expect(await once('first')).toEqual({ changed: 1 });
    expect(await once('second')).toEqual({ changed: 0, found: 'first' });
    await write(set('k', ''));
    expect(await once('third')).toEqual({ changed: 0, found: '' });
  });

  test('a value with an expiry is gone afterwards for every read, and its key can be anything again', async () => {
    const { space } = context;
    await write({ do: 'set', key: 'stays', value: bytes('v'), expireMs: 600_000 });
    expect(plain(await space.read({ read: 'value', key: 'stays' }))).toBe('v');
    await write({ do: 'set', key: 'kept', value: bytes('v'), expireMs: 150 });
    await write(set('kept', 'for ever'));
    // When this is gone, the time that the other had is over as well.
    await write({ do: 'set', key: 'k', value: bytes('v'), expireMs: 150 });
    await expect.poll(kind).toBeUndefined();
    expect(
      plain(
        await space.readMany([
          { read: 'kind', key: 'k' },
          { read: 'value', key: 'k' },
        ]),
      ),
    ).toEqual([undefined, undefined]);
    expect(plain(await space.keys())).toEqual(['kept', 'stays']);
    expect(await space.batch([{ if: 'absent', key: 'k' }], [add('k', 'm')])).toMatchObject({ applied: true });
    expect(await write({ do: 'set', key: 'kept', value: bytes(''), onlyIfAbsent: true })).toEqual({
      changed: 0,
      found: 'for ever',
    });
  });

  test('set-field writes and overwrites, and always counts as a change', async () => {
    expect(await write(setField('k', 'f', 'a'))).toEqual({ changed: 1 });
    expect(await write(setField('k', 'f', 'a'))).toEqual({ changed: 1 });
    expect(await write(setField('k', 'g', 'b'))).toEqual({ changed: 1 });
    const fields = plain(await context.space.read({ read: 'fields', key: 'k' })) as [string, string][];
    expect(Object.fromEntries(fields)).toEqual({ f: 'a', g: 'b' });
  });

  test('set-field onlyIfAbsent sets once and then gives what it found', async () => {
    const once = (field: string, value: string) =>
      write({ do: 'set-field', key: 'k', field, value: bytes(value), onlyIfAbsent: true });
    expect(await once('f', 'first')).toEqual({ changed: 1 });
    expect(await once('f', 'second')).toEqual({ changed: 0, found: 'first' });
    expect(await once('g', '')).toEqual({ changed: 1 });
    expect(await once('g', 'x')).toEqual({ changed: 0, found: '' });
  });

  test('delete-field removes a field, and the key with its last field', async () => {
    await context.space.batch([], [setField('k', 'f', 'a'), setField('k', 'g', 'b')]);
    expect(await write({ do: 'delete-field', key: 'k', field: 'none' })).toEqual({ changed: 0 });
    expect(await write({ do: 'delete-field', key: 'k', field: 'f' })).toEqual({ changed: 1 });
    expect(await kind()).toBe('hash');
    expect(await write({ do: 'delete-field', key: 'k', field: 'g' })).toEqual({ changed: 1 });
    expect(await kind()).toBeUndefined();
    expect(await write({ do: 'delete-field', key: 'k', field: 'g' })).toEqual({ changed: 0 });
  });

  test('add counts the members that are new, also within one operation', async () => {
    expect(await write(add('k', 'b', 'a', 'b'))).toEqual({ changed: 2 });
    expect(await write(add('k', 'a'))).toEqual({ changed: 0 });
    expect(await write(add('k', 'a', 'c'))).toEqual({ changed: 1 });
    expect(plain(await context.space.read({ read: 'range', key: 'k' }))).toEqual(['a', 'b', 'c']);
  });

  test('operations on no members at all change nothing and make no key', async () => {
    for (const operation of [add('k'), setAdd('k'), push('k'), { do: 'set-remove', key: 'k', members: [] }]) {
      expect(await write(operation as Operation)).toEqual({ changed: 0 });
      expect(await kind()).toBeUndefined();
    }
  });

  test('twenty thousand members are added in one operation', async () => {
    const members = Array.from({ length: 20_000 }, (_, i) => String(i).padStart(6, '0'));
    expect(await write(add('k', ...members))).toEqual({ changed: 20_000 });
    expect(await write(add('k', ...members))).toEqual({ changed: 0 });
    expect(await context.space.read({ read: 'count', key: 'k' })).toBe(20_000);
    expect(await write(push('l', ...members))).toEqual({ changed: 20_000 });
    expect(await context.space.write({ do: 'drain', key: 'l' })).toMatchObject({
      items: { length: 20_000 },
      changed: 20_000,
    });
  });

  test('trim removes what lies below a member', async () => {
    await write(add('k', '', 'a', 'b', 'b\0', 'c'));
    expect(await write({ do: 'trim', key: 'k', below: bytes('b') })).toEqual({ changed: 2 });
    expect(await write({ do: 'trim', key: 'k', below: bytes('b') })).toEqual({ changed: 0 });
    expect(plain(await context.space.read({ read: 'range', key: 'k' }))).toEqual(['b', 'b\0', 'c']);
  });

  test('trim removes all but the last members', async () => {
    await write(add('k', 'a', 'b', 'c', 'd'));
    expect(await write({ do: 'trim', key: 'k', keepLast: 5 })).toEqual({ changed: 0 });
    expect(await write({ do: 'trim', key: 'k', keepLast: 4 })).toEqual({ changed: 0 });
    expect(await write({ do: 'trim', key: 'k', keepLast: 3 })).toEqual({ changed: 1 });
    expect(plain(await context.space.read({ read: 'range', key: 'k' }))).toEqual(['b', 'c', 'd']);
    expect(await write({ do: 'trim', key: 'k', keepLast: 0 })).toEqual({ changed: 3 });
    expect(await kind()).toBeUndefined();
  });

  test('trim with both limits removes what either removes, with none nothing', async () => {
    await write(add('k', 'a', 'b', 'c', 'd'));
    expect(await write({ do: 'trim', key: 'k' })).toEqual({ changed: 0 });
    expect(await write({ do: 'trim', key: 'k', below: bytes('b'), keepLast: 2 })).toEqual({ changed: 2 });
    expect(await write({ do: 'trim', key: 'k', below: bytes('d'), keepLast: 2 })).toEqual({ changed: 1 });
    expect(plain(await context.space.read({ read: 'range', key: 'k' }))).toEqual(['d']);
    expect(await write({ do: 'trim', key: 'none', below: bytes('d'), keepLast: 2 })).toEqual({ changed: 0 });
  });

  test('set-add and set-remove count what they change', async () => {
    expect(await write(setAdd('k', 'a', 'b', 'a'))).toEqual({ changed: 2 });
    expect(await write(setAdd('k', 'b', 'c'))).toEqual({ changed: 1 });
    const remove = (...members: string[]) =>
      write({ do: 'set-remove', key: 'k', members: members.map(bytes) });
    expect(await remove('x', 'a', 'a')).toEqual({ changed: 1 });
    expect(plain(await context.space.read({ read: 'members', key: 'k' }))).toEqual(['b', 'c']);
    expect(await remove('b', 'c')).toEqual({ changed: 2 });
    expect(await kind()).toBeUndefined();
    expect(await remove('b')).toEqual({ changed: 0 });
  });

  test('push appends, pop takes the first, drain takes all', async () => {
    expect(await write(push('k', 'a', 'b'))).toEqual({ changed: 2 });
    expect(await write(push('k', 'a', 'c'))).toEqual({ changed: 2 });
    expect(await write({ do: 'pop', key: 'k' })).toEqual({ changed: 1, items: ['a'] });
    expect(await write({ do: 'drain', key: 'k' })).toEqual({ changed: 3, items: ['b', 'a', 'c'] });
    expect(await kind()).toBeUndefined();
    expect(await write({ do: 'pop', key: 'k' })).toEqual({ changed: 0, items: [] });
    expect(await write({ do: 'drain', key: 'k' })).toEqual({ changed: 0, items: [] });
    await write(push('k', 'last'));
    expect(await write({ do: 'pop', key: 'k' })).toEqual({ changed: 1, items: ['last'] });
    expect(await kind()).toBeUndefined();
  });

  test('delete removes a key of any kind', async () => {
    for (const before of [
      set('k', ''),
      setField('k', 'f', 'v'),
      add('k', 'm'),
      setAdd('k', 'm'),
      push('k', 'i'),
    ]) {
      await write(before);
      expect(await write({ do: 'delete', key: 'k' })).toEqual({ changed: 1 });
      expect(await kind()).toBeUndefined();
      expect(await write({ do: 'delete', key: 'k' })).toEqual({ changed: 0 });
    }
  });

  test('bytes that were given to a write may be used again once it has resolved', async () => {
    const value = Buffer.from('before');
    const written = context.space.write({ do: 'set', key: 'k', value });
    await written;
    value.fill(0);
    expect(plain(await context.space.read({ read: 'value', key: 'k' }))).toBe('before');
  });

  test('fast writes are seen like durable ones', async () => {
    await context.space.write(set('k', 'v'), { durability: 'fast' });
    expect(plain(await context.other.read({ read: 'value', key: 'k' }))).toBe('v');
  });

  test('writes called one after another without waiting are done in that order', async () => {
    await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        i % 3 === 2
          ? context.space.batch([], [push('k', String(i)), set('last', String(i))])
          : context.space.write(push('k', String(i))),
      ),
    );
    const items = plain(await context.space.read({ read: 'items', key: 'k' }));
    expect(items).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
  });

  test('a read called after a write sees it, though neither was waited for', async () => {
    const written = context.space.write(set('k', 'v'));
    await written;
    const many = await Promise.all([
      context.space.write(set('k', 'w')),
      context.space.write(add('s', 'm')),
    ]).then(() =>
      context.space.readMany([
        { read: 'value', key: 'k' },
        { read: 'count', key: 's' },
      ]),
    );
    expect(plain(many)).toEqual(['w', 1]);
  });
}
