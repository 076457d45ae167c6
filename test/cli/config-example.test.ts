/** The example of a beamline: the commands of its README, through real processes, on each kind of store. */
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const beamline = resolve(import.meta.dirname, '../../examples/beamline');
const readme = readFileSync(join(beamline, 'README.md'), 'utf8');

interface Step {
  readonly command: string;
  /** What the README says that it prints; undefined where it leaves that open. */
  readonly output: string | undefined;
  /** It goes on until it is ended. */
  readonly listens: boolean;
  /** What the listener is said to print meanwhile. */
  readonly heard: string | undefined;
}

/** The fenced blocks of the README: commands, each with the output that follows it. */
const steps: readonly Step[] = [
  ...readme.matchAll(
    /^```sh( listen)?\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?(?:[^`]*\n```text heard\n(.*?)^```)?/gms,
  ),
].map(([, listen, command = '', output, heard]) => ({
  command: command.trim().replaceAll('npx alidade', 'alidade'),
  output,
  listens: listen !== undefined,
  heard,
}));

beforeAll(buildCommand, 120_000);

/** A shell in a folder that looks like the clone. */
function cloneShell(environment: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder();
  cpSync(beamline, join(folder.path, 'examples/beamline'), { recursive: true });
  return { shell: new Shell(folder.path, environment), [Symbol.dispose]: folder[Symbol.dispose] };
}

/** Does what the README says, and ends the listener with Ctrl-C. */
async function followReadme(shell: Shell): Promise<void> {
  let listener: ReturnType<Shell['start']> | undefined;
  for (const { command, output, listens, heard } of steps) {
    if (listens) {
      listener = shell.start(...command.split(' ').slice(1));
      await said(listener, /listening to 3 hashes/);
      continue;
    }
    const hearing = heard === undefined || listener === undefined ? undefined : linesOf(listener).next();
    const { status, stdout, stderr } = await shell.sh(command);
    expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
    if (output !== undefined) expect({ command, stdout }).toEqual({ command, stdout: output });
    if (hearing !== undefined) expect(`${(await hearing).value}\n`).toBe(heard);
  }
  listener?.kill('SIGINT');
  if (listener !== undefined) expect((await finished(listener)).status).toBe(0);
}

/** Waits for a line on standard error. */
async function said(child: ReturnType<Shell['start']>, pattern: RegExp): Promise<void> {
  let text = '';
  for await (const chunk of child.stderr.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += chunk.toString();
    if (pattern.test(text)) return;
  }
  throw new Error(`no line matched ${pattern} in:\n${text}`);
}

test('the commands of the README are found, with what they print', () => {
  expect(steps.filter(({ listens }) => listens)).toHaveLength(1);
  expect(steps.filter(({ heard }) => heard !== undefined)).toHaveLength(1);
  expect(steps.filter(({ output }) => output !== undefined).length).toBeGreaterThan(4);
});

test('sqlite:', { timeout: 180_000 }, async () => {
  using clone = cloneShell();
  await followReadme(clone.shell);
});

describe.skipIf(!requireServer('redis-server', 'the example of a beamline on Redis'))('redis:', () => {
  test('a plain subscriber hears the notices', { timeout: 180_000 }, async () => {
    const server = await RedisServer.start();
    const subscriber = new Redis(server.port, { lazyConnect: true });
    try {
      const heard: [string, string][] = [];
      await subscriber.connect();
      subscriber.on('message', (channel: string, message: string) => heard.push([channel, message]));
      await subscriber.subscribe('source:instrument1:motor2', 'configurations', 'configuration:instrument1');
      using clone = cloneShell({ ALIDADE_STORE: server.url });
      await followReadme(clone.shell);
      await clone.shell.sh('alidade config add source instrument1 motor4 address=IOC:m6 type=ca-motor');
      // What a server sends to one client comes in order: when this is here, so is all before it.
      const end = new Promise<void>((resolve) => subscriber.once('end', resolve));
      await subscriber.ping();
      expect(heard).toContainEqual(['configurations', '+instrument1']);
      expect(heard.filter(([channel]) => channel === 'source:instrument1:motor2')).toContainEqual([
        'source:instrument1:motor2',
        'address',
      ]);
      expect(heard).toContainEqual(['configuration:instrument1', '+source:instrument1:motor4']);
      subscriber.disconnect();
      await end;
    } finally {
      subscriber.disconnect();
      await server.close();
    }
  });
});
