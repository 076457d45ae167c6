import { expect, test } from 'vitest';
import type { Space } from '../../src/store/index.ts';
import { encodeValue, TelescopeState, type Value } from '../../src/telstate/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { onEveryEngine, type Place } from './engines.ts';

/** A state whose space is observed, and one of another process on the same place. */
async function openBoth(place: Place) {
  const space = new ObservedSpace(await place.open());
  const otherSpace: Space = await place.open();
  return { space, state: new TelescopeState(space), otherSpace, other: new TelescopeState(otherSpace) };
}

/** A condition that remembers what it was asked about. */
function recording(seen: Value[], condition: (value: Value) => boolean): (value: Value) => boolean {
  return (value) => {
    seen.push(value);
    return condition(value);
  };
}

onEveryEngine((makePlace) => {
  test('what is there already is given after one read, without a subscription', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.add('s', 'old', { time: 1 });
    await other.add('s', 'new', { time: 2 });
    await other.set('a', 7);
    await other.setIndexed('ix', 'k', 'v');
    expect(await state.waitKey('s')).toEqual({ type: 'sensor', value: 'new', timeSeconds: 2 });
    expect(await state.waitKey('a', { condition: (value) => value === 7 })).toEqual({
      type: 'attribute',
      value: 7,
    });
    expect(await state.waitKey('ix')).toEqual({ type: 'indexed', value: new Map([['k', 'v']]) });
    expect(await state.waitIndexed('ix', 'k')).toBe('v');
    expect([space.reads, space.subscribed]).toEqual([4, 0]);
  });

  test('every type of key wakes a wait, from another process, and nothing stays open', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const waits = [state.waitKey('s'), state.waitKey('a'), state.waitKey('ix'), state.waitIndexed('ix', 'k')];
    await space.listening(4);
    await other.add('s', 1, { time: 5 });
    await other.set('a', 2);
    await other.setIndexed('ix', 'k', 3);
    expect(await Promise.all(waits)).toEqual([
      { type: 'sensor', value: 1, timeSeconds: 5 },
      { type: 'attribute', value: 2 },
      { type: 'indexed', value: new Map([['k', 3]]) },
      3,
    ]);
    expect(space.openSubscriptions).toBe(0);
  });

  test('a condition sees each sample in the order of the writes, late ones too', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const seen: [Value, number | undefined][] = [];
    const waiting = state.waitKey('s', {
      condition(value, timeSeconds) {
        seen.push([value, timeSeconds]);
        return value === 'stop';
      },
    });
    await space.listening();
    await other.addMany('s', [
      { value: 'a', timeSeconds: 10 },
      { value: 'b', timeSeconds: 20 },
    ]);
    await other.add('s', 'late', { time: 5 });
    await other.add('s', 'stop', { time: 15 });
    await other.add('s', 'after', { time: 30 });
    expect(await waiting).toEqual({ type: 'sensor', value: 'stop', timeSeconds: 15 });
    expect(seen).toEqual([
      ['a', 10],
      ['b', 20],
      ['late', 5],
      ['stop', 15],
    ]);
  });

  test('a key under an earlier prefix decides, whatever happens under a later one', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const view = state.view('v');
    await other.view('v').add('s', 1, { time: 1 });
    const waiting = view.waitKey('s', { condition: (value) => value === 9 });
    await space.listening();
    await other.add('s', 9, { time: 2 });
    await other.view('v').add('s', 2, { time: 3 });
    await other.view('v').add('s', 9, { time: 4 });
    expect(await waiting).toEqual({ type: 'sensor', value: 9, timeSeconds: 4 });
  });

  test('a key of the root satisfies a view that does not have it', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const waits = [state.view('v').waitKey('s'), state.view('v').waitIndexed('ix', 1)];
    await space.listening(2);
    await other.add('s', 1, { time: 1 });
    await other.setIndexed('ix', 1, 'one');
    expect(await Promise.all(waits)).toEqual([{ type: 'sensor', value: 1, timeSeconds: 1 }, 'one']);
  });

  test('waitIndexed waits for its own sub-key, told by its encoded bytes', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const seen: Value[] = [];
    const waiting = state.waitIndexed('ix', 1, { condition: recording(seen, () => true) });
    await space.listening();
    await other.setIndexed('ix', '1', 'text');
    await other.setIndexed('ix', true, 'boolean');
    await other.setIndexed('ix', 1, 'one');
    expect(await waiting).toBe('one');
    expect(seen).toEqual(['one']);
  });

  test('waitIndexed refuses a key that is not indexed, before and while it waits', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.set('a', 1);
    await expect(state.waitIndexed('a', 'k')).rejects.toMatchObject({ code: 'ALI_IMMUTABLE' });
    const waiting = state.waitIndexed('s', 'k');
    await space.listening();
    await other.add('s', 1, { time: 1 });
    await expect(waiting).rejects.toMatchObject({
      code: 'ALI_IMMUTABLE',
      message: "waitIndexed called on non-indexed key 's'['k']",
    });
    expect(space.openSubscriptions).toBe(0);
  });

  test('a time-out of 0 looks at what is there, and then gives up', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.set('a', 1);
    expect(await state.waitKey('a', { timeoutMs: 0 })).toMatchObject({ value: 1 });
    const judged: Value[] = [];
    const waiting = state.waitKey('a', { timeoutMs: 0, condition: recording(judged, () => false) });
    await expect(waiting).rejects.toMatchObject({ code: 'ALI_TIMEOUT' });
    expect(judged).toEqual([1, 1]);
    await expect(state.waitIndexed('none', 'k', { timeoutMs: -1 })).rejects.toMatchObject({
      code: 'ALI_TIMEOUT',
    });
    expect(space.openSubscriptions).toBe(0);
  });

  test('a time-out and a signal end a wait that listens, and close its subscription', async () => {
    await using place = await makePlace();
    const { space, state } = await openBoth(place);
    await expect(state.waitKey('none', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'ALI_TIMEOUT',
      message: "Timed out waiting for 'none' after 0.02 s",
    });
    const controller = new AbortController();
    const waiting = state.waitIndexed('none', 'k', { signal: controller.signal, timeoutMs: 60_000 });
    await space.listening();
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toMatchObject({
      code: 'ALI_ABORTED',
      message: "Wait for 'none'['k'] cancelled",
      cause: new Error('enough'),
    });
    await space.quiet();
    await expect(state.waitKey('none', { signal: controller.signal })).rejects.toMatchObject({
      code: 'ALI_ABORTED',
    });
    expect(space.openSubscriptions).toBe(0);
  });

  test('what a condition throws, the wait throws', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const waiting = state.waitKey('s', {
      condition: () => {
        throw new RangeError('out of sight');
      },
    });
    await space.listening();
    await other.add('s', 1, { time: 1 });
    await expect(waiting).rejects.toThrow(new RangeError('out of sight'));
    await space.quiet();
  });

  test('values that cannot be decoded end a wait with DecodeError', async () => {
    await using place = await makePlace();
    const { space, state, otherSpace } = await openBoth(place);
    const waiting = state.waitKey('a');
    await space.listening();
    await otherSpace.write({
      do: 'set',
      key: 'a',
      value: Buffer.of(0xff, 0xc1),
      notice: { channel: 'update/a' },
    });
    await expect(waiting).rejects.toMatchObject({ code: 'ALI_DECODE' });
    await expect(state.waitKey('a')).rejects.toMatchObject({ code: 'ALI_DECODE' });
    await space.quiet();
  });

  test('a wait looks again when notices were lost', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const waits = [state.waitKey('s'), state.waitIndexed('ix', 'k')];
    await space.listening(2);
    space.cut();
    await other.add('s', 1, { time: 1 });
    await other.setIndexed('ix', 'k', 2);
    space.heal();
    expect(await Promise.all(waits)).toEqual([{ type: 'sensor', value: 1, timeSeconds: 1 }, 2]);
  });

  test('a notice about the same key in another database of the server wakes nobody', async () => {
    await using place = await makePlace();
    const { space, state, other, otherSpace } = await openBoth(place);
    const waits = [state.waitKey('s'), state.waitKey('a'), state.waitIndexed('ix', 'k')];
    await space.listening(3);
    const notices = { s: '3ff0000000000000ff63', a: 'ff63', ix: '03330affa16bff63' };
    for (const [key, payload] of Object.entries(notices)) {
      const notice = { channel: `update/${key}`, payload: Buffer.from(payload, 'hex') };
      await otherSpace.write({ do: 'set', key: `not ${key}`, value: Buffer.of(), notice });
    }
    await other.add('s', 1, { time: 2 });
    await other.set('a', 2);
    await other.setIndexed('ix', 'k', 3);
    expect(await Promise.all(waits)).toEqual([
      { type: 'sensor', value: 1, timeSeconds: 2 },
      { type: 'attribute', value: 2 },
      3,
    ]);
  });

  test('a sample of another database of the server cannot end a wait by what it holds', async () => {
    await using place = await makePlace();
    const { space, state, other, otherSpace } = await openBoth(place);
    const condition = (value: Value) => {
      if (typeof value === 'string') throw new RangeError('text is not expected here');
      return value === 1;
    };
    const waits = [state.waitKey('s', { condition }), state.waitKey('s')];
    await space.listening(2);
    for (const payload of [
      '3ff000000000000080024b012e',
      '3ff0000000000000ffa178',
      '68656c6c6f20776f726c64',
    ]) {
      const notice = { channel: 'update/s', payload: Buffer.from(payload, 'hex') };
      await otherSpace.write({ do: 'set', key: 'elsewhere', value: Buffer.of(), notice });
    }
    await other.add('s', 1, { time: 2 });
    const sample = { type: 'sensor', value: 1, timeSeconds: 2 };
    expect(await Promise.all(waits)).toEqual([sample, sample]);
  });

  test('deletion does not wake a wait', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    await other.add('s', 1, { time: 1 });
    const seen: Value[] = [];
    const waiting = state.waitKey('s', { condition: recording(seen, (value) => value === 2) });
    await space.listening();
    seen.length = 0;
    await other.delete('s');
    await other.clear();
    await other.add('s', 2, { time: 1 });
    expect(await waiting).toMatchObject({ value: 2 });
    expect(seen).toEqual([2]);
  });

  test('the notices of older releases, with the text x03, wake waits too', async () => {
    await using place = await makePlace();
    const { space, state, otherSpace } = await openBoth(place);
    const waits = [state.waitKey('ix'), state.waitIndexed('ix', 'k')];
    await space.listening(2);
    const subKey = encodeValue('k');
    const prefix = Buffer.concat([Buffer.from(`x03${subKey.length}\n`), subKey]);
    await otherSpace.write({
      do: 'set-field',
      key: 'ix',
      field: subKey,
      value: encodeValue('v'),
      notice: { channel: 'update/ix', prefix },
    });
    expect(await Promise.all(waits)).toEqual([{ type: 'indexed', value: new Map([['k', 'v']]) }, 'v']);
  });

  test('two hundred waits on one key all see every sample', async () => {
    await using place = await makePlace();
    const { space, state, other } = await openBoth(place);
    const seen = Array.from({ length: 200 }, (): Value[] => []);
    const waits = seen.map((list) =>
      state.waitKey('s', { condition: recording(list, (value) => value === 99), timeoutMs: 60_000 }),
    );
    await space.listening(200);
    await other.addMany(
      's',
      Array.from({ length: 100 }, (_, i) => ({ value: i, timeSeconds: i })),
    );
    await Promise.all(waits);
    const all = Array.from({ length: 100 }, (_, i) => i);
    expect(seen.filter((list) => JSON.stringify(list) !== JSON.stringify(all))).toEqual([]);
    expect(space.openSubscriptions).toBe(0);
  });

  test('a time-out that is not a number is refused', async () => {
    await using place = await makePlace();
    const { state } = await openBoth(place);
    await expect(state.waitKey('a', { timeoutMs: Number.NaN })).rejects.toMatchObject({ code: 'ALI_USAGE' });
  });
});
