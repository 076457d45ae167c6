/** `alidade state` as a user has it: the built command, run as processes of their own on a store in a folder. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { buildCommand, finished, linesOf, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

const snapshots = join(import.meta.dirname, '../fixtures/telstate/rdb');

beforeAll(buildCommand, 60_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(() => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
});
afterEach(() => folder[Symbol.dispose]());

const state = (...args: readonly string[]): Promise<Result> => shell.alidade('state', ...args);

const said = (...args: readonly string[]): Promise<string> => shell.said('state', ...args);
const refused = (status: number, ...args: readonly string[]): Promise<string> =>
  shell.refused(status, 'state', ...args);

describe('set and get', () => {
  test.each([
    ['text', 'Ada Lovelace', 'Ada Lovelace', '"Ada Lovelace"'],
    ['text that looks like JSON, in quotes', '"1.0"', '1.0', '"1.0"'],
    ['an integer', '-5', '-5', '-5'],
    ['a float without a fraction', '1.0', '1.0', '1.0'],
    ['an integer beyond 2^53', '9007199254740993', '9007199254740993', '9007199254740993'],
    ['a boolean', 'true', 'true', 'true'],
    ['nothing', 'null', 'null', 'null'],
    ['a list', '[1, 2.5, "x"]', '[1, 2.5, "x"]', '[1,2.5,"x"]'],
    ['a dictionary', '{"b": 1, "a": [null]}', '{"b": 1, "a": [null]}', '{"b":1,"a":[null]}'],
    ['text of several lines', 'one\n  two', 'one\n  two', '"one\\n  two"'],
  ])('%s', async (_, given, shown, json) => {
    expect(await said('set', 'key', given)).toBe('');
    expect(await said('get', 'key')).toBe(shown);
    expect((await said('get', 'key', '--json')).replace(/([:,]) /g, '$1')).toBe(json);
  });

  test('an array is summarised, and whole with --json', async () => {
    const values = JSON.stringify(Array.from({ length: 100 }, (_, i) => i));
    await said('set', 'key', `{"$ndarray": {"dtype": "<u2", "values": ${values}}}`);
    expect(await said('get', 'key')).toBe('<u2 array (100): [0, 1, 2, …]');
    const json = await said('get', 'key', '--json');
    await said('set', 'copy', json);
    expect(await said('get', 'copy', '--json')).toBe(json);
    expect(await refused(2, 'set', 'other', '{"$ndarray": 1}')).toContain('(ALI_ENCODE)');
  });

  test('an attribute keeps its value: the same again is fine, another is refused', async () => {
    await said('set', 'key', '1');
    await said('set', 'key', '1');
    expect(await refused(5, 'set', 'key', '2')).toContain("'key'");
    expect(await refused(5, 'add', 'key', '2')).toContain('(ALI_IMMUTABLE)');
    expect(await said('get', 'key')).toBe('1');
  });

  test('control characters do not reach the terminal', async () => {
    await said('set', 'key', '\u001b[2Jgone');
    expect(await said('get', 'key')).toBe('\\x1b[2Jgone');
  });
});

describe('add and range', () => {
  beforeEach(async () => {
    for (const time of ['100', '110.5', '120'])
      await said('add', 'wind', `${Number(time) / 100}`, '--time', time);
  });

  test('a range is a table of times and values', async () => {
    expect(await said('range', 'wind', '--from', '0')).toBe(
      '1970-01-01T00:01:40.000000Z  1\n1970-01-01T00:01:50.500000Z  1.105\n1970-01-01T00:02:00.000000Z  1.2',
    );
    expect(await said('get', 'wind')).toBe('1.2');
  });

  test.each([
    [[], [120]],
    [['--to', '115'], [110.5]],
    [
      ['--from', '110'],
      [110.5, 120],
    ],
    [
      ['--from', '100', '--to', '120'],
      [100, 110.5],
    ],
    [
      ['--from', '100', '--to', '1970-01-01T00:02:00Z', '--include-end'],
      [100, 110.5, 120],
    ],
    [
      ['--from', '115', '--include-previous'],
      [110.5, 120],
    ],
    [['--from', '-10s'], []],
  ])('range %s gives the samples at %s', async (options, times) => {
    const samples = JSON.parse(await said('range', 'wind', ...options, '--json')) as { time: number }[];
    expect(samples.map(({ time }) => time)).toEqual(times);
  });

  test('a sample without a time is of now', async () => {
    const before = Date.now() / 1000;
    await said('add', 'rain', 'false');
    const [sample] = JSON.parse(await said('range', 'rain', '--json')) as { time: number; value: unknown }[];
    expect(sample?.value).toBe(false);
    expect(sample?.time).toBeGreaterThanOrEqual(before);
    expect(sample?.time).toBeLessThanOrEqual(Date.now() / 1000 + 0.001);
    expect((await said('range', 'rain', '--from', '-1m')).split('\n')).toHaveLength(1);
  });

  test('a range of what is no sensor is refused, of what is not there not found', async () => {
    await said('set', 'key', '1');
    expect(await refused(5, 'range', 'key')).toContain("'get' prints its value");
    expect(await refused(3, 'range', 'nothing')).toContain("'nothing'");
  });

  test('a reader that has had enough ends the table quietly', async () => {
    const { status, stdout, stderr } = await shell.sh('alidade state range wind --from 0 | head -n 1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('00:01:40');
    const closed = shell.start('state', 'watch', 'wind', '--from', '0');
    closed.stdout.destroy();
    expect(await finished(closed)).toMatchObject({ status: 0, stderr: '' });
  });

  test('output that cannot be written is an error, and a log that cannot is none', async () => {
    const full = await shell.sh('alidade state keys > /dev/full');
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(
      /^alidade: the output cannot be written: ENOSPC.* \(ALI_FILE_NOT_WRITTEN\)\n$/,
    );
    const { status } = await shell.sh('alidade state get nowhere 2> /dev/full');
    expect(status).toBe(3);
  });
});

test('indexed keys: set, get one, get all', async () => {
  await said('index', 'set', 'gains', 'm000', '1.0');
  await said('index', 'set', 'gains', '7', '[2]');
  expect(await said('index', 'get', 'gains', 'm000')).toBe('1.0');
  expect(await said('index', 'get', 'gains', '7', '--json')).toBe('[2]');
  const rows = ['7     [2]', 'm000  1.0'];
  expect((await said('index', 'get', 'gains')).split('\n').sort()).toEqual(rows);
  expect((await said('get', 'gains')).split('\n').sort()).toEqual(rows);
  expect(JSON.parse(await said('get', 'gains', '--json'))).toEqual(
    expect.arrayContaining([
      { subkey: 'm000', value: 1 },
      { subkey: 7, value: [2] },
    ]),
  );
  expect(await refused(3, 'index', 'get', 'gains', 'm001')).toContain('gains[m001]');
  expect(await refused(3, 'index', 'get', 'nothing')).toContain('(ALI_NOT_FOUND)');
  expect(await refused(5, 'index', 'set', 'gains', 'm000', '2.0')).toContain('(ALI_IMMUTABLE)');
  expect(await refused(2, 'index', 'set', 'gains', '[1]', '2.0')).toContain('(ALI_ENCODE)');
});

test('type and keys', async () => {
  await said('set', 'observer', 'Ada');
  await said('add', 'wind', '1');
  await said('index', 'set', 'gains', 'm000', '1');
  expect(await said('type', 'observer')).toBe('attribute');
  expect(await said('type', 'wind')).toBe('sensor');
  expect(await said('type', 'gains', '--json')).toBe('"indexed"');
  expect(await said('keys')).toBe('gains\nobserver\nwind');
  expect(await said('keys', '[f-h]*')).toBe('gains');
  expect(JSON.parse(await said('keys', '--json'))).toEqual(['gains', 'observer', 'wind']);
  expect(await said('keys', 'x*')).toBe('');
  expect(await said('keys', 'x*', '--json')).toBe('[]');
  expect(await refused(3, 'type', 'nothing')).toContain("'nothing'");
});

describe('wait', () => {
  beforeEach(() => said('add', 'wind', '3', '--time', '100'));

  test('is over at once when it is so already', async () => {
    expect(await said('wait', 'wind')).toBe('3');
    expect(await said('wait', 'wind', '--condition', 'value == 3 and time == 100', '--json')).toBe('3');
  });

  test('gives up after its timeout', async () => {
    const wait = (...args: readonly string[]) => refused(4, 'wait', ...args, '--timeout', '20ms');
    expect(await wait('wint')).toBe(
      "alidade: timed out after 0.02 s waiting for 'wint': there is no such key; did you mean 'wind'? (ALI_TIMEOUT)",
    );
    expect(await wait('wind', '--condition', 'value > 5')).toContain(
      "waiting for 'wind' to fulfil value > 5: the last value was 3 at 1970-01-01T00:01:40.000000Z (ALI_TIMEOUT)",
    );
    await said('index', 'set', 'gains', 'm000', '1.0');
    expect(await wait('gains', '--sub', 'm001')).toContain("'gains'['m001']: 'gains' has no such sub-key");
    expect(await wait('gains', '--sub', 'm000', '--condition', 'value > 5')).toContain('last value was 1.0');
    expect(await refused(5, 'wait', 'wind', '--sub', 'm000')).toContain("'wind' is a sensor");
  });

  test('is woken by another process', async () => {
    const waiting = finished(
      shell.start('state', 'wait', 'wind', '--condition', 'value > 5', '--timeout', '15s'),
    );
    await said('add', 'wind', '4', '--time', '200');
    await said('add', 'wind', '6.5', '--time', '300');
    expect(await waiting).toEqual({ status: 0, stdout: '6.5\n', stderr: '' });
  });

  test('waits for a sub-key', async () => {
    await said('index', 'set', 'gains', 'm000', '1');
    const waiting = finished(
      shell.start(
        'state',
        'wait',
        'gains',
        '--sub',
        'm062',
        '--condition',
        'value[0] == 2',
        '--timeout',
        '15s',
      ),
    );
    await said('index', 'set', 'gains', 'm062', '[2]');
    expect(await waiting).toEqual({ status: 0, stdout: '[2]\n', stderr: '' });
  });

  test('prints an indexed key as get does', async () => {
    await said('index', 'set', 'gains', 'm000', '1.0');
    for (const options of [[], ['--json']]) {
      expect(await said('wait', 'gains', ...options)).toBe(await said('get', 'gains', ...options));
    }
  });

  test('a condition that makes no sense is bad input, with a caret under the place', async () => {
    expect(await refused(2, 'wait', 'wind', '--condition', 'value >')).toBe(
      'alidade: --condition: expected a value before the end, at column 8 (ALI_EXPRESSION)\n  value >\n         ^',
    );
    expect(await refused(2, 'wait', 'wind', '--condition', "value < 'a'")).toContain('(ALI_EXPRESSION)');
  });
});

describe('watch', () => {
  test('prints every update, and ends with 0 at Ctrl-C', async () => {
    await said('add', 'wind', '1', '--time', '100');
    await said('index', 'set', 'gains', 'm000', '1.0');
    const watching = shell.start(
      'state',
      'watch',
      'wind',
      'gains',
      'observer',
      '--from',
      'current',
      '--json',
    );
    const ended = finished(watching);
    const lines = linesOf(watching);
    const next = async () => JSON.parse((await lines.next()).value as string) as unknown;
    expect([await next(), await next()]).toEqual(
      expect.arrayContaining([
        { event: 'update', key: 'wind', type: 'sensor', time: 100, value: 1 },
        { event: 'update', key: 'gains', type: 'indexed', subkey: 'm000', value: 1 },
      ]),
    );
    await said('add', 'wind', '2', '--time', '200');
    expect(await next()).toEqual({ event: 'update', key: 'wind', type: 'sensor', time: 200, value: 2 });
    await said('add', 'wind', '1.5', '--time', '150');
    expect(await next()).toEqual({
      event: 'update',
      key: 'wind',
      type: 'sensor',
      time: 150,
      late: true,
      value: 1.5,
    });
    await said('set', 'observer', 'Ada');
    expect(await next()).toEqual({ event: 'update', key: 'observer', type: 'attribute', value: 'Ada' });
    watching.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('prints lines of time, key and value', async () => {
    await said('add', 'wind', '1', '--time', '100');
    await said('index', 'set', 'gain', 'm000', '1.0');
    const watching = shell.start('state', 'watch', 'wind', 'gain', '--from', 'current');
    const ended = finished(watching);
    const lines = linesOf(watching);
    const both = [(await lines.next()).value as string, (await lines.next()).value as string];
    expect(both).toContain('1970-01-01T00:01:40.000000Z  wind  1');
    expect(both).toContainEqual(expect.stringMatching(/^\d{4}-\S+Z {2}gain {2}\[m000\] 1\.0$/));
    watching.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });
});

test('delete removes a key; one that is not there is not found', async () => {
  await said('set', 'key', '1');
  await said('delete', 'key');
  expect(await refused(3, 'get', 'key')).toContain("'key' not found in sqlite:");
  expect(await refused(3, 'delete', 'key')).toContain('(ALI_NOT_FOUND)');
});

test('clear needs --yes', async () => {
  await said('set', 'key', '1');
  expect(await refused(5, 'clear')).toContain('--yes');
  expect(await said('keys')).toBe('key');
  await said('clear', '--yes');
  expect(await said('keys')).toBe('');
});

describe('snapshots', () => {
  const snapshot = join(snapshots, 'mem_tiny.rdb');

  test('load reads a file or standard input', async () => {
    expect(await said('load', snapshot)).toMatch(/^loaded \d+ keys from .*mem_tiny\.rdb into sqlite:/);
    const keys = await said('keys', '--json');
    const fed = await shell.feed(
      readFileSync(snapshot),
      'state',
      'load',
      '-',
      '--json',
      '--store',
      'sqlite:other',
    );
    expect(fed).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(fed.stdout)).toEqual({ keys: (JSON.parse(keys) as string[]).length, skipped: 0 });
    expect(await said('keys', '--json', '--store', 'sqlite:other')).toBe(keys);
  });

  test('of a damaged one nothing is loaded', async () => {
    const damaged = readFileSync(snapshot).subarray(0, -20);
    const fed = await shell.feed(damaged, 'state', 'load', '-');
    expect(fed).toMatchObject({ status: 2, stdout: '' });
    expect(fed.stderr).toMatch(/^alidade: .*standard input.* \(ALI_SNAPSHOT\)\n$/);
    expect(await said('keys')).toBe('');
    for (const args of [
      ['load', 'nowhere.rdb'],
      ['keys', '--store', 'nowhere.rdb'],
    ]) {
      expect(await refused(3, ...args)).toBe(
        'alidade: there is no snapshot file nowhere.rdb (ALI_STORE_NOT_FOUND)',
      );
    }
    expect(await refused(2, 'load', '.')).toContain('cannot read the snapshot .: it is a folder');
  });

  test('a file of something else is called that', async () => {
    for (const content of ['hello', 'a text that is longer than a head']) {
      const fed = await shell.feed(Buffer.from(content), 'state', 'load', '-');
      expect(fed).toMatchObject({ status: 2, stderr: expect.stringContaining('REDIS (at byte 0)') });
    }
    const fed = await shell.feed(Buffer.from('REDI'), 'state', 'load', '-');
    expect(fed.stderr).toContain('it is cut off (at byte 4)');
    expect((await shell.feed(Buffer.alloc(0), 'state', 'load', '-')).stderr).toContain('it is empty');
  });

  test('what the store has stays unless --replace is said; the rest is merged', async () => {
    const other = ['--store', 'sqlite:other'];
    await said('set', 'observer', 'Ada', ...other);
    await said('set', 'wind', 'calm', ...other);
    await said('set', 'mode', 'slew', ...other);
    await said('add', 'rain', '1', '--time', '100', ...other);
    await said('index', 'set', 'gains', 'm000', '1', ...other);
    await said('index', 'set', 'gains', 'm001', '1', ...other);
    await said('dump', 'night.rdb', ...other);
    await said('set', 'observer', 'Bo');
    await said('add', 'wind', '5', '--time', '50');
    await said('set', 'mode', 'slew');
    await said('add', 'rain', '2', '--time', '200');
    await said('index', 'set', 'gains', 'm000', '2');

    const { status, stdout, stderr } = await state('load', 'night.rdb');
    expect(status).toBe(5);
    expect(stdout).toMatch(/^loaded 2 keys from night\.rdb into sqlite:/);
    expect(stdout).toContain("  2 keys left as in the store, with another value: 'gains', 'observer'\n");
    expect(stdout).toContain("  1 key left as in the store, as a key of another type: 'wind'\n");
    expect(stderr).toContain('3 keys of night.rdb would change what is in the store');
    expect(stderr).toContain('--replace');
    expect(await said('get', 'observer')).toBe('Bo');
    expect(await said('type', 'wind')).toBe('sensor');
    expect(await said('index', 'get', 'gains', 'm000')).toBe('2');
    expect(await said('index', 'get', 'gains', 'm001')).toBe('1');
    expect((await said('range', 'rain', '--from', '0')).split('\n')).toHaveLength(2);

    const replaced = JSON.parse(await said('load', 'night.rdb', '--replace', '--json')) as unknown;
    expect(replaced).toEqual({ keys: 5, skipped: 0 });
    expect(await said('get', 'observer')).toBe('Ada');
    expect(await said('get', 'wind')).toBe('calm');
    expect(await said('index', 'get', 'gains', 'm000')).toBe('1');
    expect((await said('range', 'rain', '--from', '0')).split('\n')).toHaveLength(2);
    expect(await said('load', 'night.rdb')).toMatch(/^loaded 5 keys [^\n]*$/);
  });

  test('a snapshot is a store that can only be read', async () => {
    const keys = (await said('keys', '--store', snapshot)).split('\n');
    expect(keys.length).toBeGreaterThan(1);
    expect(await said('type', keys[0] ?? '', '--store', snapshot)).toMatch(/^(attribute|sensor|indexed)$/);
    expect(await refused(5, 'set', 'key', '1', '--store', snapshot)).toContain('(ALI_READ_ONLY)');
    expect(await refused(2, 'watch', 'key', '--store', snapshot)).toContain('never changes');
    expect(await refused(4, 'wait', 'nothing', '--store', snapshot)).toContain('(ALI_TIMEOUT)');
    expect(await refused(3, 'keys', '--store', 'nowhere.rdb')).toContain('nowhere.rdb');
  });
});

describe('dump', () => {
  beforeEach(async () => {
    await said('set', 'observer', 'Ada');
    await said('add', 'wind', '1', '--time', '100');
    await said('index', 'set', 'gains', 'm000', '1');
  });

  test('a file can be read as a store, and loaded', async () => {
    expect(await said('dump', 'night.rdb')).toMatch(
      /^wrote 3 keys \(0\.0 MB\) from sqlite:.* into night\.rdb$/,
    );
    expect(await said('keys', '--store', 'night.rdb')).toBe('gains\nobserver\nwind');
    expect(await said('get', 'observer', '--store', 'night.rdb')).toBe('Ada');
    expect(await said('range', 'wind', '--store', 'night.rdb')).toBe(await said('range', 'wind'));
    expect(await said('dump', 'copy.rdb', '--store', 'night.rdb', '--json')).toBe(
      JSON.stringify({ keys: 3, failed: 0, bytes: readFileSync(join(folder.path, 'night.rdb')).length }),
    );
    expect(readFileSync(join(folder.path, 'copy.rdb'))).toEqual(readFileSync(join(folder.path, 'night.rdb')));
  });

  test('standard output has the snapshot and nothing else', async () => {
    await said('dump', 'night.rdb');
    const piped = await shell.sh('alidade state dump - --json > piped.rdb');
    expect({ ...piped, stderr: JSON.parse(piped.stderr) as unknown }).toMatchObject({
      status: 0,
      stdout: '',
      stderr: { keys: 3, failed: 0 },
    });
    expect(readFileSync(join(folder.path, 'piped.rdb'))).toEqual(
      readFileSync(join(folder.path, 'night.rdb')),
    );
  });

  test('keys are chosen by globs; of one that matches nothing is told', async () => {
    expect(await said('dump', 'some.rdb', '--keys', 'wi*', 'g*', '*s')).toContain('wrote 2 keys');
    expect(await said('keys', '--store', 'some.rdb')).toBe('gains\nwind');
    expect(await said('dump', 'some.rdb', '--keys', 'wind', 'rain*')).toMatch(
      /, left out 1: 'rain\*' \(not found\)$/,
    );
    const piped = await shell.sh(
      "alidade state dump - --keys wind 'rain*' | alidade state load - --json --store sqlite:b",
    );
    expect(piped).toMatchObject({ status: 0, stderr: expect.stringContaining("left out 1: 'rain*'") });
    expect(JSON.parse(piped.stdout)).toEqual({ keys: 1, skipped: 0 });
  });

  test('with nothing to write, or nowhere to write it, it says so and leaves what is there', async () => {
    await said('dump', 'night.rdb');
    const before = readFileSync(join(folder.path, 'night.rdb'));
    const line = await refused(3, 'dump', 'night.rdb', '--keys', 'rain', 'snow');
    expect(line).toContain(
      "no snapshot was written: no key that matches 'rain' or 'snow' was found in sqlite:",
    );
    expect(readFileSync(join(folder.path, 'night.rdb'))).toEqual(before);
    await said('clear', '--yes');
    expect(await refused(3, 'dump', 'empty.rdb')).toContain('no key was found');
    expect(await refused(3, 'dump', 'empty.rdb', '--store', 'sqlite:none')).toContain(
      '(ALI_STORE_NOT_FOUND)',
    );
    expect(readdirSync(folder.path)).not.toContain('empty.rdb');
    await said('set', 'key', '1');
    expect(await refused(1, 'dump', 'none/night.rdb')).toContain('(ALI_FILE_NOT_WRITTEN)');
  });

  test('Ctrl-C leaves no part of a file', async () => {
    await using store = await openStore(`sqlite:${join(folder.path, 'large')}`);
    const space = await store.space('state');
    for (let i = 0; i < 100; i++) {
      const members = Array.from({ length: 5000 }, (_, k) => Buffer.from(`${i + 100} ${k}`));
      await space.write({ do: 'add', key: 'series', members }, { durability: 'fast' });
    }
    const watching = watch(folder.path);
    const dumping = shell.start('state', 'dump', 'large.rdb', '--store', 'sqlite:large');
    const ended = finished(dumping);
    for await (const { filename } of watching) if (filename?.endsWith('.part')) break;
    dumping.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 1, stderr: expect.stringContaining('(ALI_ABORTED)') });
    expect(readdirSync(folder.path).filter((name) => name.startsWith('large.'))).toEqual([]);
  });
});

test('views are looked in one after the other, then the root, unless --exclusive', async () => {
  await said('set', 'mode', 'root');
  await said('set', 'mode', 'a', '--view', 'a,b');
  await said('set', 'rate', 'b', '--view', 'b');
  expect(await said('keys')).toBe('a_mode\nb_rate\nmode');
  expect(await said('get', 'mode', '--view', 'b')).toBe('root');
  expect(await said('get', 'mode', '--view', 'b,a')).toBe('a');
  expect(await said('get', 'rate', '--view', 'a', '--view', 'b')).toBe('b');
  expect(await refused(3, 'get', 'mode', '--view', 'b', '--exclusive')).toContain("'mode'");
  expect(await refused(2, 'get', 'mode', '--exclusive')).toContain('--view');
  expect(await refused(2, 'get', 'mode', '--view', 'a,')).toContain('empty name');
});

describe('the store', () => {
  test('--store goes before ALIDADE_STORE, and that before the nearest .alidade', async () => {
    await said('set', 'where', 'default');
    await said('set', 'where', 'option', '--store', 'sqlite:two');
    expect(await said('get', 'where')).toBe('default');
    const other = new Shell(folder.path, { ALIDADE_STORE: 'sqlite:two' });
    expect((await other.alidade('state', 'get', 'where')).stdout).toBe('option\n');
    expect((await other.alidade('state', 'get', 'where', '--store', 'sqlite:.alidade')).stdout).toBe(
      'default\n',
    );
  });

  test('what only reads, deletes or clears never makes a store', async () => {
    for (const verb of [
      ['get', 'key'],
      ['range', 'key'],
      ['index', 'get', 'key'],
      ['type', 'key'],
      ['keys'],
      ['wait', 'key', '--timeout', '1s'],
      ['watch', 'key'],
      ['delete', 'key'],
      ['clear', '--yes'],
      ['dump', 'night.rdb'],
    ]) {
      expect(await refused(3, ...verb)).toContain('(ALI_STORE_NOT_FOUND)');
    }
    expect(readdirSync(folder.path)).toEqual(['bin']);
  });

  test('a folder may end in .rdb like a snapshot', async () => {
    await said('add', 'wind', '1', '--time', '100', '--store', 'sqlite:mine.rdb');
    const watching = shell.start('state', 'watch', 'wind', '--from', 'current', '--store', 'sqlite:mine.rdb');
    const ended = finished(watching);
    expect((await linesOf(watching).next()).value).toContain('wind  1');
    watching.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('a wrong URL is bad input', async () => {
    expect(await refused(2, 'keys', '--store', 'mysql://here')).toContain('mysql://here');
  });
});

describe('usage', () => {
  test.each([
    [['gett', 'key'], 'did you mean get?'],
    [['list'], "unknown command 'list'; did you mean keys?"],
    [['frobnicate'], "unknown command 'frobnicate'; 'alidade state --help' lists what there is"],
    [['get'], "missing required argument 'key'; usage: alidade state get [options] <key>"],
    [['index', 'set', 'a'], 'usage: alidade state index set [options] <key> <subkey> <value>'],
    [['get', 'a', 'b'], 'too many arguments'],
    [['get', 'key', '--zzzzzz'], "unknown option '--zzzzzz'; 'alidade state get --help' lists what there is"],
    [['get', 'key', '--store'], "see 'alidade state get --help'"],
    [['get', 'key', '--jsn'], 'did you mean --json?'],
    [['range', 'key', '--from', 'yesterday'], "--from: 'yesterday' is not a time"],
    [['wait', 'key', '--timeout', 'soon'], "--timeout: 'soon' is not a length of time"],
    [['add', 'key', '1', '--time', '-10'], "--time: '-10' is not a time"],
  ])('%s is refused with a word of help', async (args, reason) => {
    const line = await refused(2, ...args);
    expect(line).toContain(reason);
    expect(line).toContain('(ALI_USAGE)');
    expect(line.split('\n')).toHaveLength(1);
  });

  test('an unknown noun suggests the nearest', async () => {
    const { status, stderr } = await shell.alidade('sate', 'get');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "alidade: unknown command 'sate'; did you mean state? (ALI_USAGE)\n",
    });
  });

  test('without a verb the help is shown, as an error', async () => {
    for (const args of [[], ['state'], ['state', 'index']]) {
      const { status, stdout, stderr } = await shell.alidade(...args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^Usage: alidade/);
    }
  });

  test('--version and help', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(await shell.alidade('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await shell.alidade('--help')).stdout).toContain('5 refused');
    expect(await shell.alidade('-V')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await shell.alidade('-v')).stderr).toContain('did you mean --version?');
  });

  test.each([
    [['help'], ['--help']],
    [
      ['help', 'state'],
      ['state', '--help'],
    ],
    [
      ['help', 'state', 'get'],
      ['state', 'get', '--help'],
    ],
    [
      ['state', 'help', 'index', 'set'],
      ['state', 'index', 'set', '--help'],
    ],
    [
      ['state', 'index', 'help'],
      ['state', 'index', '--help'],
    ],
    [
      ['help', 'up'],
      ['up', '--help'],
    ],
  ])('%s shows the help that %s shows', async (words, options) => {
    const help = await shell.alidade(...options);
    expect(help).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: /), stderr: '' });
    expect(await shell.alidade(...words)).toEqual(help);
  });

  test('help of what is no command is refused', async () => {
    for (const words of [
      ['help', 'sate'],
      ['help', 'state', 'gett'],
    ]) {
      expect(await shell.alidade(...words)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringContaining('did you mean'),
      });
    }
  });

  test('a key can be called help', async () => {
    await said('set', 'help', '1');
    expect(await said('get', 'help')).toBe('1');
  });
});

test('every example of the help does what it says', async () => {
  copyFileSync(join(snapshots, 'mem_tiny.rdb'), join(folder.path, 'snapshot.rdb'));
  const verbs: string[][] = [];
  const examples: string[] = [];
  const collect = async (...path: readonly string[]): Promise<void> => {
    const help = await said(...path, '--help');
    const names = [...(/\nCommands:\n((?: {2}.*\n?)+)/.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z]+) /gm)];
    for (const [, name = ''] of names) await collect(...path, name);
    if (names.length > 0) return;
    verbs.push([...path]);
    const shown = [...help.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line = '']) => line);
    expect({ path, shown: shown.length }).not.toEqual({ path, shown: 0 });
    examples.push(...shown);
  };
  await collect();
  expect(verbs.map((path) => path.join(' '))).toEqual([
    'set',
    'add',
    'get',
    'range',
    'index set',
    'index get',
    'type',
    'keys',
    'stat',
    'plot',
    'wait',
    'watch',
    'delete',
    'clear',
    'load',
    'dump',
    'export',
    'import',
  ]);
  // In the order of the help they are a session on one store; what must print something is named here.
  const silent = /^alidade state (set|add|index set|delete|clear|range .* 2026)/;
  for (const example of examples) {
    if (example.startsWith('alidade state watch')) {
      const [, ...words] = example.split(' ');
      const watching = shell.start(...words);
      const ended = finished(watching);
      await linesOf(watching).next();
      watching.kill('SIGINT');
      expect({ example, ...(await ended) }).toMatchObject({ status: 0, stderr: '' });
      continue;
    }
    const { status, stdout, stderr } = await shell.sh(example);
    expect({ example, status, stderr }).toEqual({ example, status: 0, stderr: '' });
    if (!silent.test(example)) expect({ example, stdout }).not.toEqual({ example, stdout: '' });
  }
}, 60_000);
