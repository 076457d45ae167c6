/** `alidade config listen`: what it prints, and how it ends. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join, resolve } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const sample = resolve(import.meta.dirname, '../../examples/beamline/sample.json');
const motor2 = 'source:instrument1:motor2';

beforeAll(buildCommand, 120_000);

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
beforeEach(async () => {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
});
afterEach(() => folder[Symbol.dispose]());

const config = (...args: readonly string[]): Promise<string> => shell.said('config', ...args);

/** A listener that hears from here on; it is killed at the end if it still runs. */
class Listener implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';
  #wake = () => {};

  private constructor(shell: Shell, args: readonly string[]) {
    this.child = shell.start('config', ...args);
    this.#lines = linesOf(this.child);
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.#errors += chunk.toString();
      this.#wake();
    });
  }

  static start(shell: Shell, ...args: readonly string[]): Promise<Listener> {
    return Listener.spelled(shell, 'listen', ...args);
  }

  /** As the reference has it, with a word of its own for the verb. */
  static async spelled(shell: Shell, ...args: readonly string[]): Promise<Listener> {
    const listener = new Listener(shell, args);
    await listener.says(/listening to/);
    return listener;
  }

  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done) throw new Error(`the listener ended: ${this.#errors}`);
    return value;
  }

  /** Waits until standard error matches. */
  async says(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#errors)) {
      if (this.child.exitCode !== null) throw new Error(`it ended and said: ${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.child.once('exit', resolve);
      });
    }
    return this.#errors;
  }

  async interrupt(): Promise<number | null> {
    const ended = finished(this.child);
    this.child.kill('SIGINT');
    return (await ended).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = finished(this.child);
    this.child.kill('SIGKILL');
    await ended;
  }
}

test('changes of some hashes are printed in the words of psi_example.py, and Ctrl-C ends it with 0', async () => {
  await config('populate', sample);
  await using listener = await Listener.start(shell, `source:instrument1:motor1,${motor2}`);
  await config('update', 'source:instrument1:motor3,address,IOC:m9');
  await config('update', `${motor2},address,IOC:m3`);
  await config('update', 'source:instrument1:motor1', 'type', 'ca');
  expect(await listener.line()).toBe(`Change on hash ${motor2} key: address`);
  expect(await listener.line()).toBe('Change on hash source:instrument1:motor1 key: type');
  expect(await listener.interrupt()).toBe(0);
});

test('with -l as in psi_example.py, also for a hash that is not there yet, of which it warns', async () => {
  await config('populate', sample);
  await using listener = await Listener.start(shell, '--all');
  await using typo = await Listener.spelled(shell, '-l', 'source:instrument1:motr2');
  expect(await typo.says(/not there yet.*\n/)).toContain(
    `\nalidade: source:instrument1:motr2 is not there yet; did you mean ${motor2}?\n`,
  );
  await config('update', `${motor2},address,IOC:m3`);
  expect(await listener.line()).toBe(`Change on hash ${motor2} key: address`);
});

test('a configuration tells what is added and removed, and the whole of it', async () => {
  await config('populate', sample);
  await using listener = await Listener.start(shell, '--configuration', 'instrument1');
  await config('add', 'source', 'instrument1', 'motor4', 'address=IOC:m6');
  const lines: string[] = [];
  while (!lines.at(-1)?.startsWith('Configuration instrument1: ')) lines.push(await listener.line());
  expect(lines).toContain('Added source:instrument1:motor4');
  const whole = JSON.parse(lines.at(-1)?.slice('Configuration instrument1: '.length) ?? '') as unknown;
  expect(whole).toMatchObject({ sources: { motor4: { address: 'IOC:m6' } } });
  await config('remove', 'source', 'instrument1', 'motor4');
  while (lines.at(-1) !== 'Removed source:instrument1:motor4') lines.push(await listener.line());
});

test('--json prints an object a line, with the value', async () => {
  await config('populate', sample);
  await using listener = await Listener.start(shell, motor2, '--json');
  await config('update', motor2, 'address', '17', '--json');
  expect(JSON.parse(await listener.line())).toEqual({
    event: 'field',
    hash: motor2,
    field: 'address',
    value: 17,
  });
});

test('nothing to listen to is bad usage', async () => {
  const { status, stderr } = await shell.alidade('config', 'listen');
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringMatching(/^alidade: nothing to listen to: .* \(ALI_USAGE\)\n$/),
  });
});

test('at a terminal any key ends it, and the terminal is as it was', async () => {
  await config('populate', sample);
  const modes: boolean[] = [];
  const setRawMode = (raw: boolean) => modes.push(raw);
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
  let said = '';
  const stderr = new Writable({
    write(chunk: Buffer, _encoding, done) {
      said += chunk.toString();
      // What follows is read by the listener: the key is pressed once it says that it listens.
      if (said.includes('any key ends it')) stdin.write('q');
      done();
    },
  });
  const status = await main(['config', 'listen', motor2], {
    stdin,
    stdout: new PassThrough(),
    stderr,
    environment: { ALIDADE_STORE: `sqlite:${join(folder.path, '.alidade')}` },
    nowSeconds: () => 0,
  });
  expect({ status, modes }).toEqual({ status: 0, modes: [true, false] });
});

describe.skipIf(!requireServer('redis-server', 'listening on Redis'))('redis:', () => {
  test('what psi_example.py changes is heard, and in the way of whoever did not know', async () => {
    const server = await RedisServer.start();
    try {
      shell = new Shell(folder.path, { ALIDADE_STORE: `${server.url}/0` });
      await config('populate', sample);
      await using listener = await Listener.start(shell, motor2);
      await server.command('HSET', motor2, 'address', 'IOC:m8');
      await server.command('PUBLISH', motor2, 'address');
      expect(await listener.line()).toBe(`Change on hash ${motor2} key: address`);
      const told = await shell.refused(
        5,
        'config',
        'update',
        `${motor2},address,IOC:m3`,
        '--if-revision',
        '1',
      );
      expect(told).toMatch(/\nrevision 2, .* foreign: .*\n.*motor2\n- .*IOC:m2\n\+ .*IOC:m8$/);
      expect(await listener.interrupt()).toBe(0);
    } finally {
      await server.close();
    }
  });

  test('a lost connection is told, and what changed meanwhile', async () => {
    const server = await RedisServer.start();
    try {
      shell = new Shell(folder.path, { ALIDADE_STORE: server.url });
      await config('populate', sample);
      await using listener = await Listener.start(shell, motor2);
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await listener.says(/the store is back/);
      await config('update', `${motor2},address,IOC:m3`);
      expect(await listener.line()).toBe(`Change on hash ${motor2} key: address`);
      expect(await listener.interrupt()).toBe(0);
    } finally {
      await server.close();
    }
  });
});
