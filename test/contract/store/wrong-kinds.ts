import { expect, test } from 'vitest';
import type { Operation } from '../../../src/store/store.ts';
import {
  add,
  bytes,
  type Context,
  heardUntilNow,
  plain,
  push,
  set,
  setAdd,
  setField,
  setFields,
} from './context.ts';

const wrongKind = expect.objectContaining({ code: 'ALI_WRONG_KIND' });

const makers: Record<string, Operation> = {
  value: set('k', 'v'),
  hash: setField('k', 'f', 'v'),
  series: add('k', 'm'),
  set: setAdd('k', 'm'),
  list: push('k', 'i'),
};

const needs: [needed: string, operation: Operation][] = [
  ['value', { do: 'set', key: 'k', value: bytes('w'), onlyIfAbsent: true }],
  ['hash', setField('k', 'g', 'w')],
  ['hash', { do: 'set-field', key: 'k', field: 'g', value: bytes('w'), onlyIfAbsent: true }],
  ['hash', setFields('k', ['g', 'w'])],
  ['hash', setFields('k')],
  ['hash', { do: 'delete-field', key: 'k', field: 'f' }],
  ['series', add('k', 'n')],
  ['series', { do: 'trim', key: 'k', below: bytes('z') }],
  ['series', { do: 'trim', key: 'k', keepLast: 0 }],
  ['set', setAdd('k', 'n')],
  ['set', { do: 'set-remove', key: 'k', members: [bytes('m')] }],
  ['list', push('k', 'j')],
  ['list', { do: 'pop', key: 'k' }],
  ['list', { do: 'drain', key: 'k' }],
];

export function wrongKinds(context: Context): void {
  for (const [needed, operation] of needs) {
    const label = `${operation.do}${'onlyIfAbsent' in operation ? ' onlyIfAbsent' : ''}`;
    test(`${label} refuses a key that is not a ${needed}, and leaves it as it was`, async () => {
      const { space } = context;
      for (const [kind, make] of Object.entries(makers)) {
        if (kind === needed) continue;
        await space.clear();
        await space.write(make);
        const before = plain(await snapshot(context));
        await expect(space.write(operation), kind).rejects.toEqual(wrongKind);
        await expect(space.batch([], [set('other', 'x'), operation, set('more', 'x')]), kind).rejects.toEqual(
          wrongKind,
        );
        expect(plain(await snapshot(context)), kind).toEqual(before);
        expect(plain(await space.keys())).toEqual(['k']);
      }
    });
  }

  test('the message names the key', async () => {
    await context.space.write(set('m062_pos', 'v'));
    await expect(context.space.write(add('m062_pos', 'm'))).rejects.toThrow(/m062_pos/);
    await expect(context.space.batch([], [set('a', ''), add('m062_pos', 'm')])).rejects.toThrow(/m062_pos/);
  });

  test('a refused batch sends none of its notices', async () => {
    const subscription = await context.subscribe({ channels: ['c', 'end'] });
    await context.space.write(set('k', 'v'));
    const notice = { channel: 'c', payload: bytes('p') };
    const refused = context.space.batch(
      [],
      [{ ...set('a', ''), notice } as Operation, { ...add('k', 'm'), notice } as Operation],
    );
    await expect(refused).rejects.toEqual(wrongKind);
    await expect(context.space.write({ ...add('k', 'm'), notice } as Operation)).rejects.toEqual(wrongKind);
    expect(await heardUntilNow(subscription, context.space)).toEqual([]);
  });

  test('a key may change its kind within a batch once it was deleted', async () => {
    const { space } = context;
    await space.write(set('k', 'v'));
    expect(await space.batch([], [{ do: 'delete', key: 'k' }, add('k', 'm')])).toMatchObject({
      applied: true,
    });
    expect(await space.read({ read: 'kind', key: 'k' })).toBe('series');
    await space.batch([], [set('k', 'v'), { do: 'delete', key: 'k' }, push('k', 'i')]);
    expect(await space.read({ read: 'kind', key: 'k' })).toBe('list');
    await space.batch([], [{ do: 'drain', key: 'k' }, setField('k', 'f', 'v')]);
    expect(await space.read({ read: 'kind', key: 'k' })).toBe('hash');
  });

  const emptiers: [make: Operation, empty: Operation, leave: Operation][] = [
    [add('k', 'm', 'n'), { do: 'trim', key: 'k', keepLast: 0 }, { do: 'trim', key: 'k', keepLast: 1 }],
    [
      add('k', 'm', 'n'),
      { do: 'trim', key: 'k', below: bytes('z') },
      { do: 'trim', key: 'k', below: bytes('n') },
    ],
    [
      setAdd('k', 'm', 'n'),
      { do: 'set-remove', key: 'k', members: [bytes('m'), bytes('n')] },
      { do: 'set-remove', key: 'k', members: [bytes('m'), bytes('x')] },
    ],
    [push('k', 'i'), { do: 'pop', key: 'k' }, push('k', 'j')],
    [
      setField('k', 'f', 'v'),
      { do: 'delete-field', key: 'k', field: 'f' },
      { do: 'delete-field', key: 'k', field: 'g' },
    ],
  ];
  for (const [make, empty, leave] of emptiers) {
    test(`${make.do}, ${empty.do}: a key that was emptied within a batch may change its kind, one that was not may not`, async () => {
      const { space } = context;
      await space.write(make);
      expect(await space.batch([], [empty, set('a', ''), other(make)])).toMatchObject({ applied: true });
      expect(await space.read({ read: 'kind', key: 'k' })).not.toBe(kindOf(make));

      await space.clear();
      await space.write(make);
      const before = plain(await snapshot(context));
      await expect(space.batch([], [set('a', ''), leave, other(make)])).rejects.toEqual(wrongKind);
      expect(plain(await snapshot(context))).toEqual(before);
      expect(plain(await space.keys())).toEqual(['k']);
    });
  }

  test('an expiry outlives a refused batch', async () => {
    const { space } = context;
    await space.write(push('l', 'a', 'b'));
    const refused = () =>
      expect(
        space.batch([], [set('k', 'w'), { do: 'pop', key: 'l' }, setField('l', 'f', '')]),
      ).rejects.toEqual(wrongKind);
    await space.write({ do: 'set', key: 'k', value: bytes('v'), expireMs: 600_000 });
    await refused();
    expect(plain(await space.read({ read: 'value', key: 'k' }))).toBe('v');
    expect(await space.read({ read: 'expiry', key: 'k' })).toBeLessThanOrEqual(600_000);
    await space.write({ do: 'set', key: 'k', value: bytes('v'), expireMs: 300 });
    await refused();
    await expect.poll(() => space.read({ read: 'kind', key: 'k' })).toBeUndefined();
    expect(plain(await space.keys())).toEqual(['l']);
  });
}

function other(make: Operation): Operation {
  return make.do === 'add' ? setAdd('k', 'x') : add('k', 'x');
}

function kindOf(make: Operation): string {
  return Object.entries(makers).find(([, maker]) => maker.do === make.do)?.[0] as string;
}

function snapshot(context: Context) {
  return context.space.readMany([
    { read: 'kind', key: 'k' },
    { read: 'value', key: 'k' },
    { read: 'fields', key: 'k' },
    { read: 'range', key: 'k' },
    { read: 'members', key: 'k' },
    { read: 'items', key: 'k' },
  ]);
}
