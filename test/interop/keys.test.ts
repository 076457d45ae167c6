/** Keys, views, indexed keys, deleting and clearing, done by one side and seen by the other. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { float, TelescopeState, tuple, type Value } from '../../src/telstate/index.ts';
import { type Described, describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import type { On } from './python.ts';

let peers: Peers;
beforeAll(async () => {
  peers = await Peers.start();
});
afterAll(() => peers.close());
beforeEach(() => peers.state.clear());

/** Lone surrogates U+DC80 to U+DCFF stand for bytes that are not UTF-8. */
const oddKeys = [
  '',
  'a',
  'A_b',
  'two words',
  "it's [odd]*?\\",
  'nul\0',
  'line\n',
  'é',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '\u{1d6fc}',
  '\u{10ffff}',
  '\udcff',
  'ab\udc80\udcfe',
  'é\udcc3',
];

test('keys of every kind are the same key for both, and are listed in the same order', async () => {
  const { python, state } = peers;
  for (const [i, key] of oddKeys.entries()) {
    if (i % 2 === 0) await python.call('set', [key, i]);
    else await state.set(key, i);
  }
  const listed = await python.call('keys');
  expect(describeValue(await state.keys())).toEqual(listed);
  expect(listed[1]).toHaveLength(oddKeys.length);
  for (const [i, key] of oddKeys.entries()) {
    expect(await state.get(key)).toBe(i);
    expect(await python.call('item', [key])).toEqual(['int', String(i)]);
  }
  proven('keys, in order', 'Python → Alidade', oddKeys.length);
  proven('keys, in order', 'Alidade → Python', oddKeys.length);
});

test('globs find the same keys', async () => {
  const { python, state } = peers;
  for (const key of [...oddKeys, 'wind_speed', 'wind_dir', 'm000', 'm001', 'm010', 'a*b', 'a]b', 'a-b']) {
    await state.set(key, 1);
  }
  const globs = [
    'wind_*',
    'm0?0',
    'm00[01]',
    'm0[^0]*',
    '*\\**',
    '*]*',
    'a[]-]b',
    'a[*-]b',
    '?',
    '*é*',
    '\udcff',
    '[a-',
    '',
    '**',
  ];
  for (const glob of globs) {
    expect({ glob, keys: describeValue(await state.keys(glob)) }).toEqual({
      glob,
      keys: await python.call('keys', [glob]),
    });
  }
  proven('globs', 'Alidade → Python', globs.length);
});

test('a key is the same type for both', async () => {
  const { python, state } = peers;
  await python.call('set', ['p attribute', 1]);
  await python.call('add', ['p sensor', 1]);
  await python.call('set_indexed', ['p indexed', 'a', 1]);
  await state.set('t attribute', 1);
  await state.add('t sensor', 1);
  await state.setIndexed('t indexed', 'a', 1);
  const types = { attribute: 'IMMUTABLE', sensor: 'MUTABLE', indexed: 'INDEXED' } as const;
  for (const [ours, theirs] of Object.entries(types)) {
    for (const side of ['p', 't']) {
      expect(await state.keyType(`${side} ${ours}`)).toBe(ours);
      expect(await python.call('key_type', [`${side} ${ours}`])).toEqual(['text', theirs]);
      expect(await python.call('key_type', [`${side} ${ours}`], { on: { backend: 'aio' } })).toEqual([
        'text',
        theirs,
      ]);
      expect(await python.call('exists', [`${side} ${ours}`])).toEqual(['bool', true]);
    }
  }
  expect(await state.keyType('absent')).toBeUndefined();
  expect(await python.call('key_type', ['absent'])).toEqual(['none']);
  proven('key types', 'Python → Alidade', 3);
  proven('key types', 'Alidade → Python', 3);
});

test('what one deletes or clears is gone for the other, and can be set anew', async () => {
  const { python, state } = peers;
  await python.call('set', ['a', 1]);
  await state.delete('a');
  expect(await python.call('exists', ['a'])).toEqual(['bool', false]);
  await state.set('a', 2);
  await python.call('delete', ['a']);
  expect(await state.exists('a')).toBe(false);
  await python.call('add', ['a', 3]);
  await state.clear();
  expect(await python.call('keys')).toEqual(['list', []]);
  await state.set('a', 4);
  await python.call('clear');
  expect(await state.keys()).toEqual([]);
  proven('delete and clear', 'Python → Alidade', 2);
  proven('delete and clear', 'Alidade → Python', 2);
});

/** The same view on both sides. */
interface View {
  readonly name: string;
  readonly on: On;
  readonly state: () => TelescopeState;
}

const views: readonly View[] = [
  { name: 'root', on: {}, state: () => peers.state },
  { name: 'beam', on: { views: [{ name: 'beam' }] }, state: () => peers.state.view('beam') },
  {
    name: 'beam, then sub',
    on: { views: [{ name: 'beam' }, { name: 'sub' }] },
    state: () => peers.state.view('beam').view('sub'),
  },
  {
    name: 'beam alone',
    on: { views: [{ name: 'beam', exclusive: true }] },
    state: () => peers.state.view('beam', { exclusive: true }),
  },
  {
    name: 'beam alone, then sub_',
    on: { views: [{ name: 'beam', exclusive: true }, { name: 'sub_' }] },
    state: () => peers.state.view('beam', { exclusive: true }).view('sub_'),
  },
  { name: 'the empty view', on: { views: [{ name: '' }] }, state: () => peers.state.view('') },
];

describe.each(views)('view: $name', ({ on, state: viewOf }) => {
  test('writes go to the same key, and reads find the same one', async () => {
    const { python, state } = peers;
    const view = viewOf();
    await python.call('set', ['p', 1], { on });
    await view.set('t', 1);
    const [p, t] = await state.keys();
    expect(p?.replace(/p$/, 't')).toBe(t);

    // Every place where a key may be, each with another set of the keys.
    for (const [bit, prefix] of ['', 'beam_', 'sub_'].entries()) {
      for (let set = 0; set < 8; set++) if (set & (1 << bit)) await state.set(`${prefix}key${set}`, prefix);
    }
    for (let set = 0; set < 8; set++) {
      const ours = await view.get(`key${set}`);
      expect(await python.call('get', [`key${set}`], { on })).toEqual(describeValue(ours));
      expect(await python.call('exists', [`key${set}`], { on })).toEqual(['bool', ours !== undefined]);
    }
    proven('views', 'Python → Alidade', 8);
    proven('views', 'Alidade → Python', 8);
  });

  test('both delete the same keys', async () => {
    const { python, state } = peers;
    const left: string[][] = [];
    for (const remove of [() => viewOf().delete('key'), () => python.call('delete', ['key'], { on })]) {
      for (const prefix of ['', 'beam_', 'sub_', 'other_']) await state.set(`${prefix}key`, prefix);
      await remove();
      left.push(await state.keys());
    }
    expect(left[0]).toEqual(left[1]);
    expect(left[0]).toContain('other_key');
  });
});

test('names joined and views made by either are the same', async () => {
  const { python, state } = peers;
  await python.call('set', ['key', 1], { on: { views: [{ name: TelescopeState.join('a', 'b') }] } });
  expect(await state.view('a_b').get('key')).toBe(1);
  expect(await state.keys()).toEqual(['a_b_key']);
});

test('an indexed key is filled by both and read whole by both', async () => {
  const { python, state } = peers;
  const subKeys: Value[] = ['m000', 5, float(5.5), null, tuple(1, 'a'), Uint8Array.of(0xff), true, '1'];
  for (const [i, subKey] of subKeys.entries()) {
    if (i % 2 === 0) await python.call('set_indexed', ['gains', subKey, i]);
    else await state.setIndexed('gains', subKey, i);
  }
  const pairs = (described: Described) =>
    (described[1] as [Described, Described][]).map((pair) => JSON.stringify(pair)).toSorted();
  const whole = await python.call('item', ['gains']);
  expect(pairs(describeValue(await state.get('gains', { exact: true })))).toEqual(pairs(whole));
  expect(pairs(await python.call('item', ['gains'], { on: { backend: 'aio' } }))).toEqual(pairs(whole));
  expect(await state.getIndexed('gains', 'absent')).toBeUndefined();
  expect(await python.call('get_indexed', ['gains', 'absent'])).toEqual(['none']);
  proven('indexed keys, whole', 'Python → Alidade', subKeys.length);
  proven('indexed keys, whole', 'Alidade → Python', subKeys.length);
});

test('an indexed key in a view hides the one in the root for both', async () => {
  const { python, state } = peers;
  const on: On = { views: [{ name: 'beam' }] };
  await python.call('set_indexed', ['gains', 'a', 1]);
  expect(await state.view('beam').getIndexed('gains', 'a')).toBe(1);
  await state.view('beam').setIndexed('gains', 'b', 2);
  expect(await python.call('get_indexed', ['gains', 'a'], { on })).toEqual(['none']);
  expect(await state.view('beam').getIndexed('gains', 'a')).toBeUndefined();
  expect(await python.call('get_indexed', ['gains', 'b'], { on })).toEqual(['int', '2']);
});
