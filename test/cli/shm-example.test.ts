/** The example of a robot: the commands of its README, through real processes, on each kind of store. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'examples/robot/README.md'), 'utf8');

/** The fenced blocks of the README in their order; the one of the battery goes on until it is ended. */
const blocks = [...readme.matchAll(/^```sh( battery)?\n(.*?)^```$/gms)].map(([, battery, command = '']) => ({
  isBattery: battery !== undefined,
  // The programs are those of the clone, which find `alidade/shm` there.
  command: command
    .trim()
    .replaceAll('npx ', '')
    .replaceAll(/examples\/robot(?=\/\w+\.ts)/g, join(root, 'examples/robot')),
}));

beforeAll(buildCommand, 120_000);

/** What a process says on standard error, and a wait for it. */
function sayings(child: ChildProcess) {
  let text = '';
  let wake = () => {};
  child.stderr?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    wake();
  });
  return {
    all: () => text,
    async said(part: string): Promise<void> {
      while (!text.includes(part)) {
        if (child.exitCode !== null) throw new Error(`it ended before it said ${part}:\n${text}`);
        await new Promise<void>((done) => {
          wake = done;
          child.once('exit', done);
        });
      }
    },
  };
}

async function followReadme(environment: NodeJS.ProcessEnv): Promise<void> {
  using folder = temporaryFolder();
  symlinkSync(join(root, 'examples'), join(folder.path, 'examples'));
  const flag = blocks.find(({ command }) => command.startsWith('export'))?.command.split(/[ =]/) ?? [];
  const shell = new Shell(folder.path, { ...environment, [flag[1] ?? '']: flag[2] });
  const outputs: string[] = [];
  let battery: ChildProcess | undefined;
  let heard: ReturnType<typeof sayings> | undefined;
  try {
    for (const { command, isBattery } of blocks) {
      if (command.startsWith('export')) continue;
      if (isBattery) {
        battery = shell.startLine(command.replace('node ', 'exec node '));
        heard = sayings(battery);
        await heard.said('waiting for ROBOT_INIT');
        continue;
      }
      if (command.includes('replay') && battery !== undefined) {
        await heard?.said('ME says HEAT 0');
        const ended = once(battery, 'exit');
        battery.kill('SIGINT');
        expect(await ended).toEqual([0, null]);
      }
      const { status, stdout, stderr } = await shell.sh(command);
      expect({ command, status, stderr: stderr.replace(/^alidade: replaying .*\n/, '') }).toEqual({
        command,
        status: 0,
        stderr: '',
      });
      outputs.push(stdout);
      // The first measurement takes a moment.
      if (command.includes(' init ')) await measured(shell);
    }
  } finally {
    battery?.kill('SIGKILL');
  }
  const [init, read, console, write, replay, types] = outputs;
  expect(init).toMatch(/^2 frames initialised in .*, and ROBOT_INIT set\n$/);
  expect(read).toMatch(/^BATTERY__measures {2}\d+\.\d s old, from BATTERY, /);
  expect(read).toMatch(/^ {2}heating {6}false$/m);
  expect(console).toMatch(/^12\.\d\d V, 18\.\d °C, (?:not )?heating\n(.*\n)*.*, heating\n$/);
  expect(write).toBe('');
  expect(heard?.all()).toContain('BATTERY: CONSOLE says HEAT 1\nBATTERY: ME says HEAT 0\nBATTERY: ended\n');
  expect(replay).toMatch(/^\d+ rows? replayed, .*\nOLD_BATTERY__measures .*, from BATTERY, /);
  expect(types).toBe(
    readFileSync(join(root, 'examples/robot/frames.ts'), 'utf8').replace(
      'frames.json',
      'examples/robot/frames.json',
    ),
  );
}

/** Resolves when the battery has measured something. */
async function measured(shell: Shell): Promise<void> {
  const { status } = await shell.sh('alidade shm listen BATTERY__measures | head -n 1 | grep -q BATTERY');
  expect(status).toBe(0);
}

test('the commands of the README are found', () => {
  expect(blocks.filter(({ isBattery }) => isBattery)).toHaveLength(1);
  expect(blocks.length).toBe(8);
});

test('sqlite:', { timeout: 180_000 }, () => followReadme({}));

describe.skipIf(!requireServer('redis-server', 'the example of a robot on Redis'))('redis:', () => {
  test('the same', { timeout: 180_000 }, async () => {
    const server = await RedisServer.start();
    try {
      await followReadme({ ALIDADE_STORE: server.url });
    } finally {
      await server.close();
    }
  });
});
