/** `alidade shm init` as a user has it: the built command, run as processes of their own on a store in a folder. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { buildCommand, finished, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(() => {
  folder = temporaryFolder();
  shell = new Shell(folder.path, { ROBOT: 'ROBOT_INIT' });
  writeFileSync(
    join(folder.path, 'frames.json'),
    '{"BATTERY__measures": [["ts", 0.0], ["sender", ""], ["uBat", 0.0]], "BATTERY__command": [["ts", 0.0], ["sender", ""], ["command", ""]]}',
  );
});
afterEach(() => folder[Symbol.dispose]());

const init = () => shell.said('shm', 'init', 'frames.json', '-i', 'ROBOT');

/** Runs a line at a terminal of its own, and types this when it asks. */
async function atTerminal(line: string, typed: string): Promise<Result> {
  const child = shell.startLine(`script -qec '${line}' /dev/null`);
  child.stdout.on('data', (text: Buffer) => {
    if (text.includes('[y/N]')) child.stdin.write(typed);
  });
  return finished(child);
}

test('puts blank frames and the flag, and leaves what else there is', async () => {
  expect(await init()).toMatch(/^2 frames initialised in sqlite:.* \(shm\), and ROBOT_INIT set$/);
  expect(await shell.said('shm', 'names')).toBe('BATTERY__command\nBATTERY__measures');
  writeFileSync(join(folder.path, 'more.json'), '{"A__a": [["ts", 0.0], ["sender", ""], ["x", 1]]}');
  expect(await shell.said('shm', 'init', 'more.json', '--json')).toBe('{"frames":["A__a"],"flag":null}');
  expect(JSON.parse(await shell.said('shm', 'names', '--json'))).toEqual([
    'A__a',
    'BATTERY__command',
    'BATTERY__measures',
  ]);
  expect(await shell.said('shm', 'names', 'B*s')).toBe('BATTERY__measures');
});

test('--flush removes everything else, and is sure of it', async () => {
  await init();
  writeFileSync(join(folder.path, 'more.json'), '{"A__a": [["ts", 0.0], ["sender", ""], ["x", 1]]}');
  expect(await shell.refused(5, 'shm', 'init', 'more.json', '--flush')).toMatch(
    /removes all 3 keys of sqlite:.*: say --yes/,
  );
  expect(await shell.said('shm', 'names')).toBe('BATTERY__command\nBATTERY__measures');
  await shell.said('shm', 'init', 'more.json', '--flush', '--yes');
  expect(await shell.said('shm', 'names')).toBe('A__a');
});

test.skipIf(process.platform !== 'linux')('--flush asks at a terminal, and only yes is yes', async () => {
  await init();
  writeFileSync(join(folder.path, 'more.json'), '{"A__a": [["ts", 0.0], ["sender", ""], ["x", 1]]}');
  // Ctrl-C and Ctrl-D are no answer either.
  for (const answer of ['n\r', '\r', '\x03', '\x04']) {
    const { status, stdout } = await atTerminal('alidade shm init more.json --flush', answer);
    expect({ answer, status }).toEqual({ answer, status: 5 });
    expect(stdout).toMatch(/removes all 3 keys of sqlite:.*\. Really\? \[y\/N\] /);
    expect(stdout).toContain('it was not done (ALI_NOT_CONFIRMED)');
  }
  expect(await shell.said('shm', 'names')).toBe('BATTERY__command\nBATTERY__measures');
  expect(await atTerminal('alidade shm init more.json --flush', 'y\r')).toMatchObject({ status: 0 });
  expect(await shell.said('shm', 'names')).toBe('A__a');
});

test('bad descriptions are refused, and nothing is written', async () => {
  writeFileSync(join(folder.path, 'bad.json'), '{"A__a": [["sender", ""], ["ts", 0.0]]}');
  expect(await shell.refused(2, 'shm', 'init', 'bad.json')).toContain('bad.json');
  expect(await shell.refused(2, 'shm', 'init', 'none.json')).toContain('none.json');
  expect(await shell.refused(2, 'shm', 'init', 'frames.json', '-i', 'NOT_SET')).toContain(
    'the variable NOT_SET is not set',
  );
  expect(readdirSync(folder.path)).not.toContain('.alidade');
});
