import { expect, test } from 'vitest';
import { maxKeyBytes } from '../../../src/store/key.ts';
import { maxExpireMs, maxValueBytes, type Operation } from '../../../src/store/store.ts';
import { bytes, type Context, heard, plain, set } from './context.ts';

const tooLarge = expect.objectContaining({ code: 'ALI_VALUE_TOO_LARGE' });
const badKey = expect.objectContaining({ code: 'ALI_KEY' });

export function limits(context: Context): void {
  test('a value of 64 MiB is kept, one byte more is refused and nothing of its batch is written', async () => {
    const { space } = context;
    const largest = Buffer.alloc(maxValueBytes, 'x');
    largest[maxValueBytes - 1] = 0xff;
    await space.write({ do: 'set', key: 'k', value: largest });
    const read = (await space.read({ read: 'value', key: 'k' })) as Uint8Array;
    expect(read.length).toBe(maxValueBytes);
    expect(Buffer.compare(read, largest)).toBe(0);
    await space.clear();

    const value = Buffer.alloc(maxValueBytes + 1);
    await expect(space.write({ do: 'set', key: 'm062_raw', value })).rejects.toThrow(/m062_raw.*64 MiB/);
    for (const operation of [
      { do: 'set', key: 'k', value },
      { do: 'set-field', key: 'k', field: 'f', value },
      { do: 'set-fields', key: 'k', fields: [[bytes('f'), value]] },
      { do: 'add', key: 'k', members: [bytes('m'), value] },
      { do: 'set-add', key: 'k', members: [value] },
      { do: 'push', key: 'k', items: [value] },
    ] as const) {
      await expect(space.write(operation)).rejects.toEqual(tooLarge);
      await expect(space.batch([], [set('other', ''), operation])).rejects.toEqual(tooLarge);
    }
    expect(await space.keys()).toEqual([]);
  }, 60_000);

  test('a key of 64 KiB is a key, a longer one is refused', async () => {
    const { space } = context;
    const key = Buffer.alloc(maxKeyBytes, 'k');
    await space.write({ do: 'set', key, value: bytes('v') });
    expect(plain(await space.read({ read: 'value', key }))).toBe('v');
    const longer = Buffer.alloc(maxKeyBytes + 1, 'k');
    await expect(space.write({ do: 'set', key: longer, value: bytes('v') })).rejects.toEqual(badKey);
    await expect(space.read({ read: 'value', key: longer })).rejects.toEqual(badKey);
    await expect(space.batch([{ if: 'absent', key: longer }], [])).rejects.toEqual(badKey);
    await expect(space.subscribe({ channels: [longer] })).rejects.toEqual(badKey);
  });

  test('a key that has no bytes is refused', async () => {
    const { space } = context;
    for (const key of ['\ud800', undefined, null, 7] as string[]) {
      await expect(space.write({ do: 'set', key, value: bytes('v') })).rejects.toEqual(badKey);
      await expect(space.read({ read: 'kind', key })).rejects.toEqual(badKey);
    }
    expect(await space.keys()).toEqual([]);
  });

  test('a call that is refused does not disturb those beside it', async () => {
    const { space } = context;
    const settled = await Promise.allSettled([
      space.write(set('a', '1')),
      space.write(set('\ud800', '2')),
      space.write({ do: 'pop', key: 'a' }),
      space.write(set('b', '3')),
      space.read({ read: 'value', key: '\ud800' }),
    ]);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    expect(plain(await space.keys())).toEqual(['a', 'b']);
  });

  test('what is not bytes, or not a number as it should be, is refused and does not disturb those beside it', async () => {
    const { space } = context;
    const bad: unknown[] = [
      { do: 'set', key: 'bad', value: 'text' },
      { do: 'set', key: 'bad', value: undefined },
      { do: 'set', key: 'bad', value: new Uint16Array(3) },
      { do: 'add', key: 'bad', members: [bytes('m'), 'text'] },
      { do: 'trim', key: 's', below: 'text' },
      ...[-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY].map((keepLast) => ({
        do: 'trim',
        key: 's',
        keepLast,
      })),
      ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER].map((expireMs) => ({
        do: 'set',
        key: 'bad',
        value: bytes('v'),
        expireMs,
      })),
    ];
    await space.write({ do: 'add', key: 's', members: [bytes('a'), bytes('b')] });
    const refused = [
      ...bad.map((operation) => () => space.write(operation as Operation)),
      () => space.batch([{ if: 'equals', key: 'k', value: undefined as unknown as Uint8Array }], []),
      () => space.batch([{ if: 'field-equals', key: 'k', field: 'f', value: 'v' as never }], []),
      () => space.batch([{ if: 'revision', key: 'k', revision: 0.5 }], []),
    ];
    const calls = refused.flatMap((call, i) => [call(), space.write(set(`beside ${i}`, 'v'))]);
    const settled = await Promise.allSettled(calls);
    const usage = expect.objectContaining({ code: 'ALI_USAGE' });
    expect(settled).toEqual(
      refused.flatMap(() => [
        { status: 'rejected', reason: usage },
        { status: 'fulfilled', value: { changed: 1 } },
      ]),
    );
    expect(await space.read({ read: 'kind', key: 'bad' })).toBe(undefined);
    expect(plain(await space.read({ read: 'range', key: 's' }))).toEqual(['a', 'b']);
    expect((await space.keys('beside *')).length).toBe(refused.length);
  });

  test('a value with the longest expiry is read, written again and deleted as any other', async () => {
    const { space } = context;
    await space.write({ do: 'set', key: 'k', value: bytes('v'), expireMs: maxExpireMs });
    expect(plain(await space.read({ read: 'value', key: 'k' }))).toBe('v');
    expect(plain(await space.write({ do: 'set', key: 'k', value: bytes('w'), onlyIfAbsent: true }))).toEqual({
      changed: 0,
      found: 'v',
    });
    expect(await space.write({ do: 'delete', key: 'k' })).toEqual({ changed: 1 });
  });

  test('buffers are the caller’s again once a write has resolved', async () => {
    const { space } = context;
    const subscription = await context.subscribe({ channels: ['c'] });
    const [key, value, channel, payload] = ['k', 'v', 'c', 'p'].map((text) => Buffer.from(text)) as [
      Buffer,
      Buffer,
      Buffer,
      Buffer,
    ];
    await space.write({ do: 'set', key, value, notice: { channel, payload } });
    await space.write({ do: 'set', key, value, notice: { channel } });
    for (const buffer of [key, value, channel, payload]) buffer.fill(0xff);
    expect(await heard(subscription, 2)).toEqual(['c p', 'c v']);
    expect(plain(await space.read({ read: 'value', key: 'k' }))).toBe('v');
  });

  test('bytes without any bytes are bytes, on whatever buffer they stand', async () => {
    const { space } = context;
    const none = new Uint8Array(new ArrayBuffer(0));
    await space.batch(
      [],
      [
        { do: 'set', key: none, value: none },
        { do: 'set-field', key: 'h', field: none, value: none },
        { do: 'add', key: 's', members: [none, bytes('a')] },
        { do: 'push', key: 'l', items: [none] },
      ],
    );
    const reads = await space.readMany([
      { read: 'value', key: none },
      { read: 'field', key: 'h', field: none },
      { read: 'range', key: 's', min: { at: none, inclusive: true } },
      { read: 'count', key: 's', min: { at: none, inclusive: false } },
      { read: 'items', key: 'l' },
    ]);
    expect(plain(reads)).toEqual(['', '', ['', 'a'], 1, ['']]);
    expect(await space.batch([{ if: 'equals', key: none, value: none }], [])).toEqual({
      applied: true,
      outcomes: [],
    });
  });
}
