/** Files of services on the command line: what is wrong with them, what can be served, and what classes take. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { findProgram } from '../support/require-server.ts';

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeAll(buildCommand, 120_000);
beforeEach(() => {
  folder = temporaryFolder();
  shell = new Shell(folder.path, { TMUX_TMPDIR: folder.path });
});
afterEach(() => folder[Symbol.dispose]());

const write = (text: string) => writeFileSync(join(folder.path, 'store.yaml'), text);
const store = (endpoints: string) => `name: my_store\nendpoints:\n${endpoints}\n`;

test.each([
  ['nested wrongly', store('  - name: peaches\n     module: KeyValueStore'), /^alidade: store\.yaml:3:11: /],
  [
    'a class that is not there',
    store('  - { name: peaches, module: KeyValueStor }'),
    /^alidade: store\.yaml:3:30: .*did you mean 'KeyValueStore'\?/,
  ],
  [
    'a space in a name',
    store('  - { name: two words, module: KeyValueStore }'),
    /:3:13: 'two words' has a space/,
  ],
  ['a dot in a name', store('  - { name: a.b, module: KeyValueStore }'), /:3:13: 'a\.b' has a dot/],
  [
    'a name for two',
    store('  - { name: a, module: KeyValueStore }\n  - { name: a, module: KeyValueStore }'),
    /:4:13: 'a' is the name of something else in this file/,
  ],
  [
    'a class in Python',
    store('  - { name: a, module: Own, module_path: own.py }'),
    /:3:\d+: a: module_path names a Python file/,
  ],
  ['no file of a service', '- 1\n', /store\.yaml:1:1/],
])('a file that cannot be served says where and why: %s', async (_, text, message) => {
  write(text);
  expect(await shell.refused(2, 'control', 'serve', '-c', 'store.yaml')).toMatch(message);
});

describe('check', () => {
  test('says of each endpoint whether it can be served', async () => {
    write(`
name: my_store
dripline_mesh: { broker: rabbit }
endpoints:
  - { name: a, module: KeyValueStore, initial_valu: 5 }
  - { name: b, module: SlackInterface }
`);
    const { status, stdout, stderr } = await shell.alidade('control', 'check', 'store.yaml');
    expect(status).toBe(2);
    expect(stderr).toContain('1 of 3 endpoints cannot be served');
    const lines = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, '  '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'store.yaml: my_store, a file of v3',
        'line 5  a  KeyValueStore  supported',
        expect.stringMatching(/^line 6 {2}b {2}SlackInterface {2}(?!supported)/),
      ]),
    );
    expect(stdout).toContain("did you mean 'initial_value'?");
    const asJson = await shell.alidade('control', 'check', 'store.yaml', '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ name: 'my_store', generation: 'v3' });
  });

  test('the files of the tutorial can be served as they stand', async () => {
    const file = join(import.meta.dirname, '../../examples/kv-store/kv-store.yaml');
    const { stdout } = await shell.alidade('control', 'check', file, '--json');
    const { endpoints } = JSON.parse(stdout) as { endpoints: { verdict: string }[] };
    expect(new Set(endpoints.map(({ verdict }) => verdict))).toEqual(new Set(['supported']));
  });
});

test('doc prints what a class takes, by the name of any generation', async () => {
  const all = await shell.said('control', 'doc');
  expect(all).toMatch(/^KeyValueStore /m);
  const page = await shell.said('control', 'doc', 'kv_store_key');
  expect(page).toContain('initial_value');
  expect(page).toMatch(/log_interval \(.*\)\n {4}\S/);
  expect(JSON.parse(await shell.said('control', 'doc', 'Provider', '--json')).isProvider).toBe(true);
  expect(await shell.refused(2, 'control', 'doc', 'KeyValueStor')).toContain("did you mean 'KeyValueStore'?");
});

test.skipIf(findProgram('tmux') === undefined)('a command goes on in a tmux session of its own', async () => {
  write(store('  - { name: peaches, module: KeyValueStore, initial_value: 5 }'));
  try {
    const { status, stdout } = await shell.alidade('control', 'serve', '-t', 'serving', '-c', 'store.yaml');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'started in tmux: tmux attach -t serving\n' });
    // It takes a moment until it is on the bus.
    for (;;) {
      const got = await shell.alidade('control', 'get', 'peaches');
      if (got.status === 0) break;
      expect(got.stderr).toContain('ALI_BUS_UNROUTABLE');
    }
    expect(await shell.refused(2, 'control', 'get', 'peaches', '-t', 'a.b')).toContain(
      'no name of a session',
    );
  } finally {
    execFileSync('tmux', ['kill-server'], { env: { ...process.env, TMUX_TMPDIR: folder.path } });
  }
});
