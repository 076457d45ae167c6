/** shmApplication as people run it: a process with a command line, told to end by signals. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSharedMemory, parseDescriptions, type SharedMemory } from '../../src/shm/index.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runProgram } from '../support/program.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const program = new URL('programs/application.ts', import.meta.url);
const descriptions = parseDescriptions('{"TEST__count": [["ts", 0.0], ["sender", ""], ["n", 0]]}', 'test');

let folder: ReturnType<typeof temporaryFolder>;
let shm: SharedMemory;
beforeEach(async () => {
  folder = temporaryFolder();
  shm = await openSharedMemory(`sqlite:${join(folder.path, 'store')}`);
});
afterEach(async () => {
  await shm.close();
  folder[Symbol.dispose]();
});

function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { ALIDADE_STORE: _, LOGDIR: _dir, LOGFILE: _file, ...inherited } = process.env;
  const env = { ...inherited, ALIDADE_STORE: `sqlite:${join(folder.path, 'store')}`, ...environment };
  return runProgram(program, args, { cwd: folder.path, env });
}

const counted = async () => (await shm.dict().read('TEST__count'))?.values.n;

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the work, which ends as it likes, with status 0',
  async (signal) => {
    await shm.init(descriptions);
    await using application = run([], { LOGDIR: 'logs' });
    expect(await application.line()).toBe('COUNTER counts');
    expect(await application.line()).toBe('three');
    application.child.kill(signal);
    expect(await application.line()).toBe('done');
    expect(await application.ended).toBe(0);
    expect(application.errors()).toBe('');
    expect(await counted()).toBe(-1);
    const [file = ''] = readdirSync(join(folder.path, 'logs'));
    expect(file).toMatch(/^\d{4}-\d\d-\d\d_\d\dh\d\dm\d\dsZ_COUNTER_TEST__count\.csv$/);
    const rows = readFileSync(join(folder.path, 'logs', file), 'utf8').split('\r\n');
    expect(rows[0]).toBe('ts,sender,n');
    expect(rows[3]).toMatch(/^\d+\.\d+,COUNTER,3$/);
    expect(rows.at(-2)).toMatch(/,COUNTER,-1$/);
    expect(rows.at(-1)).toBe('');
  },
);

test('it waits until the frames are initialised', async () => {
  await using application = run(['--env-init', 'ROBOT', '--app-name', 'C2', '--debug'], {
    ROBOT: 'ROBOT_INIT',
  });
  while (!application.errors().includes('waiting for ROBOT_INIT')) {
    await new Promise((resolve) => application.child.stderr?.once('data', resolve));
  }
  await shm.init(descriptions, 'ROBOT_INIT');
  expect(await application.line()).toBe('C2 counts');
  expect(await application.line()).toBe('three');
  application.child.kill('SIGINT');
  expect(await application.ended).toBe(0);
  expect((await shm.dict().read('TEST__count'))?.sender).toBe('C2');
});

test('frames that are never initialised are waited for in vain: one line, and status 4', async () => {
  await using application = run(['-i', 'ROBOT'], { ROBOT: 'ROBOT_INIT', INIT_TIMEOUT_MS: '300' });
  expect(await application.ended).toBe(4);
  expect(application.errors()).toMatch(/^COUNTER: ROBOT_INIT was not set in .*\(ALI_TIMEOUT\)\n$/);
});

test('Ctrl-C while it waits is no failure', async () => {
  await using application = run(['-i', 'ROBOT', '-d'], { ROBOT: 'ROBOT_INIT' });
  while (!application.errors().includes('waiting for ROBOT_INIT')) {
    await new Promise((resolve) => application.child.stderr?.once('data', resolve));
  }
  application.child.kill('SIGINT');
  expect(await application.ended).toBe(0);
  expect(application.errors()).toMatch(/waiting for ROBOT_INIT\n$/);
});

test('what the work throws is one line, with the logs closed', async () => {
  await shm.init(descriptions);
  await using application = run(['fail'], { LOGFILE: 'run.csv' });
  expect(await application.ended).toBe(1);
  expect(application.errors()).toBe('COUNTER: the counter is broken\n');
  expect(readFileSync(join(folder.path, 'run.csv'), 'utf8').split('\r\n')).toHaveLength(5);
});

test('help, and bad usage', async () => {
  await using help = run(['--help']);
  expect(await help.line()).toBe('Usage: application.ts [options] fail');
  expect(await help.ended).toBe(0);
  expect(help.lines.join('\n')).toContain('--redis-server');
  await using wrong = run(['--frequenzy', '3']);
  expect(await wrong.ended).toBe(2);
  expect(wrong.errors()).toMatch(/^COUNTER: .*--frequenzy.*\(ALI_USAGE\)\n$/);
});

test('a frame that nobody described is told, with the nearest name', async () => {
  await shm.init(parseDescriptions('{"TEST__counts": [["ts", 0.0], ["sender", ""], ["n", 0]]}', 'test'));
  await using application = run([]);
  expect(await application.ended).toBe(3);
  expect(application.errors()).toContain("did you mean 'TEST__counts'?");
});

test.skipIf(!requireServer('redis-server', 'applications of frames on Redis'))(
  'on a Redis server as the reference names it: in database 0',
  async () => {
    const server = await RedisServer.start();
    try {
      const words = ['--redis-server', '127.0.0.1', '--redis-port', `${server.port}`];
      await server.command('SET', 'TEST__count', '{"ts": 0.0, "sender": "", "n": 0}');
      await using application = run(words);
      expect(await application.line()).toBe('COUNTER counts');
      expect(await application.line()).toBe('three');
      application.child.kill('SIGINT');
      expect(await application.ended).toBe(0);
      expect(await server.command('GET', 'TEST__count')).toMatch(/"sender": "COUNTER", "n": -1}$/);
    } finally {
      await server.close();
    }
  },
);

test.skipIf(!requireServer('redis-server', 'applications that wait for Redis'))(
  'a Redis server that is not there yet is waited for',
  async () => {
    const server = await RedisServer.start();
    try {
      await server.kill();
      // Who takes its port knows when the application has tried.
      const nobody = createServer((socket) => socket.destroy()).listen(server.port, '127.0.0.1');
      const environment = { ALIDADE_STORE: server.url, INIT_TIMEOUT_MS: '60000', ROBOT: 'ROBOT_INIT' };
      await using application = run(['-i', 'ROBOT'], environment);
      await once(nobody, 'connection');
      nobody.close();
      await server.start();
      const late = await openSharedMemory(server.url);
      await late.init(descriptions, 'ROBOT_INIT');
      await late.close();
      expect(await application.line()).toBe('COUNTER counts');
      application.child.kill('SIGINT');
      expect(await application.ended).toBe(0);
    } finally {
      await server.close();
    }
  },
);
