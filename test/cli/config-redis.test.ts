/** `alidade config` on a Redis server that others use too. */
import { resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const sample = resolve(import.meta.dirname, '../../examples/beamline/sample.json');
const motor2 = 'source:instrument1:motor2';

beforeAll(buildCommand, 120_000);

describe.skipIf(!requireServer('redis-server', 'alidade config on Redis'))('redis:', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let server: RedisServer;
  let shell: Shell;
  beforeEach(async () => {
    folder = temporaryFolder();
    server = await RedisServer.start();
    // Where old clients are.
    shell = new Shell(folder.path, { ALIDADE_STORE: `${server.url}/0` });
  });
  afterEach(async () => {
    await server.close();
    folder[Symbol.dispose]();
  });

  const said = (...args: readonly string[]): Promise<string> => shell.said('config', ...args);

  test('a client reads text as text and anything else as JSON', async () => {
    await said('populate', sample);
    expect(await server.command('HGET', motor2, 'address')).toBe('$6\r\nIOC:m2');
    expect(await server.command('HGET', 'experiment:instrument2', 'id')).toBe('$4\r\n1234');
    expect(await server.command('HGET', 'detector:instrument1:area', 'pixels')).toBe('$10\r\n[512,1024]');
  });

  test('what another client writes is there, and in the history as foreign', async () => {
    await said('populate', sample);
    await server.command('HSET', motor2, 'address', 'IOC:m8');
    expect(await said('query', motor2)).toContain('IOC:m8');
    expect((await said('history', 'instrument1')).split('\n')[1]).toMatch(/^instrument1 +2 .* foreign /);
    expect(await said('diff', '--configuration', 'instrument1')).toBe(
      `  ${motor2}\n-   address  IOC:m2\n+   address  IOC:m8`,
    );
  });

  test('a key of another type is refused with its name, and nothing is written', async () => {
    await server.command('SET', motor2, 'x');
    const { status, stdout, stderr } = await shell.alidade('config', 'populate', sample);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^alidade: [^\n]*source:instrument1:motor2[^\n]*\n$/);
    expect(await server.command('DBSIZE')).toBe(':1');
  });

  test('adopt takes over what psi_example.py stored, and leaves it to its clients', async () => {
    await server.command('HSET', 'lab:user', 'name', 'Ada');
    await server.command('HSET', 'lab:experiment', 'id', '7');
    await server.command('SADD', 'lab:sources', 'motor1');
    await server.command('HSET', 'source:lab:motor1', 'address', 'IOC:m1');
    expect(await said('adopt', '--dry-run')).toContain('+ source:lab:motor1');
    expect(await said('adopt')).toContain('lab:');
    expect(JSON.parse(await said('fetch', 'lab'))).toEqual({
      experiment: { id: '7' },
      sources: { motor1: { address: 'IOC:m1' } },
      user: { name: 'Ada' },
    });
    expect(await server.command('HGET', 'lab:user', 'name')).toBe('$3\r\nAda');
    expect(await said('adopt')).toBe('there is nothing to adopt');
  });
});
