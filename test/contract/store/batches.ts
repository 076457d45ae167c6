import { expect, test } from 'vitest';
import type { Condition } from '../../../src/store/store.ts';
import { add, bytes, type Context, heard, plain, push, set, setAdd, setField, setFields } from './context.ts';

export function batches(context: Context): void {
  test('a batch does all its operations in order and gives an outcome for each', async () => {
    const result = await context.space.batch(
      [],
      [
        set('a', '1'),
        setField('h', 'f', '1'),
        add('s', 'x', 'y'),
        setAdd('t', 'x'),
        push('l', 'p', 'q'),
        { do: 'pop', key: 'l' },
        push('l', 'r'),
        { do: 'drain', key: 'l' },
        { do: 'trim', key: 's', keepLast: 1 },
        { do: 'set', key: 'a', value: bytes('2'), onlyIfAbsent: true },
        { do: 'set-field', key: 'h', field: 'f', value: bytes('2'), onlyIfAbsent: true },
        { do: 'delete', key: 'a' },
        { do: 'delete-field', key: 'h', field: 'f' },
        { do: 'set-remove', key: 't', members: [bytes('y')] },
      ],
    );
    expect(plain(result)).toEqual({
      applied: true,
      outcomes: [
        { changed: 1 },
        { changed: 1 },
        { changed: 2 },
        { changed: 1 },
        { changed: 2 },
        { changed: 1, items: ['p'] },
        { changed: 1 },
        { changed: 2, items: ['q', 'r'] },
        { changed: 1 },
        { changed: 0, found: '1' },
        { changed: 0, found: '1' },
        { changed: 1 },
        { changed: 1 },
        { changed: 0 },
      ],
    });
    expect(plain(await context.space.keys())).toEqual(['s', 't']);
  });

  test('a batch of nothing is applied', async () => {
    expect(await context.space.batch([], [])).toEqual({ applied: true, outcomes: [] });
    expect(await context.space.batch([{ if: 'absent', key: 'k' }], [])).toEqual({
      applied: true,
      outcomes: [],
    });
  });

  test('each condition lets a batch through when it holds and stops it when it does not', async () => {
    const { space } = context;
    await space.batch(
      [],
      [set('value', 'v'), set('empty', ''), setField('hash', 'f', 'v'), push('list', 'a', 'b')],
    );
    const cases: [holds: boolean, condition: Condition][] = [
      [true, { if: 'absent', key: 'none' }],
      [false, { if: 'absent', key: 'value' }],
      [false, { if: 'absent', key: 'hash' }],
      [true, { if: 'equals', key: 'value', value: bytes('v') }],
      [false, { if: 'equals', key: 'value', value: bytes('V') }],
      [false, { if: 'equals', key: 'value', value: bytes('v\0') }],
      [true, { if: 'equals', key: 'empty', value: bytes('') }],
      [false, { if: 'equals', key: 'none', value: bytes('') }],
      [false, { if: 'equals', key: 'hash', value: bytes('v') }],
      [true, { if: 'field-absent', key: 'none', field: 'f' }],
      [true, { if: 'field-absent', key: 'hash', field: 'g' }],
      [false, { if: 'field-absent', key: 'hash', field: 'f' }],
      [true, { if: 'field-absent', key: 'value', field: 'f' }],
      [true, { if: 'field-equals', key: 'hash', field: 'f', value: bytes('v') }],
      [false, { if: 'field-equals', key: 'hash', field: 'f', value: bytes('w') }],
      [false, { if: 'field-equals', key: 'hash', field: 'g', value: bytes('') }],
      [false, { if: 'field-equals', key: 'none', field: 'f', value: bytes('v') }],
      [false, { if: 'field-equals', key: 'list', field: 'f', value: bytes('v') }],
      [true, { if: 'revision', key: 'list', revision: 2 }],
      [false, { if: 'revision', key: 'list', revision: 1 }],
      [false, { if: 'revision', key: 'list', revision: 3 }],
      [true, { if: 'revision', key: 'none', revision: 0 }],
      [false, { if: 'revision', key: 'none', revision: 1 }],
      [true, { if: 'revision', key: 'hash', revision: 0 }],
      [false, { if: 'revision', key: 'hash', revision: 1 }],
    ];
    for (const [i, [holds, condition]] of cases.entries()) {
      const label = `${JSON.stringify(condition)}`;
      const result = await space.batch([condition], [set('out', String(i))]);
      expect(result, label).toEqual(
        holds ? { applied: true, outcomes: [{ changed: 1 }] } : { applied: false, failed: 0 },
      );
      const written = plain(await space.read({ read: 'value', key: 'out' }));
      if (holds) expect(written, label).toBe(String(i));
      else expect(written, label).not.toBe(String(i));
    }
  });

  test('the first condition that does not hold is named, and nothing is written', async () => {
    await context.space.write(set('here', ''));
    const result = await context.space.batch(
      [
        { if: 'absent', key: 'none' },
        { if: 'equals', key: 'here', value: bytes('') },
        { if: 'absent', key: 'here' },
        { if: 'revision', key: 'here', revision: 9 },
      ],
      [set('none', 'x'), { do: 'delete', key: 'here' }],
    );
    expect(result).toEqual({ applied: false, failed: 2 });
    expect(plain(await context.space.keys())).toEqual(['here']);
  });

  test('conditions are judged before any operation of their batch', async () => {
    const result = await context.space.batch(
      [{ if: 'absent', key: 'k' }],
      [set('k', 'first'), set('k', 'second')],
    );
    expect(result).toEqual({ applied: true, outcomes: [{ changed: 1 }, { changed: 1 }] });
    expect(plain(await context.space.read({ read: 'value', key: 'k' }))).toBe('second');
  });

  test('later operations see what earlier ones of their batch did', async () => {
    const result = await context.space.batch(
      [],
      [
        { do: 'set', key: 'k', value: bytes('1'), onlyIfAbsent: true },
        { do: 'set', key: 'k', value: bytes('2'), onlyIfAbsent: true },
        { do: 'delete', key: 'k' },
        { do: 'set', key: 'k', value: bytes('3'), onlyIfAbsent: true },
        add('s', 'a'),
        add('s', 'a', 'b'),
      ],
    );
    expect(plain(result)).toEqual({
      applied: true,
      outcomes: [
        { changed: 1 },
        { changed: 0, found: '1' },
        { changed: 1 },
        { changed: 1 },
        { changed: 1 },
        { changed: 1 },
      ],
    });
  });

  test('five thousand operations make one batch', async () => {
    const operations = Array.from({ length: 5000 }, (_, i) => set(`key ${i % 1000}`, String(i)));
    const result = await context.space.batch([], operations);
    expect(result).toMatchObject({ applied: true, outcomes: { length: 5000 } });
    expect(plain(await context.space.read({ read: 'value', key: 'key 999' }))).toBe('4999');
  });

  test('a long batch whose last operation meets another kind writes nothing', async () => {
    const { space } = context;
    await space.write(set('a value', 'x'));
    const operations = Array.from({ length: 500 }, (_, i) => set(`key ${i}`, String(i)));
    await expect(space.batch([], [...operations, setField('a value', 'f', 'y')])).rejects.toMatchObject({
      code: 'ALI_WRONG_KIND',
    });
    expect(await space.keys()).toHaveLength(1);
    expect(plain(await space.read({ read: 'value', key: 'a value' }))).toBe('x');
  });

  test('a batch of a hundred thousand fields and their notices is one step, with bytes of every sort', async () => {
    const { space } = context;
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    const count = 100_000;
    const operations = Array.from({ length: count / 2 }, (_, i) => ({
      ...setFields(`key ${i}`, [`field ${2 * i}`, String(2 * i)], [`field ${2 * i + 1}`, String(2 * i + 1)]),
      notice: { channel: `key ${i}` },
    }));
    const last = [{ do: 'set-field', key: 'key 0', field: 'odd', value: all } as const];
    const subscription = await context.subscribe({ channels: ['key 49999'] });
    const refused = [
      { if: 'absent', key: 'none' } as const,
      { if: 'revision', key: 'none', revision: 1 } as const,
    ];
    expect(await space.batch(refused, operations)).toEqual({ applied: false, failed: 1 });
    expect(await space.keys()).toEqual([]);
    const result = await space.batch([], [...operations, ...last]);
    expect(result).toMatchObject({ applied: true, outcomes: { length: count / 2 + 1 } });
    expect(plain(await space.read({ read: 'field', key: 'key 49999', field: 'field 99999' }))).toBe('99999');
    expect(plain(await space.read({ read: 'field', key: 'key 0', field: 'odd' }))).toBe(plain(all));
    expect(await heard(subscription, 2)).toEqual(['key 49999 field 99998', 'key 49999 field 99999']);
  }, 60_000);
}
