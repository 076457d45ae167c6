/** The built command on the Redis server of the real katsdptelstate. */
import { once } from 'node:events';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  Complex,
  float,
  formatJson,
  NdArray,
  NpScalar,
  tuple,
  type Value,
} from '../../src/telstate/index.ts';
import { buildCommand, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { describeValue } from './describe.ts';
import { Peers } from './peers.ts';
import { proven } from './proven.ts';

let peers: Peers;
let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeAll(async () => {
  buildCommand();
  folder = temporaryFolder();
  peers = await Peers.start();
  shell = new Shell(folder.path, { ALIDADE_STORE: peers.server.url });
}, 90_000);
afterAll(async () => {
  await peers.close();
  folder[Symbol.dispose]();
});
beforeEach(() => peers.state.clear());

/** Runs a verb that must succeed; what it printed. */
async function said(...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await shell.alidade('state', ...args);
  expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout.replace(/\n$/, '');
}

const status = async (...args: readonly string[]) => (await shell.alidade('state', ...args)).status;

/** What is typed, what it means, and a value that only looks the same. */
const typed: readonly (readonly [text: string, value: Value, other: Value])[] = [
  ['1.0', float(1), 1],
  ['1', 1, float(1)],
  ['-0.0', float(-0), float(0)],
  ['1e3', float(1000), 1000],
  ['18446744073709551615', 2n ** 64n - 1n, float(2 ** 64)],
  ['true', true, 1],
  ['null', null, 'null'],
  ['MKE-062', 'MKE-062', 'MKE-63'],
  ['"1.0"', '1.0', float(1)],
  ['', '', ' '],
  ['[1, 2.0, "é𝛼"]', [1, float(2), 'é𝛼'], [1, 2, 'é𝛼']],
  [
    '{"b": 1, "a": {"x": [null]}}',
    new Map<Value, Value>([
      ['b', 1],
      ['a', new Map([['x', [null]]])],
    ]),
    new Map<Value, Value>([
      ['a', new Map([['x', [null]]])],
      ['b', 1],
    ]),
  ],
  ['{"$tuple": [1, 2]}', tuple(1, 2), [1, 2]],
  ['{"$complex": [0.5, -1.0]}', new Complex(0.5, -1), float(0.5)],
  ['{"$float": "nan"}', float(Number.NaN), 'nan'],
  ['{"$bytes": "AP8="}', Uint8Array.of(0, 255), Uint8Array.of(0, 254)],
  ['{"$npscalar": {"dtype": "float32", "value": 1}}', NpScalar.of('float32', 1), float(1)],
  [
    '{"$ndarray": {"dtype": "<f4", "values": [[1, 2.5]]}}',
    NdArray.of('<f4', [[1, 2.5]]),
    NdArray.of('<f8', [[1, 2.5]]),
  ],
];

describe.each(typed)('set %s', (text, value, other) => {
  test('Python reads what is meant, sets it again, and is refused what only looks the same', async () => {
    const { python } = peers;
    await said('set', 'key', text);
    expect(await python.call('item', ['key'])).toEqual(describeValue(value));
    await python.call('set', ['key', value]);
    expect(await python.errorOf('set', ['key', other])).toBe('ImmutableKeyError');
    proven('command: set and get', 'Alidade → Python');
    proven('command: set and get', 'Python sets again');
  });

  test('Python sets the value; get prints it so that it can be set again', async () => {
    await peers.python.call('set', ['key', value]);
    const json = await said('get', 'key', '--json');
    expect(json).toBe(formatJson(value));
    await said('set', 'key', json);
    await said('set', 'key', text);
    proven('command: set and get', 'Python → Alidade');
    proven('command: set and get', 'Alidade sets again');
  });
});

test('set refuses another value than Python has set; a plain integer is the same as its float, a float is not its integer', async () => {
  const { python } = peers;
  await python.call('set', ['float', float(1)]);
  await python.call('set', ['int', 1]);
  expect(await status('set', 'float', '1')).toBe(0);
  expect(await status('set', 'int', '1.0')).toBe(5);
  expect(await status('set', 'int', '2')).toBe(5);
  expect(await status('add', 'int', '1')).toBe(5);
  expect(await status('index', 'set', 'int', 'a', '1')).toBe(5);
});

test('add and range', async () => {
  const { python } = peers;
  await said('add', 'wind_speed', '6.25', '--time', '1500000000.5');
  await python.call('add', ['wind_speed', float(7)], { named: { ts: 1500000001 } });
  await said('add', 'wind_speed', '8', '--time', '2017-07-14T02:40:02Z');
  expect(await python.call('get_range', ['wind_speed'], { named: { st: 0 } })).toEqual([
    'list',
    [
      ['tuple', [describeValue(6.25), describeValue(1500000000.5)]],
      ['tuple', [describeValue(float(7)), describeValue(float(1500000001))]],
      ['tuple', [describeValue(8), describeValue(float(1500000002))]],
    ],
  ]);
  const range = await said('range', 'wind_speed', '--from', '1500000000', '--to', '1500000002', '--json');
  expect(JSON.parse(range)).toEqual([
    { time: 1500000000.5, value: 6.25 },
    { time: 1500000001, value: 7 },
  ]);
  expect(range).toContain('"value":7.0');
  proven('command: add and range', 'Alidade → Python', 2);
  proven('command: add and range', 'Python → Alidade', 2);
});

test('index, type, keys and delete', async () => {
  const { python } = peers;
  await said('index', 'set', 'gains', 'm062', '0.75');
  await python.call('set_indexed', ['gains', 5, tuple(1)]);
  expect(await python.call('get_indexed', ['gains', 'm062'])).toEqual(describeValue(0.75));
  expect(await said('index', 'get', 'gains', '5', '--json')).toBe('{"$tuple":[1]}');
  await python.call('add', ['wind_é', 1]);
  await python.call('set', ['odd\udcff', 1]);
  expect(JSON.parse(await said('keys', '--json'))).toEqual(['gains', 'odd\udcff', 'wind_é']);
  expect(await said('type', 'gains')).toBe('indexed');
  expect(await said('type', 'wind_é')).toBe('sensor');
  await said('delete', 'wind_é');
  expect(await python.call('exists', ['wind_é'])).toEqual(['bool', false]);
  await said('clear', '--yes');
  expect(await python.call('keys')).toEqual(['list', []]);
  proven('command: index, type, keys, delete, clear', 'Alidade → Python', 3);
  proven('command: index, type, keys, delete, clear', 'Python → Alidade', 3);
});

test('views', async () => {
  const { python } = peers;
  const on = { views: [{ name: 'sub' }, { name: 'beam' }] };
  await said('set', 'target', 'J1939', '--view', 'beam,sub');
  expect(await python.call('item', ['target'], { on })).toEqual(['text', 'J1939']);
  await python.call('set', ['source', 'here'], { on });
  expect(await said('get', 'source', '--view', 'beam,sub')).toBe('here');
  expect(await said('keys')).toBe('beam_source\nbeam_target');
  proven('command: views', 'Alidade → Python');
  proven('command: views', 'Python → Alidade');
});

describe('waiting', () => {
  test('add wakes a wait_key of Python', async () => {
    const { python } = peers;
    for (const backend of ['redis', 'aio'] as const) {
      const waiting = python.call('wait_key', [backend], {
        on: { backend },
        named: { condition: 'above 5' },
      });
      await said('add', backend, '1');
      await said('add', backend, '9');
      const [, asked] = await waiting;
      expect((asked as unknown[]).length).toBeGreaterThan(0);
      proven('command: wait and watch', 'Alidade → Python');
    }
  });

  test('Python wakes wait, with and without a condition, and wait --sub', async () => {
    const { python } = peers;
    const waits = [
      shell.alidade('state', 'wait', 'sensor', '--condition', 'value > 5', '--timeout', '50s'),
      shell.alidade('state', 'wait', 'attribute', '--timeout', '50s'),
      shell.alidade('state', 'wait', 'indexed', '--sub', 'm062', '--timeout', '50s'),
    ];
    await python.call('add', ['sensor', 1]);
    await python.call('add', ['sensor', 9]);
    await python.call('set', ['attribute', 'there']);
    await python.call('set_indexed', ['indexed', 'm000', 1]);
    await python.call('set_indexed', ['indexed', 'm062', 2]);
    const results = await Promise.all(waits);
    expect(results.map((result) => [result.status, result.stdout.trim()])).toEqual([
      [0, '9'],
      [0, 'there'],
      [0, '2'],
    ]);
    proven('command: wait and watch', 'Python → Alidade', waits.length);
  });

  test('watch prints what Python adds', async () => {
    const { python } = peers;
    await python.call('add', ['sensor', 1], { named: { ts: 10 } });
    const child = shell.start('state', 'watch', 'sensor', '--from', 'current', '--json');
    const lines = linesOf(child);
    const next = async () => JSON.parse((await lines.next()).value as string) as object;
    expect(await next()).toMatchObject({ key: 'sensor', time: 10, value: 1 });
    await python.call('add', ['sensor', float(2)], { named: { ts: 20 }, on: { backend: 'aio' } });
    expect(await next()).toMatchObject({ key: 'sensor', time: 20, value: 2 });
    const ended = once(child, 'close');
    child.kill('SIGINT');
    await ended;
    proven('command: wait and watch', 'Python → Alidade', 2);
  });
});
