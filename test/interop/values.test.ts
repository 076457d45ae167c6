import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeValue, type Value } from '../../src/telstate/index.ts';
import { allCases, casesByKind, kindOf, longDoubleCases, type ValueCase } from './cases/index.ts';
import { type Described, describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import { Named } from './python.ts';

let peers: Peers;
let names: ReadonlySet<unknown>;
beforeAll(async () => {
  peers = await Peers.start();
  const [, list] = await peers.python.call('names');
  names = new Set((list as Described[]).map(([, name]) => name));
});
afterAll(() => peers.close());

/** What is said of each case, by its name. */
async function each<T>(
  cases: readonly ValueCase[],
  say: (of: ValueCase) => Promise<T>,
): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(cases.map(async (of) => [of.name, await say(of)] as const)));
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('both sides have the same cases', () => {
  const ours = allCases.filter((of) => names.has(of.name) || !longDoubleCases.includes(of));
  expect(ours.map(({ name }) => name).toSorted()).toEqual([...names].toSorted());
});

describe.each([...casesByKind.keys()])('%s', (kind) => {
  let cases: readonly ValueCase[];
  beforeAll(async () => {
    cases = (casesByKind.get(kind) ?? []).filter(({ name }) => names.has(name));
    await peers.python.all(cases.map(({ name }) => ({ do: 'set', args: [`p/${name}`, new Named(name)] })));
    await Promise.all(cases.map(({ name, value }) => peers.state.set(`t/${name}`, value)));
  });

  test('Python writes, read here exactly, byte by byte, and plainly', async () => {
    const { state } = peers;
    const exact = await each(cases, async ({ name }) =>
      describeValue(await state.getOrThrow(`p/${name}`, { exact: true })),
    );
    expect(exact).toEqual(await each(cases, async ({ value }) => describeValue(value)));
    const encoded = await each(cases, async ({ name }) =>
      hex((await state.getOrThrow(`p/${name}`, { encoded: true })) as Uint8Array),
    );
    expect(encoded).toEqual(await each(cases, async ({ value }) => hex(encodeValue(value))));
    const plain = await each(cases, ({ name }) => state.getOrThrow(`p/${name}`));
    expect(plain).toEqual(await each(cases, async (of) => of.plain));
    proven(`value: ${kind}`, 'Python → Alidade', cases.length);
  });

  test('written here, Python reads the equal value of the same type', async () => {
    const { python } = peers;
    const read = await python.all(cases.map(({ name }) => ({ do: 'item', args: [`t/${name}`] })));
    const own = await python.all(cases.map(({ name }) => ({ do: 'echo', args: [new Named(name)] })));
    const byName = (described: readonly Described[]) =>
      Object.fromEntries(cases.map((of, i) => [of.name, described[i]]));
    expect(byName(read)).toEqual(byName(own));
    proven(`value: ${kind}`, 'Alidade → Python', cases.length);
  });

  test('Python sets again what was written here', async () => {
    const outcomes = await peers.python.run(
      cases.map(({ name }) => ({ do: 'set', args: [`t/${name}`, new Named(name)] })),
    );
    expect(outcomes).toEqual(cases.map(() => ({ value: ['none'] })));
    proven(`value: ${kind}`, 'Python sets again', cases.length);
  });

  test('what Python wrote is set again here: by its own value, and as it was read', async () => {
    const { state } = peers;
    const outcome = await each(cases, async ({ name, value }) => {
      await state.set(`p/${name}`, value);
      await state.set(`p/${name}`, await state.getOrThrow(`p/${name}`, { exact: true }));
      const plain = await state.getOrThrow(`p/${name}`);
      if (typeof plain === 'number' || typeof plain === 'string') await state.set(`p/${name}`, plain);
    });
    expect(Object.keys(outcome)).toHaveLength(cases.length);
    proven(`value: ${kind}`, 'Alidade sets again', cases.length);
  });

  test('as samples of a sensor, in order of time', async () => {
    const { python, state } = peers;
    const sensor = (side: string) => `${side}-sensor/${kind}`;
    const add = cases.map(({ name }, i) => ({
      do: 'add',
      args: [sensor('p'), new Named(name)],
      named: { ts: i },
    }));
    await python.all(add);
    const samples = await state.getRange(sensor('p'), { start: 0, exact: true });
    expect(samples.map(({ value, timeSeconds }) => [describeValue(value), timeSeconds])).toEqual(
      cases.map(({ value }, i) => [describeValue(value), i]),
    );
    await state.addMany(
      sensor('t'),
      cases.map(({ value }, i) => ({ value, timeSeconds: i })),
    );
    // The very same samples again: one of each.
    await python.all(add.map(({ args: [, value], ...rest }) => ({ ...rest, args: [sensor('t'), value] })));
    expect(await python.call('get_range', [sensor('t')], { named: { st: 0 } })).toEqual(
      await python.call('get_range', [sensor('p')], { named: { st: 0 } }),
    );
  });
});

/** What Python can hash, and reads back. */
const subKeyKinds = [
  'none',
  'bool',
  'int',
  'float',
  'text',
  'bytes',
  'complex',
  'tuple',
  'number scalar',
  'string scalar',
  'time scalar',
];

test('sub-keys of every kind that can be one', async () => {
  const { python, state } = peers;
  const able = allCases.filter(
    ({ name, value }) =>
      subKeyKinds.includes(kindOf(name)) &&
      // Times without a unit have no hash.
      !/[Mm]8 \d$/.test(name) &&
      // The longest key and sub-key of a store.
      encodeValue(value).length <= 65_536,
  );
  // NumPy turns big-endian scalars round: they are no sub-keys of their own.
  const cases = [...new Map(able.map((of) => [hex(encodeValue(of.value)), of])).values()];
  await python.all(
    cases.map(({ name }) => ({ do: 'set_indexed', args: ['p-indexed', new Named(name), name] })),
  );
  await Promise.all(cases.map(({ name, value }) => state.setIndexed('t-indexed', value, name)));
  expect(await each(cases, ({ value }) => state.getIndexed('p-indexed', value))).toEqual(
    await each(cases, async ({ name }) => name),
  );
  const read = await python.all(
    cases.map(({ name }) => ({ do: 'get_indexed', args: ['t-indexed', new Named(name)] })),
  );
  expect(read).toEqual(cases.map(({ name }) => ['text', name]));
  await python.all(
    cases.map(({ name }) => ({ do: 'set_indexed', args: ['t-indexed', new Named(name), name] })),
  );
  await Promise.all(cases.map(({ name, value }) => state.setIndexed('p-indexed', value, name)));
  const indexed = (await state.getOrThrow('p-indexed', { exact: true })) as Map<Value, Value>;
  expect(new Set(indexed.values())).toEqual(new Set(cases.map(({ name }) => name)));
  for (const direction of [
    'Python → Alidade',
    'Alidade → Python',
    'Alidade sets again',
    'Python sets again',
  ] as const) {
    proven('sub-key of any kind', direction, cases.length);
  }
});
