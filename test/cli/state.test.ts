/** `alidade state` as a user has it: the built command, run as processes of their own on a store in a folder. */
import { readdirSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { finished, linesOf, Shell } from '../support/command.ts';
import { useStateCommand } from './state-command.ts';

const desk = useStateCommand();
const { said, refused } = desk;

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
    const { status, stdout, stderr } = await desk.shell.sh('alidade state range wind --from 0 | head -n 1');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('00:01:40');
    const closed = desk.shell.start('state', 'watch', 'wind', '--from', '0');
    closed.stdout.destroy();
    expect(await finished(closed)).toMatchObject({ status: 0, stderr: '' });
  });

  test('output that cannot be written is an error, and a log that cannot is none', async () => {
    const full = await desk.shell.sh('alidade state keys > /dev/full');
    expect(full.status).toBe(1);
    expect(full.stderr).toMatch(
      /^alidade: the output cannot be written: ENOSPC.* \(ALI_FILE_NOT_WRITTEN\)\n$/,
    );
    const { status } = await desk.shell.sh('alidade state get nowhere 2> /dev/full');
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
    const other = new Shell(desk.folder, { ALIDADE_STORE: 'sqlite:two' });
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
    expect(readdirSync(desk.folder)).toEqual(['bin']);
  });

  test('a folder may end in .rdb like a snapshot', async () => {
    await said('add', 'wind', '1', '--time', '100', '--store', 'sqlite:mine.rdb');
    const watching = desk.shell.start(
      'state',
      'watch',
      'wind',
      '--from',
      'current',
      '--store',
      'sqlite:mine.rdb',
    );
    const ended = finished(watching);
    expect((await linesOf(watching).next()).value).toContain('wind  1');
    watching.kill('SIGINT');
    expect(await ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('a wrong URL is bad input', async () => {
    expect(await refused(2, 'keys', '--store', 'mysql://here')).toContain('mysql://here');
  });
});
