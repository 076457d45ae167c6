import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyText } from '../../../src/store/key.ts';
import type { Bound, Read } from '../../../src/store/store.ts';
import { add, bytes, type Context, plain, push, set, setAdd, setField } from './context.ts';

const globs: { glob: string; keys: string[] }[] = JSON.parse(
  readFileSync(new URL('../../fixtures/store-globs.json', import.meta.url), 'utf8'),
);

/** One read of every sort, of one key. */
function everyRead(key: string): Read[] {
  return [
    { read: 'kind', key },
    { read: 'value', key },
    { read: 'entry', key },
    { read: 'field', key, field: 'f' },
    { read: 'fields', key },
    { read: 'range', key },
    { read: 'count', key },
    { read: 'members', key },
    { read: 'expiry', key },
    { read: 'items', key },
    { read: 'length', key },
  ];
}

const nothing = [undefined, undefined, undefined, undefined, [], [], 0, [], undefined, [], 0];

export function reads(context: Context): void {
  test('an absent key reads as nothing in every read', async () => {
    expect(plain(await context.space.readMany(everyRead('none')))).toEqual(nothing);
    for (const [i, read] of everyRead('none').entries()) {
      expect(plain(await context.space.read(read))).toEqual(nothing[i]);
    }
  });

  test('each kind of key reads as itself, and as nothing where another kind is asked for', async () => {
    const { space } = context;
    await space.batch(
      [],
      [
        set('value', 'v'),
        setField('hash', 'f', 'v'),
        add('series', 'b', 'a'),
        setAdd('set', 'y', 'x'),
        push('list', 'q', 'p'),
      ],
    );
    const answers = {
      value: ['value', 'v', { kind: 'value', value: 'v' }, undefined, [], [], 0, [], undefined, [], 0],
      hash: [
        'hash',
        undefined,
        { kind: 'hash', fields: [['f', 'v']] },
        'v',
        [['f', 'v']],
        [],
        0,
        [],
        undefined,
        [],
        0,
      ],
      series: [
        'series',
        undefined,
        { kind: 'series', last: 'b' },
        undefined,
        [],
        ['a', 'b'],
        2,
        [],
        undefined,
        [],
        0,
      ],
      set: ['set', undefined, { kind: 'set' }, undefined, [], [], 0, ['x', 'y'], undefined, [], 0],
      list: ['list', undefined, { kind: 'list' }, undefined, [], [], 0, [], undefined, ['q', 'p'], 2],
    };
    for (const [key, answer] of Object.entries(answers)) {
      expect(plain(await space.readMany(everyRead(key))), key).toEqual(answer);
      for (const [i, read] of everyRead(key).entries()) {
        expect(plain(await space.read(read)), `${read.read} of ${key}`).toEqual(answer[i]);
      }
    }
  });

  test('a field that a hash lacks reads as undefined, an empty one as empty bytes', async () => {
    await context.space.write(setField('h', 'empty', ''));
    const read = await context.space.readMany([
      { read: 'field', key: 'h', field: 'empty' },
      { read: 'field', key: 'h', field: 'none' },
    ]);
    expect(plain(read)).toEqual(['', undefined]);
  });

  test('readMany of nothing is nothing', async () => {
    expect(await context.space.readMany([])).toEqual([]);
  });

  test('a range takes every combination of bounds, direction and limit, in byte order', async () => {
    const members = ['', '\0', 'a', 'a\0', 'ab', 'b', '\x7f', '\x80', '\xff', '\xff\0', '\xff\xff'];
    await context.space.write(add('s', ...[...members].reverse()));
    const ends = ['', 'a', 'aa', 'ab', '\x80', '\xff\xff', '\xff\xff\xff'];
    const bounds: (Bound | undefined)[] = [undefined];
    for (const end of ends) {
      for (const inclusive of [true, false]) bounds.push({ at: bytes(end), inclusive });
    }
    const asked: Read[] = [];
    const expected: unknown[] = [];
    for (const min of bounds) {
      for (const max of bounds) {
        const within = members.filter((member) => isAbove(member, min) && isBelow(member, max));
        asked.push({ read: 'count', key: 's', min, max });
        expected.push(within.length);
        for (const reverse of [false, true]) {
          for (const limit of [undefined, 0, 1, 3, 100]) {
            asked.push({ read: 'range', key: 's', min, max, reverse, limit });
            expected.push((reverse ? within.toReversed() : within).slice(0, limit));
          }
        }
      }
    }
    expect(plain(await context.space.readMany(asked))).toEqual(expected);
  });

  test('items of a list are read from a start, at most a limit', async () => {
    await context.space.write(push('l', 'a', 'b', 'c', 'd'));
    const read = await context.space.readMany([
      { read: 'items', key: 'l', start: 1 },
      { read: 'items', key: 'l', start: 1, limit: 2 },
      { read: 'items', key: 'l', limit: 0 },
      { read: 'items', key: 'l', limit: 100 },
      { read: 'items', key: 'l', start: 4 },
    ]);
    expect(plain(read)).toEqual([['b', 'c', 'd'], ['b', 'c'], [], ['a', 'b', 'c', 'd'], []]);
  });

  test('the length of a list follows what is pushed, taken and drained', async () => {
    const { space } = context;
    const length = () => space.read({ read: 'length', key: 'l' });
    await space.write(push('l', 'a', 'b', 'c'));
    expect(await length()).toBe(3);
    await space.write({ do: 'pop', key: 'l' });
    await space.write(push('l', 'd', 'e'));
    expect(await length()).toBe(4);
    await space.write({ do: 'drain', key: 'l' });
    expect(await length()).toBe(0);
    await space.write(push('l', 'f'));
    expect(await length()).toBe(1);
  });

  test('the time until a value expires is known, and gone when it is set again to stay', async () => {
    const { space } = context;
    await space.write({ do: 'set', key: 'k', value: bytes('v'), expireMs: 60_000 });
    await space.write(set('stays', 'v'));
    const [left, none] = await space.readMany([
      { read: 'expiry', key: 'k' },
      { read: 'expiry', key: 'stays' },
    ]);
    expect(none).toBeUndefined();
    expect(left).toBeGreaterThan(30_000);
    expect(left).toBeLessThanOrEqual(60_000);
    await space.write(set('k', 'w'));
    expect(await space.read({ read: 'expiry', key: 'k' })).toBeUndefined();
  });

  test('members of a set come in byte order', async () => {
    await context.space.write(setAdd('s', '\xff', 'b', '', 'a\0', 'a', '\x80'));
    expect(plain(await context.space.read({ read: 'members', key: 's' }))).toEqual([
      '',
      'a',
      'a\0',
      'b',
      '\x80',
      '\xff',
    ]);
  });

  test('keys, fields, values, members and items are any bytes, empty ones included', async () => {
    const { space } = context;
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    for (const odd of [all, bytes(''), bytes('\r\n'), bytes('\xff\xfe'), bytes('\xe2\x82')]) {
      const value = Buffer.concat([odd, all]);
      await space.clear();
      await space.batch(
        [],
        [
          { do: 'set', key: odd, value: odd },
          { do: 'set', key: value, value },
        ],
      );
      expect(plain(await space.read({ read: 'value', key: odd }))).toEqual(plain(odd));
      expect(plain(await space.read({ read: 'value', key: value }))).toEqual(plain(value));
      const sorted = [odd, value].sort(Buffer.compare);
      expect(plain(await space.keys())).toEqual(plain(sorted));

      await space.write({ do: 'delete', key: odd });
      await space.write({ do: 'set-field', key: odd, field: odd, value: odd });
      expect(plain(await space.read({ read: 'fields', key: odd }))).toEqual([[plain(odd), plain(odd)]]);
      await space.write({ do: 'delete', key: odd });
      await space.write({ do: 'add', key: odd, members: [value, odd] });
      expect(plain(await space.read({ read: 'range', key: odd }))).toEqual(plain(sorted));
      await space.write({ do: 'delete', key: odd });
      await space.write({ do: 'set-add', key: odd, members: [odd, value] });
      expect(plain(await space.read({ read: 'members', key: odd }))).toEqual(plain(sorted));
      await space.write({ do: 'delete', key: odd });
      await space.write({ do: 'push', key: odd, items: [value, odd, odd] });
      expect(plain(await space.read({ read: 'items', key: odd }))).toEqual(plain([value, odd, odd]));
    }
  });

  test('a key given as text is its UTF-8 bytes, with lone surrogates for bytes that are not UTF-8', async () => {
    await context.space.write(set('é\udcff', 'v'));
    expect(plain(await context.space.keys())).toEqual(['\xc3\xa9\xff']);
    expect(plain(await context.space.read({ read: 'value', key: bytes('\xc3\xa9\xff') }))).toBe('v');
    expect(plain(await context.space.keys('é*'))).toEqual(['\xc3\xa9\xff']);
  });

  test('what a read gave is the reader’s own: writing into it changes nothing', async () => {
    await context.space.write(set('k', 'abc'));
    const value = await context.space.read({ read: 'value', key: 'k' });
    value?.fill(0);
    expect(plain(await context.space.read({ read: 'value', key: 'k' }))).toBe('abc');
  });

  test('keys gives the names of all kinds in byte order, each once', async () => {
    const { space } = context;
    const names = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    await Promise.all(names.map((name) => space.write(set(name, name))));
    await space.batch([], [setField('\udcff', 'f', ''), add('Z', ''), setAdd('é', ''), push('a', '')]);
    const expected = [...names, '\udcff', 'Z', 'é', 'a'].sort((a, b) =>
      Buffer.compare(Buffer.from(keyBytesOf(a)), Buffer.from(keyBytesOf(b))),
    );
    expect((await space.keys()).map(keyText)).toEqual(expected);
    expect((await space.keys('key 49*')).map(keyText)).toEqual(['key 49', ...names.slice(490)]);
  });

  for (const { glob, keys } of globs) {
    test(`keys ${JSON.stringify(glob)} gives what Redis gives`, async () => {
      const all = globs[0]?.keys ?? [];
      await context.space.batch(
        [],
        all.map((key) => set(key, '')),
      );
      const found = (await context.space.keys(glob)).map(keyText);
      expect(found).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    });
  }
}

function keyBytesOf(text: string): Uint8Array {
  return text === '\udcff' ? bytes('\xff') : Buffer.from(text);
}

function isAbove(member: string, min: Bound | undefined): boolean {
  if (min === undefined) return true;
  const order = Buffer.compare(bytes(member), min.at);
  return order > 0 || (order === 0 && min.inclusive);
}

function isBelow(member: string, max: Bound | undefined): boolean {
  if (max === undefined) return true;
  const order = Buffer.compare(bytes(member), max.at);
  return order < 0 || (order === 0 && max.inclusive);
}
