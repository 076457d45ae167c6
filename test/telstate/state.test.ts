import { expect, test } from 'vitest';
import type { Space } from '../../src/store/index.ts';
import {
  Complex,
  encodeValue,
  Float,
  float,
  NdArray,
  openTelescopeState,
  TelescopeState,
  Tuple,
  tuple,
} from '../../src/telstate/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { onEveryEngine, type Place } from './engines.ts';

async function openState(place: Place) {
  const space = new ObservedSpace(await place.open());
  return { space, state: new TelescopeState(space, { clock: () => 1000 }) };
}

async function contentOf(space: Space): Promise<string> {
  const parts: unknown[] = [];
  for (const key of await space.keys()) {
    parts.push(key, await space.read({ read: 'entry', key }), await space.read({ read: 'range', key }));
  }
  return JSON.stringify(parts);
}

onEveryEngine((makePlace) => {
  test('samples get the time of the clock, or their own', async () => {
    await using place = await makePlace();
    const { state } = await openState(place);
    await state.add('s', 'now');
    await state.add('s', 'then', { time: 999.5 });
    await state.view('v').add('s', 'now too');
    expect(await state.getRange('s', { start: 0 })).toEqual([
      { value: 'then', timeSeconds: 999.5 },
      { value: 'now', timeSeconds: 1000 },
    ]);
    expect(await state.getRange('v_s')).toEqual([{ value: 'now too', timeSeconds: 1000 }]);
  });

  test('many samples are one write, of one sensor or of many', async () => {
    await using place = await makePlace();
    const { space, state } = await openState(place);
    await state.addMany(
      's',
      Array.from({ length: 5000 }, (_, i) => ({ value: i, timeSeconds: i })),
    );
    await state.addMany([
      { key: 'a', value: 1 },
      { key: 'b', value: 2, timeSeconds: 5 },
      { key: 'a', value: 3, timeSeconds: 6 },
    ]);
    await state.addMany('s', []);
    await state.addMany([]);
    expect(space.writes).toBe(2);
    expect(await state.getRange('s', { start: 0 })).toHaveLength(5000);
    expect(await state.getRange('a', { start: 0 })).toEqual([
      { value: 3, timeSeconds: 6 },
      { value: 1, timeSeconds: 1000 },
    ]);
    expect(await state.getRange('b')).toEqual([{ value: 2, timeSeconds: 5 }]);
  });

  test('of many samples none is added when one cannot be', async () => {
    await using place = await makePlace();
    const { space, state } = await openState(place);
    await state.set('attribute', 1);
    const before = await contentOf(space);
    const one = { key: 's', value: 1 };
    await expect(state.addMany([one, { key: 'attribute', value: 1 }])).rejects.toMatchObject({
      code: 'ALI_IMMUTABLE',
      message: expect.stringMatching(/attribute.*nothing was|nothing was.*attribute/),
    });
    await expect(state.addMany([one, { key: 's', value: 1, timeSeconds: -1 }])).rejects.toMatchObject({
      code: 'ALI_TIMESTAMP',
    });
    await expect(state.addMany([one, { key: 's', value: () => 1 }])).rejects.toMatchObject({
      code: 'ALI_ENCODE',
    });
    await expect(state.addMany('s', [one, { value: Symbol('x') }])).rejects.toMatchObject({
      code: 'ALI_ENCODE',
    });
    expect(await contentOf(space)).toBe(before);
  });

  test('what cannot be stored leaves the store as it was, and is not sent', async () => {
    await using place = await makePlace();
    const { space, state } = await openState(place);
    const cyclic: unknown[] = [];
    cyclic.push(cyclic);
    let deep = tuple<readonly unknown[]>();
    for (let i = 0; i < 20_000; i++) deep = tuple<readonly unknown[]>(deep);
    const cyclicTuple: unknown[] = [];
    cyclicTuple.push(new Tuple(cyclicTuple));
    for (const value of [
      () => 1,
      Symbol('x'),
      undefined,
      '\ud800',
      cyclic,
      deep,
      new Tuple(cyclicTuple),
      2n ** 64n,
      new Date(),
      new Set(),
    ]) {
      for (const write of [
        () => state.set('k', value),
        () => state.add('k', value),
        () => state.setIndexed('k', 'sub', value),
        () => state.setIndexed('k', value, 1),
      ]) {
        await expect(write(), String(typeof value)).rejects.toMatchObject({ code: 'ALI_ENCODE' });
      }
    }
    for (const subKey of [
      [1],
      { a: 1 },
      new Map(),
      NdArray.of('<i4', [1]),
      new Float32Array(1),
      tuple(1, [2]),
    ]) {
      await expect(state.setIndexed('k', subKey, 1)).rejects.toMatchObject({
        code: 'ALI_ENCODE',
        message: expect.stringContaining('cannot be a sub-key'),
      });
      await expect(state.getIndexed('k', subKey)).rejects.toMatchObject({ code: 'ALI_ENCODE' });
    }
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e-9]) {
      await expect(state.add('k', 1, { time })).rejects.toMatchObject({ code: 'ALI_TIMESTAMP' });
    }
    await expect(state.set(5 as unknown as string, 1)).rejects.toMatchObject({ code: 'ALI_KEY' });
    await expect(state.add('x'.repeat(70_000), 1)).rejects.toMatchObject({ code: 'ALI_KEY' });
    expect(space.writes).toBe(0);
  });

  test('an attribute may be set again to what a plain number cannot tell from it', async () => {
    await using place = await makePlace();
    const { state } = await openState(place);
    await state.set('float', float(1));
    await state.set('float', 1);
    await state.set('int', 1);
    await state.set('int', 1);
    await expect(state.set('int', float(1))).rejects.toMatchObject({ code: 'ALI_IMMUTABLE' });
    await expect(state.set('float', 1n)).rejects.toMatchObject({ code: 'ALI_IMMUTABLE' });
    await expect(state.set('int', true)).rejects.toMatchObject({ code: 'ALI_IMMUTABLE' });
    await state.setIndexed('ix', 'k', float(2));
    await state.setIndexed('ix', 'k', 2);
    await expect(state.setIndexed('ix', 'k', 3)).rejects.toMatchObject({
      message: "Attempt to change value of immutable key 'ix'['k'] from 2.0 to 3",
    });
    expect(await state.get('float', { exact: true })).toEqual(new Float(1));
  });

  test('values come back as they were set, or as their bytes', async () => {
    await using place = await makePlace();
    const { state } = await openState(place);
    const value = { list: [1, 2.5, null, true], pair: tuple('a', Buffer.from('b')), z: new Complex(1, -2) };
    await state.set('a', value);
    await state.add('s', value);
    expect(await state.get('a')).toEqual(await state.get('s'));
    expect(await state.get('a')).toMatchObject({ list: [1, 2.5, null, true], z: new Complex(1, -2) });
    const encoded = await state.get('a', { encoded: true });
    expect(Buffer.from(encoded as Uint8Array)).toEqual(Buffer.from(encodeValue(value)));
    const samples = await state.getRange('s', { encoded: true });
    expect(samples.map((sample) => Buffer.from(sample.value))).toEqual([Buffer.from(encodeValue(value))]);
  });

  test('an absent key is undefined, the default, or an error; a stored None is neither', async () => {
    await using place = await makePlace();
    const { state } = await openState(place);
    await state.set('none', null);
    await state.setIndexed('ix', 'none', null);
    expect(await state.get('none', { default: 5 })).toBe(null);
    expect(await state.getIndexed('ix', 'none', { default: 5 })).toBe(null);
    expect(await state.getIndexed('ix', 'absent')).toBe(undefined);
    expect(await state.get('absent')).toBe(undefined);
    expect(await state.get('absent', { default: 5 })).toBe(5);
    const notFound = { code: 'ALI_NOT_FOUND', message: "'absent' not found" };
    await expect(state.getOrThrow('absent')).rejects.toMatchObject(notFound);
    await expect(state.getRange('absent')).rejects.toMatchObject(notFound);
    expect([await state.exists('absent'), await state.keyType('absent')]).toEqual([false, undefined]);
  });

  test('keys of others are refused by everything but exists, keys and delete', async () => {
    await using place = await makePlace();
    const { space, state } = await openState(place);
    await space.write({ do: 'push', key: 'list', items: [Buffer.from('x')] });
    await space.write({ do: 'set-add', key: 'set', members: [Buffer.from('x')] });
    const before = await contentOf(space);
    for (const key of ['list', 'set']) {
      const wrongKind = { code: 'ALI_WRONG_KIND', message: expect.stringContaining(`'${key}'`) };
      const immutable = { code: 'ALI_IMMUTABLE', message: expect.stringContaining(`'${key}'`) };
      await expect(state.get(key)).rejects.toMatchObject(wrongKind);
      await expect(state.getOrThrow(key)).rejects.toMatchObject(wrongKind);
      await expect(state.keyType(key)).rejects.toMatchObject(wrongKind);
      await expect(state.waitKey(key)).rejects.toMatchObject(wrongKind);
      await expect(state.set(key, 1)).rejects.toMatchObject(immutable);
      await expect(state.add(key, 1)).rejects.toMatchObject(immutable);
      await expect(state.setIndexed(key, 1, 1)).rejects.toMatchObject(immutable);
      await expect(state.getIndexed(key, 1)).rejects.toMatchObject(immutable);
      await expect(state.getRange(key)).rejects.toMatchObject(immutable);
      expect(await state.exists(key)).toBe(true);
    }
    expect(await contentOf(space)).toBe(before);
    expect(await state.keys()).toEqual(['list', 'set']);
    await state.delete('list');
    expect(await state.keys()).toEqual(['set']);
  });

  test('stored bytes that are no value are a DecodeError, and can still be read as bytes', async () => {
    await using place = await makePlace();
    const { space, state } = await openState(place);
    const bad = Buffer.of(0xff, 0xc1);
    await space.write({ do: 'set', key: 'a', value: bad });
    await space.write({ do: 'set', key: 'empty', value: Buffer.of() });
    await space.write({ do: 'set-field', key: 'ix', field: encodeValue('k'), value: bad });
    await space.write({ do: 'set-field', key: 'badly', field: bad, value: encodeValue(1) });
    await space.write({ do: 'add', key: 's', members: [Buffer.concat([Buffer.alloc(8), bad])] });
    await space.write({ do: 'add', key: 'short', members: [Buffer.of(1)] });
    const decode = { code: 'ALI_DECODE' };
    for (const key of ['a', 'empty', 'ix', 'badly', 's', 'short']) {
      await expect(state.get(key), key).rejects.toMatchObject(decode);
    }
    await expect(state.getIndexed('ix', 'k')).rejects.toMatchObject(decode);
    await expect(state.getRange('s')).rejects.toMatchObject(decode);
    await expect(state.getRange('short')).rejects.toMatchObject(decode);
    await expect(state.set('a', 1)).rejects.toMatchObject({ code: 'ALI_IMMUTABLE' });
    expect(Buffer.from((await state.get('a', { encoded: true })) as Uint8Array)).toEqual(bad);
    expect(Buffer.from((await state.getIndexed('ix', 'k', { encoded: true })) as Uint8Array)).toEqual(bad);
    const [sample] = await state.getRange('s', { encoded: true });
    expect(sample?.timeSeconds).toBe(0);
    expect(await state.keyType('s')).toBe('sensor');
  });

  test('views look under each prefix in turn, and write under the first', async () => {
    await using place = await makePlace();
    const { state } = await openState(place);
    const view = state.view('beam').view('sub_').view('');
    expect(view.prefixes).toEqual(['', 'sub_', 'beam_', '']);
    expect(view.root().prefixes).toEqual(['']);
    expect(state.view('x', { addSeparator: false, exclusive: true }).prefixes).toEqual(['x']);
    const beam = state.view('beam');
    await state.setIndexed('ix', 'a', 1);
    await beam.setIndexed('ix', 'b', 2);
    expect(await beam.get('ix')).toEqual(new Map([['b', 2]]));
    expect(await beam.getIndexed('ix', 'a')).toBe(undefined);
    expect(await beam.keys('*')).toEqual(['beam_ix', 'ix']);
    await beam.delete('ix');
    expect(await state.keys()).toEqual([]);
  });

  test('keys that are not UTF-8 come and go as text, in the order of Python', async () => {
    await using place = await makePlace();
    const { state } = await openState(place);
    const inOrder = ['a', 'é', '\ud7ff', '\udcfe\udcff', '\ue000', '😀'];
    for (const key of inOrder.toReversed()) await state.set(key, key.length);
    expect(await state.keys()).toEqual(inOrder);
    expect(await state.get(Buffer.of(0xfe, 0xff))).toBe(2);
    await expect(state.set('\udcfe\udcff', 0)).rejects.toThrow("b'\\xfe\\xff'");
  });

  test('a sample of 4 MiB and its notice pass whole', async () => {
    await using place = await makePlace();
    const { space, state } = await openState(place);
    const other = new TelescopeState(await place.open());
    const array = NdArray.from(Float64Array.from({ length: 524_288 }, (_, i) => i));
    const waiting = state.waitKey('s');
    await space.listening();
    await other.add('s', array, { time: 1 });
    const encoded = encodeValue(array);
    expect(Buffer.compare(encodeValue((await waiting).value), encoded)).toBe(0);
    expect(Buffer.compare(encodeValue(await other.get('s')), encoded)).toBe(0);
  });
});

test('a state that opened its store closes it, and its views do not', async () => {
  const state = await openTelescopeState('memory:', { prefixes: ['p_'] });
  await state.view('v').close();
  await state.set('a', 1);
  expect(await state.keys()).toEqual(['p_a']);
  const waiting = state.waitKey('never');
  await new Promise(setImmediate);
  await state.close();
  await expect(waiting).rejects.toMatchObject({ code: 'ALI_STORE_CLOSED' });
  await expect(state.get('a')).rejects.toMatchObject({ code: 'ALI_STORE_CLOSED' });
});

test('equal samples that are added one right after another are different samples', async () => {
  await using state = await openTelescopeState('memory:');
  for (let i = 0; i < 500; i++) await state.add('s', 0);
  expect(await state.getRange('s', { start: 0 })).toHaveLength(500);
});
