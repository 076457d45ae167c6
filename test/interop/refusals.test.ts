/** What one side refuses over the other, and what only one of them can store or read. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isAlidadeError } from '../../src/shared/errors.ts';
import {
  DecodeError,
  EncodeError,
  float,
  ImmutableKeyError,
  maxDepth,
  maxTupleDepth,
  NdArray,
  NpScalar,
  type TelescopeState,
  tuple,
  type Value,
} from '../../src/telstate/index.ts';
import { describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import type { Call } from './python.ts';

let peers: Peers;
beforeAll(async () => {
  peers = await Peers.start();
});
afterAll(() => peers.close());
beforeEach(() => peers.state.clear());

/** A write of each type, on either side. */
const writes: Readonly<
  Record<string, readonly [call: Call, here: (state: TelescopeState) => Promise<void>]>
> = {
  attribute: [{ do: 'set', args: ['key', 1] }, (state) => state.set('key', 1)],
  sensor: [{ do: 'add', args: ['key', 1], named: { ts: 1 } }, (state) => state.add('key', 1, { time: 1 })],
  'indexed key': [{ do: 'set_indexed', args: ['key', 'a', 1] }, (state) => state.setIndexed('key', 'a', 1)],
};
const changes = Object.keys(writes).flatMap((was) =>
  Object.keys(writes)
    .filter((is) => is !== was)
    .map((is) => ({ was, is })),
);

function write(type: string) {
  const found = writes[type];
  if (found === undefined) throw new Error(`no write of type ${type}`);
  return { call: found[0], here: found[1] };
}

describe.each(changes)('to make $was into $is', ({ was, is }) => {
  test('is refused by Python over what was written here', async () => {
    const { python, state } = peers;
    await write(was).here(state);
    const before = await state.get('key');
    for (const backend of ['redis', 'aio'] as const) {
      const { do: name, args = [], named = {} } = write(is).call;
      expect(await python.errorOf(name, args, { named, on: { backend } })).toBe('ImmutableKeyError');
    }
    expect(await state.get('key')).toEqual(before);
    proven('errors: change of type', 'Python sets again');
  });

  test('is refused here over what Python wrote', async () => {
    const { python, state } = peers;
    await python.all([write(was).call]);
    const before = await state.get('key');
    await expect(write(is).here(state)).rejects.toThrow(ImmutableKeyError);
    expect(await state.get('key')).toEqual(before);
    proven('errors: change of type', 'Alidade sets again');
  });
});

test('another value of an attribute or a sub-key is refused by each over the other, with the same names', async () => {
  const { python, state } = peers;
  await state.set('ours', 1);
  await state.setIndexed('our index', 'a', 1);
  await python.call('set', ['theirs', 1]);
  await python.call('set_indexed', ['their index', 'a', 1]);
  for (const backend of ['redis', 'aio'] as const) {
    expect(await python.errorOf('set', ['ours', 2], { on: { backend } })).toBe('ImmutableKeyError');
    expect(await python.errorOf('set_indexed', ['our index', 'a', 2], { on: { backend } })).toBe(
      'ImmutableKeyError',
    );
  }
  await expect(state.set('theirs', 2)).rejects.toThrow(
    "Attempt to change value of immutable key 'theirs' from 1 to 2",
  );
  await expect(state.setIndexed('their index', 'a', 2)).rejects.toThrow(
    "Attempt to change value of immutable key 'their index'['a'] from 1 to 2",
  );
  await expect(python.call('set', ['ours', 2])).rejects.toThrow(
    "Attempt to change value of immutable key 'ours' from 1 to 2",
  );
  proven('errors: change of value', 'Python sets again', 4);
  proven('errors: change of value', 'Alidade sets again', 2);
});

test('reading a key as what it is not, or that is not there', async () => {
  const { python, state } = peers;
  await state.set('ours', 1);
  await python.call('set', ['theirs', 1]);
  expect(await python.errorOf('get_range', ['ours'])).toBe('ImmutableKeyError');
  expect(await python.errorOf('get_indexed', ['ours', 'a'])).toBe('ImmutableKeyError');
  expect(await python.errorOf('wait_indexed', ['ours', 'a'])).toBe('ImmutableKeyError');
  expect(await python.errorOf('item', ['absent'])).toBe('KeyError');
  expect(await python.errorOf('get_range', ['absent'])).toBe('KeyError');
  await expect(state.getRange('theirs')).rejects.toThrow(ImmutableKeyError);
  await expect(state.getIndexed('theirs', 'a')).rejects.toThrow(ImmutableKeyError);
  await expect(state.waitIndexed('theirs', 'a')).rejects.toThrow(ImmutableKeyError);
  await expect(state.getOrThrow('absent')).rejects.toSatisfy((error) =>
    isAlidadeError(error, 'ALI_NOT_FOUND'),
  );
  await expect(state.getRange('absent')).rejects.toSatisfy((error) => isAlidadeError(error, 'ALI_NOT_FOUND'));
});

test.each(['set', 'object', 'object array', 'int of 65 bits', 'subclass of dict', 'lone surrogate'])(
  'Python cannot store: %s',
  async (name) => {
    expect(await peers.python.errorOf('set_odd', ['key', name])).toBe(
      name === 'lone surrogate' ? 'UnicodeEncodeError' : 'EncodeError',
    );
    expect(await peers.state.exists('key')).toBe(false);
  },
);

test.each<[string, unknown]>([
  ['a set', new Set([1])],
  ['an integer of 65 bits', 2n ** 64n],
  ['an integer below 64 bits', -(2n ** 63n) - 1n],
  ['a lone surrogate', '\ud800'],
  ['a date', new Date(0)],
])('cannot be stored here either: %s', async (_, value) => {
  await expect(peers.state.set('key', value)).rejects.toThrow(EncodeError);
  expect(await peers.python.call('exists', ['key'])).toEqual(['bool', false]);
});

test('a value that Python pickled is refused, named as what it is, and cannot be overwritten', async () => {
  const { python, state } = peers;
  await python.call('add', ['key', [1, 2]], { named: { immutable: true, encoding: 'pickle' } });
  await expect(state.get('key')).rejects.toThrow(DecodeError);
  await expect(state.get('key')).rejects.toThrow('pickled');
  expect(await state.keyType('key')).toBe('attribute');
  await expect(state.set('key', [1, 2])).rejects.toThrow(ImmutableKeyError);
  // Python refuses its own, too, unless it is told otherwise.
  expect(await python.errorOf('item', ['key'])).toBe('DecodeError');
  await using watch = await state.watch('sensor');
  await python.call('add', ['sensor', 1], { named: { ts: 5, encoding: 'pickle' } });
  expect((await watch.next()).value).toMatchObject({ event: 'undecodable', key: 'sensor', timeSeconds: 5 });
});

test.each<[name: string, value: Value]>([
  ['bytearray', new TextEncoder().encode('abc')],
  ['named tuple', tuple(1, float(2.5))],
  ['record array', new NdArray([['a', '<i2']], [1], Uint8Array.of(1, 0))],
  ['masked array', NdArray.of('<i2', [1, 2])],
  [
    'list 500 deep',
    Array(499)
      .fill(0)
      .reduce<Value>((list) => [list], []),
  ],
])('Python stores as something plainer, read here: %s', async (name, value) => {
  await peers.python.call('set_odd', ['key', name]);
  expect(describeValue(await peers.state.get('key', { exact: true }))).toEqual(describeValue(value));
  await peers.state.set('key', value);
  proven('value: stored as something plainer', 'Python → Alidade');
});

describe('differs on purpose: what Python can write but not read is read here', () => {
  test.each<[name: string, check: (value: Value) => void]>([
    [
      'dict of int keys',
      (value) =>
        expect(value).toEqual(
          new Map<Value, Value>([
            [1, 'a'],
            [float(2.5), 'b'],
          ]),
        ),
    ],
    ['type of 4000 fields', (value) => expect((value as NdArray).dtype.fields).toHaveLength(4000)],
    ['empty np.str_', (value) => expect((value as NpScalar).value).toBe('')],
    ['empty np.bytes_', (value) => expect((value as NpScalar).value).toEqual(new Uint8Array())],
  ])('%s', async (name, check) => {
    const { python, state } = peers;
    await python.call('set_odd', ['key', name]);
    expect(await python.errorOf('item', ['key'])).toBe('DecodeError');
    check(await state.getOrThrow('key', { exact: true }));
    // Setting it again leaves Python's bytes as they are.
    await state.set('key', await state.getOrThrow('key', { exact: true }));
  });
});

test.each<[string, number, (inner: Value) => Value]>([
  ['lists', maxDepth, (inner) => [inner]],
  // Python's reader takes a stack of its own for each: a little deeper, and its process ends by a stack overflow.
  ['tuples', maxTupleDepth, (inner) => tuple(inner)],
])('the deepest %s that are written here can be read by Python', async (_, depth, wrap) => {
  let deep: Value = wrap(1);
  for (let i = 1; i < depth; i++) deep = wrap(deep);
  await peers.state.set('key', deep);
  expect(await peers.python.call('depth', ['key'])).toEqual(['int', String(depth)]);
  proven('value: as deep as it goes', 'Alidade → Python');
});

test('aligned structures: Python fills the padding with whatever there is, so it may not set again what it read', async () => {
  const { python, state } = peers;
  const aligned = new NpScalar(
    [
      ['a', '|u1'],
      ['', '|V7'],
      ['b', '<f8'],
    ],
    new Uint8Array(16).fill(1),
  );
  await state.set('key', aligned);
  expect(describeValue(await state.get('key', { exact: true }))).toEqual(describeValue(aligned));
  // A scalar's padding comes back as a field of its own.
  const [kind, descriptor] = await python.call('item', ['key']);
  expect([kind, descriptor]).toEqual([
    'npscalar',
    [
      ['a', '|u1'],
      ['f1', '|V7'],
      ['b', '<f8'],
    ],
  ]);
});
