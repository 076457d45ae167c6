/** Completion in shells, with the built command. */
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { findProgram } from '../support/require-server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeAll(async () => {
  buildCommand();
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  const keys = [
    'wind_speed',
    'wind_direction',
    'beam_target',
    'target',
    'two words',
    'a:b:c',
    '*star',
    'nasty\u001b[2J',
    "it's",
  ];
  const lines = keys.map((key) => JSON.stringify({ key, type: 'attribute', value: 1 }));
  await shell.feed(Buffer.from(lines.join('\n')), 'state', 'import', '-');
}, 120_000);
afterAll(() => folder[Symbol.dispose]());

/** For `expect.poll` where each look is a run of the command: nearly all that the test has. */
const ofTest = { timeout: 50_000 };

/** What bash would put in the place of the last word of a line. */
async function replies(line: string): Promise<string[]> {
  writeFileSync(
    join(folder.path, 'complete.bash'),
    `source <(alidade completion bash)
     COMP_WORDBREAKS=$' \\t\\n"\\'@><=;|&(:'
     COMP_LINE=$1
     COMP_POINT=\${#1}
     [[ $(complete -p alidade) == 'complete -F _alidade alidade' ]] || exit 9
     _alidade
     (( \${#COMPREPLY[@]} )) && printf '%s\\n' "\${COMPREPLY[@]}"
     exit 0`,
  );
  const quoted = `'${line.replaceAll("'", "'\\''")}'`;
  const { status, stdout, stderr } = await shell.sh(`bash complete.bash ${quoted}`);
  // Outside of a terminal bash has no place for `compopt`, which asks for the names of files.
  const wantsFiles = stderr.includes('compopt: not currently executing completion function');
  expect({ line, status, stderr: wantsFiles ? '' : stderr }).toEqual({ line, status: 0, stderr: '' });
  return wantsFiles ? ['(files)'] : stdout.split('\n').filter((reply) => reply !== '');
}

describe('bash', () => {
  test.each([
    ['alidade st', ['state', 'stream', 'store']],
    ['alidade state st', ['stat']],
    ['alidade state index ', ['set', 'get']],
    ['alidade state get wind', ['wind_direction', 'wind_speed']],
    ['alidade state plot target wind_s', ['wind_speed']],
    ['alidade state get two', ['two\\ words']],
    ["alidade state get 'two", ['two words']],
    ['alidade state get two\\ w', ['two\\ words']],
    ['alidade state get it', ["it\\'s"]],
    ['alidade state get a:b', ['b:c']],
    ['alidade state get \\*', ['\\*star']],
    ['alidade state get --view beam ta', ['target']],
    ['alidade state get --view beam --exclusive wi', []],
    ['alidade state get nasty', []],
    ['alidade state get target --j', ['--json']],
    ['alidade state get target --json --j', []],
    ['alidade state export x --keys wind_d', ['wind_direction']],
    ['alidade state export x --keys target wind_d', ['wind_direction']],
    ['alidade state plot target --png ', ['(files)']],
    ['alidade state load ', ['(files)']],
    ['alidade completion f', ['fish']],
    ['ALIDADE_STORE=x alidade state delete t', ['target', 'two\\ words']],
    ['alidade state set target ', []],
    ['alidade state get --store sqlite:none t', []],
    ['alidade nothing of that ', []],
    ['alidade state get -- t', ['target', 'two\\ words']],
  ])('%s', async (line, expected) => {
    // A store that is slow for once gives none.
    await expect.poll(() => replies(line), ofTest).toEqual(expected);
  });
});

test('options that take no value are offered with the rest', async () => {
  expect(await replies('alidade state range wind_speed --')).toEqual(
    expect.arrayContaining(['--from', '--to', '--include-end', '--store', '--view', '--json', '--help']),
  );
});

test('without a store there are no keys, no store afterwards, and no word about it', async () => {
  using empty = temporaryFolder();
  const elsewhere = new Shell(empty.path);
  expect(await elsewhere.alidade('__complete', 'words', 'state', 'get', 'w')).toEqual({
    ...{ status: 0, stdout: 'words\n', stderr: '' },
  });
  expect(readdirSync(empty.path)).toEqual(['bin']);
});

test('a server that does not answer holds up nobody', async () => {
  // It takes the connection, and says nothing.
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `redis://127.0.0.1:${(server.address() as { port: number }).port}`;
  const asked = once(server, 'connection');
  const completed = shell.alidade('__complete', 'words', 'state', 'get', '--store', url, 'w');
  await asked;
  const askedMs = performance.now();
  expect(await completed).toEqual({ status: 0, stdout: 'words\n', stderr: '' });
  // From here on a command waits for 5 s. How long it takes to start does not matter.
  expect(performance.now() - askedMs).toBeLessThan(4000);
});

test.each(['bash', 'zsh', 'fish'])('%s reads its script', async (name) => {
  const { status, stdout } = await shell.alidade('completion', name);
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('__complete') });
  writeFileSync(join(folder.path, `script.${name}`), stdout);
  if (findProgram(name) === undefined) return;
  expect(await shell.sh(`${name} -n script.${name}`)).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('the example of the help does what it says', async () => {
  const { stdout: help } = await shell.alidade('completion', '--help');
  const [, example = ''] = /^ {2}\$ (.*)$/m.exec(help) ?? [];
  expect(await shell.sh(`${example} && bash -n alidade.bash`)).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('an unknown shell is bad usage', async () => {
  const { status, stderr } = await shell.alidade('completion', 'csh');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(/bash, zsh, fish.*\(ALI_USAGE\)\n$/),
  });
});
