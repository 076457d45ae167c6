import { expect, test } from 'vitest';
import type { NoticeOf, Operation } from '../../../src/store/store.ts';
import {
  add,
  bytes,
  type Context,
  heard,
  heardUntilNow,
  plain,
  push,
  set,
  setAdd,
  setField,
  setFields,
} from './context.ts';

function noticing(operation: Operation, notice: NoticeOf): Operation {
  return { ...operation, notice };
}

const prefixed: NoticeOf = { channel: 'c', prefix: bytes('<') };
const bare: NoticeOf = { channel: 'c' };
const fixed: NoticeOf = { channel: 'c', payload: bytes('!') };

/** What one operation tells, after `before` was done without notices. */
interface Case {
  readonly what: string;
  readonly before?: readonly Operation[];
  readonly operation: Operation;
  /** With `prefix: '<'`; without a prefix the same less its `<`. */
  readonly tells: readonly string[];
}

const cases: readonly Case[] = [
  { what: 'set tells the value', operation: set('k', 'v'), tells: ['<v'] },
  {
    what: 'set to the same value tells again',
    before: [set('k', 'v')],
    operation: set('k', 'v'),
    tells: ['<v'],
  },
  {
    what: 'set onlyIfAbsent that sets tells the value',
    operation: { do: 'set', key: 'k', value: bytes('v'), onlyIfAbsent: true },
    tells: ['<v'],
  },
  {
    what: 'set onlyIfAbsent that finds something tells nothing',
    before: [set('k', 'v')],
    operation: { do: 'set', key: 'k', value: bytes('w'), onlyIfAbsent: true },
    tells: [],
  },
  {
    what: 'set with an expiry tells the value',
    operation: { do: 'set', key: 'k', value: bytes('v'), expireMs: 60_000 },
    tells: ['<v'],
  },
  { what: 'set-field tells the value', operation: setField('k', 'f', 'v'), tells: ['<v'] },
  {
    what: 'set-field onlyIfAbsent that sets tells the value',
    operation: { do: 'set-field', key: 'k', field: 'f', value: bytes('v'), onlyIfAbsent: true },
    tells: ['<v'],
  },
  {
    what: 'set-field onlyIfAbsent that finds something tells nothing',
    before: [setField('k', 'f', 'v')],
    operation: { do: 'set-field', key: 'k', field: 'f', value: bytes('w'), onlyIfAbsent: true },
    tells: [],
  },
  {
    what: 'set-fields tells the name of each field, those that were there too',
    before: [setField('k', 'g', 'w')],
    operation: setFields('k', ['f', 'v'], ['g', 'w']),
    tells: ['<f', '<g'],
  },
  { what: 'set-fields of nothing tells nothing', operation: setFields('k'), tells: [] },
  { what: 'add tells a new member', operation: add('k', 'm'), tells: ['<m'] },
  {
    what: 'add tells nothing of a known member',
    before: [add('k', 'm')],
    operation: add('k', 'm'),
    tells: [],
  },
  {
    what: 'add tells each new member on its own, in the order given',
    before: [add('k', 'b')],
    operation: add('k', 'c', 'b', 'a', 'c'),
    tells: ['<c', '<a'],
  },
  {
    what: 'set-add tells each new member on its own',
    before: [setAdd('k', 'b')],
    operation: setAdd('k', 'c', 'b', 'a'),
    tells: ['<c', '<a'],
  },
  { what: 'push tells each item on its own', operation: push('k', 'a', 'b', 'a'), tells: ['<a', '<b', '<a'] },
  { what: 'an empty value is told as the prefix alone', operation: set('k', ''), tells: ['<'] },
  {
    what: 'delete-field tells the prefix',
    before: [setField('k', 'f', 'v')],
    operation: { do: 'delete-field', key: 'k', field: 'f' },
    tells: ['<'],
  },
  {
    what: 'delete-field of a missing field tells nothing',
    before: [setField('k', 'f', 'v')],
    operation: { do: 'delete-field', key: 'k', field: 'g' },
    tells: [],
  },
  {
    what: 'set-remove tells the prefix, once',
    before: [setAdd('k', 'a', 'b', 'c')],
    operation: { do: 'set-remove', key: 'k', members: [bytes('a'), bytes('b')] },
    tells: ['<'],
  },
  {
    what: 'set-remove of nothing tells nothing',
    before: [setAdd('k', 'a')],
    operation: { do: 'set-remove', key: 'k', members: [bytes('b')] },
    tells: [],
  },
  {
    what: 'trim tells the prefix, once',
    before: [add('k', 'a', 'b', 'c')],
    operation: { do: 'trim', key: 'k', keepLast: 1 },
    tells: ['<'],
  },
  {
    what: 'trim of nothing tells nothing',
    before: [add('k', 'a', 'b', 'c')],
    operation: { do: 'trim', key: 'k', keepLast: 3, below: bytes('a') },
    tells: [],
  },
  {
    what: 'pop tells the prefix',
    before: [push('k', 'a')],
    operation: { do: 'pop', key: 'k' },
    tells: ['<'],
  },
  { what: 'pop of nothing tells nothing', operation: { do: 'pop', key: 'k' }, tells: [] },
  {
    what: 'drain tells the prefix, once',
    before: [push('k', 'a', 'b')],
    operation: { do: 'drain', key: 'k' },
    tells: ['<'],
  },
  { what: 'drain of nothing tells nothing', operation: { do: 'drain', key: 'k' }, tells: [] },
  {
    what: 'delete tells the prefix',
    before: [set('k', 'v')],
    operation: { do: 'delete', key: 'k' },
    tells: ['<'],
  },
  { what: 'delete of nothing tells nothing', operation: { do: 'delete', key: 'k' }, tells: [] },
];

export function notices(context: Context): void {
  for (const { what, before, operation, tells } of cases) {
    test(what, async () => {
      const { space } = context;
      const subscription = await context.subscribe({ channels: ['c', 'end'] });
      const forms: [NoticeOf, readonly string[]][] = [
        [prefixed, tells.map((payload) => `c ${payload}`)],
        [bare, tells.map((payload) => `c ${payload.slice(1)}`)],
        [fixed, tells.length === 0 ? [] : ['c !']],
      ];
      for (const inBatch of [false, true]) {
        for (const [notice, expected] of forms) {
          await space.clear();
          if (before !== undefined) await space.batch([], before);
          const told = noticing(operation, notice);
          if (inBatch) await space.batch([], [told]);
          else await space.write(told);
          expect(await heardUntilNow(subscription, space)).toEqual(expected);
        }
      }
    });
  }

  test('a batch tells its notices in the order of its operations', async () => {
    const subscription = await context.subscribe({ channels: ['c', 'd'] });
    await context.other.batch(
      [],
      [
        noticing(add('s', 'x', 'y'), prefixed),
        noticing(set('k', 'v'), { channel: 'd' }),
        noticing({ do: 'delete', key: 'k' }, fixed),
      ],
    );
    expect(await heard(subscription, 4)).toEqual(['c <x', 'c <y', 'd v', 'c !']);
  });

  test('a batch whose condition does not hold tells nothing', async () => {
    const subscription = await context.subscribe({ channels: ['c', 'end'] });
    await context.space.batch([{ if: 'revision', key: 'l', revision: 7 }], [noticing(set('k', 'v'), bare)]);
    expect(await heardUntilNow(subscription, context.space)).toEqual([]);
  });

  test('clear and writes without a notice tell nothing', async () => {
    const subscription = await context.subscribe({ patterns: ['*'] });
    await context.space.batch([], [set('k', 'v'), add('s', 'm')]);
    await context.space.write(add('s', 'n'));
    await context.space.clear();
    expect(await heardUntilNow(subscription, context.space)).toEqual([]);
  });

  test('channels and payloads are any bytes', async () => {
    const { space } = context;
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const channels = [all, bytes('\xff'), bytes('\xfe'), bytes(''), bytes('update/\xe2\x82'), bytes('\r\n')];
    const subscription = await context.subscribe({ channels });
    for (const channel of channels) {
      await space.write({ do: 'set', key: 'k', value: all, notice: { channel, prefix: all } });
      const { value } = await subscription.next();
      expect(plain(value)).toEqual({
        event: 'notice',
        channel: plain(channel),
        payload: plain(Buffer.concat([all, all])),
      });
    }
  });

  test('a notice of a megabyte arrives whole', async () => {
    const subscription = await context.subscribe({ channels: ['c'] });
    const value = Buffer.alloc(1024 * 1024, 'x');
    await context.other.write({ do: 'set', key: 'k', value, notice: bare });
    const { value: event } = await subscription.next();
    expect(event.event === 'notice' && Buffer.compare(event.payload, value)).toBe(0);
  });

  test('who reads upon a notice never sees what was before it', async () => {
    const subscription = await context.subscribe({ channels: ['c'] });
    const count = 200;
    const writing = (async () => {
      for (let i = 0; i < count; i++) {
        await context.other.batch([], [noticing(set('k', String(i)), bare), add('s', String(i))]);
      }
    })();
    for (let i = 0; i < count; i++) {
      const { value: event } = await subscription.next();
      expect(plain(event)).toEqual({ event: 'notice', channel: 'c', payload: String(i) });
      const [value, members] = await context.space.readMany([
        { read: 'value', key: 'k' },
        { read: 'count', key: 's' },
      ]);
      expect(Number(plain(value))).toBeGreaterThanOrEqual(i);
      expect(members).toBeGreaterThan(i);
    }
    await writing;
  });
}
