/** Snapshots that the real programs write, and what is in them. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSnapshot } from '../../src/store/rdb/index.ts';
import { openTelescopeState, type TelescopeState } from '../../src/telstate/index.ts';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { allCases, casesByKind, type ValueCase } from './cases/index.ts';
import { type Described, describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';
import { type Call, Named, type On } from './python.ts';

let peers: Peers;
let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
let cases: readonly ValueCase[];
beforeAll(async () => {
  buildCommand();
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  peers = await Peers.start();
  const [, names] = await peers.python.call('names');
  const known = new Set((names as Described[]).map(([, name]) => name));
  cases = allCases.filter(({ name }) => known.has(name));
}, 90_000);
afterAll(async () => {
  await peers.close();
  folder[Symbol.dispose]();
});

/** Sensors and indexed keys, small ones and such as Redis keeps in another form; keys of every kind. */
const sizes = [1, 60, 1000];
const oddKeys = ['', '7', '70000', '-1', '\udcff', 'é', 'k'.repeat(20_000)];

function fillingCalls(on: On): Call[] {
  const calls: Call[] = cases.map(({ name }) => ({ do: 'set', on, args: [name, new Named(name)] }));
  for (const key of oddKeys)
    calls.push({ do: 'set', on, args: [`odd ${key}`, key.length] }, { do: 'set', on, args: [key, 1] });
  for (const size of sizes) {
    for (let i = 0; i < size; i++) {
      calls.push({ do: 'add', on, args: [`sensor of ${size}`, i], named: { ts: i } });
      calls.push({ do: 'set_indexed', on, args: [`indexed of ${size}`, `m${i}`, i] });
    }
  }
  return calls;
}

/** Everything that {@link fillingCalls} put there, as a state here has it. */
async function expectWhole(state: TelescopeState): Promise<void> {
  const keys = cases.length + 2 * oddKeys.length + 2 * sizes.length;
  expect(await state.keys()).toHaveLength(keys);
  const read = await Promise.all(
    cases.map(async ({ name }) => [name, describeValue(await state.get(name, { exact: true }))]),
  );
  expect(read).toEqual(cases.map(({ name, value }) => [name, describeValue(value)]));
  for (const key of oddKeys) {
    expect(await state.get(key)).toBe(1);
    expect(await state.get(`odd ${key}`)).toBe(key.length);
  }
  for (const size of sizes) {
    const numbers = Array.from({ length: size }, (_, i) => i);
    const samples = await state.getRange(`sensor of ${size}`, { start: 0 });
    expect(samples).toEqual(numbers.map((i) => ({ value: i, timeSeconds: i })));
    const indexed = await state.get(`indexed of ${size}`);
    expect(indexed).toEqual(new Map(numbers.map((i) => [`m${i}`, i])));
  }
}

/** Writes a snapshot by a real program; gives its path. */
type Writer = () => Promise<string>;

async function savedByPython(on: On): Promise<string> {
  await peers.python.call('clear', [], { on });
  await peers.python.all(fillingCalls(on));
  const file = join(folder.path, `${on.backend}.rdb`);
  const [, [written, failed]] = (await peers.python.call('save', [file], { on })) as [string, Described[]];
  expect(Number(written?.[1])).toBeGreaterThan(cases.length);
  expect(failed).toEqual(['int', '0']);
  return file;
}

const writers: readonly { name: string; write: Writer }[] = [
  { name: "Python's RDBWriter, from its memory", write: () => savedByPython({ backend: 'memory' }) },
  { name: "Python's RDBWriter, from Redis", write: () => savedByPython({ backend: 'redis' }) },
  {
    name: "redis-server's SAVE",
    async write() {
      await peers.python.call('clear');
      await peers.python.all(fillingCalls({}));
      expect(await peers.server.command('SAVE')).toBe('+OK');
      return join(peers.server.folder, 'dump.rdb');
    },
  },
];

describe.each(writers)('a snapshot by $name', ({ write }) => {
  let file: string;
  beforeAll(async () => {
    file = await write();
  });

  test('opens as a store, whole', async () => {
    await using state = await openTelescopeState(file);
    await expectWhole(state);
    for (const [kind, all] of casesByKind)
      proven(`value: ${kind}`, 'snapshots', all.filter((of) => cases.includes(of)).length);
    proven('keys, sensors, indexed keys', 'snapshots', 2 * oddKeys.length + 2 * sizes.length);
  });

  test('loads into an embedded store, whole', async () => {
    await using state = await openTelescopeState('memory:');
    const { keys, skippedCount } = await loadSnapshot(state.space, file);
    expect([keys, skippedCount]).toEqual([cases.length + 2 * oddKeys.length + 2 * sizes.length, 0]);
    await expectWhole(state);
  });

  test('is loaded by the command into Redis, where Python finds all of it', async () => {
    const { python, server } = peers;
    await python.call('clear');
    const { status, stderr } = await shell.alidade('state', 'load', file, '--store', server.url);
    expect([status, stderr]).toEqual([0, '']);
    const read = await python.all(cases.map(({ name }) => ({ do: 'item', args: [name] })));
    expect(read).toEqual(cases.map(({ value }) => describeValue(value)));
    for (const size of sizes) {
      const [, samples] = await python.call('get_range', [`sensor of ${size}`], { named: { st: 0 } });
      expect(samples).toHaveLength(size);
      const [, indexed] = await python.call('get', [`indexed of ${size}`]);
      expect(indexed).toHaveLength(size);
    }
    proven('snapshot loaded by the command', 'Alidade → Python', cases.length + 2 * sizes.length);
  });

  test('is read in place by the command', async () => {
    const said = async (...args: string[]) => {
      const { status, stdout, stderr } = await shell.alidade('state', ...args, '--store', file);
      expect([status, stderr]).toEqual([0, '']);
      return stdout.trimEnd();
    };
    expect(await said('get', 'float/one', '--json')).toBe('1.0');
    expect(await said('get', 'int/1', '--json')).toBe('1');
    expect(await said('get', 'string scalar/<U3 0')).toContain('é');
    expect(await said('index', 'get', 'indexed of 60', 'm7')).toBe('7');
    expect((await said('range', 'sensor of 60', '--from', '58')).split('\n')).toHaveLength(2);
    expect(await said('keys', 'sensor of *')).toBe('sensor of 1\nsensor of 1000\nsensor of 60');
  });
});
