/** What `alidade` says of a command line that it cannot read, its help, and the examples in it. */
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { finished, linesOf } from '../support/command.ts';
import { useStateCommand } from './state-command.ts';

const snapshots = join(import.meta.dirname, '../fixtures/telstate/rdb');
const desk = useStateCommand();
const { said, refused } = desk;

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
    const { status, stderr } = await desk.shell.alidade('sate', 'get');
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "alidade: unknown command 'sate'; did you mean state? (ALI_USAGE)\n",
    });
  });

  test('without a verb the help is shown, as an error', async () => {
    for (const args of [[], ['state'], ['state', 'index']]) {
      const { status, stdout, stderr } = await desk.shell.alidade(...args);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^Usage: alidade/);
    }
  });

  test('--version and help', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
      version: string;
    };
    expect(await desk.shell.alidade('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await desk.shell.alidade('--help')).stdout).toContain('5 refused');
    expect(await desk.shell.alidade('-V')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await desk.shell.alidade('-v')).stderr).toContain('did you mean --version?');
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
    const help = await desk.shell.alidade(...options);
    expect(help).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage: /), stderr: '' });
    expect(await desk.shell.alidade(...words)).toEqual(help);
  });

  test('help of what is no command is refused', async () => {
    for (const words of [
      ['help', 'sate'],
      ['help', 'state', 'gett'],
    ]) {
      expect(await desk.shell.alidade(...words)).toMatchObject({
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
  copyFileSync(join(snapshots, 'mem_tiny.rdb'), join(desk.folder, 'snapshot.rdb'));
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
      const watching = desk.shell.start(...words);
      const ended = finished(watching);
      await linesOf(watching).next();
      watching.kill('SIGINT');
      expect({ example, ...(await ended) }).toMatchObject({ status: 0, stderr: '' });
      continue;
    }
    const { status, stdout, stderr } = await desk.shell.sh(example);
    expect({ example, status, stderr }).toEqual({ example, status: 0, stderr: '' });
    if (!silent.test(example)) expect({ example, stdout }).not.toEqual({ example, stdout: '' });
  }
}, 180_000);
