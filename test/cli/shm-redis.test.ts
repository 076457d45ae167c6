/** `alidade shm` on a Redis server, as programs of the reference see it: keys, texts and notices in database 0. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildCommand, finished, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const available = requireServer('redis-server', 'alidade shm on Redis');

describe.skipIf(!available)('redis:', () => {
  let server: RedisServer;
  let redis: Redis;
  let folder: ReturnType<typeof temporaryFolder>;
  let shell: Shell;
  beforeAll(async () => {
    buildCommand();
    server = await RedisServer.start();
    redis = new Redis(server.port, '127.0.0.1');
    folder = temporaryFolder();
    shell = new Shell(folder.path, { ROBOT: 'ROBOT_INIT' });
    writeFileSync(
      join(folder.path, 'frames.json'),
      '{"A__a": [["ts", 0.0], ["sender", ""], ["x", 0.0], ["label", "\\u00e9"]], "A__b": [["ts", 0.0], ["sender", ""], ["n", 0]]}',
    );
  }, 120_000);
  afterAll(async () => {
    redis?.disconnect();
    await server?.close();
    folder?.[Symbol.dispose]();
  });
  beforeEach(async () => {
    await redis.flushall();
    await redis.set('other', 'stays');
    await said('init', 'frames.json', '-i', 'ROBOT');
  });

  async function said(...args: readonly string[]): Promise<string> {
    const words = [...args, '--redis-server', '127.0.0.1', '--redis-port', `${server.port}`];
    const { status, stdout, stderr } = await shell.alidade('shm', ...words);
    expect({ args, status, stderr: stderr.replace(/^alidade: replaying .*\n/, '') }).toEqual({
      args,
      status: 0,
      stderr: '',
    });
    return stdout.trimEnd();
  }

  /** What is published from now on, until it is closed. */
  async function notices() {
    const subscriber = redis.duplicate();
    const heard: string[] = [];
    subscriber.on('pmessage', (_, channel, message) => heard.push(`${channel} ${message}`));
    await subscriber.psubscribe('*');
    return { heard, [Symbol.dispose]: () => subscriber.disconnect() };
  }

  test('init puts the texts that the reference puts, and leaves other keys', async () => {
    expect(await redis.get('A__a')).toBe('{"ts": 0.0, "sender": "", "x": 0.0, "label": "\\u00e9"}');
    expect(await redis.get('A__b')).toBe('{"ts": 0.0, "sender": "", "n": 0}');
    expect(await redis.get('ROBOT_INIT')).toBe('OK');
    expect(await redis.get('other')).toBe('stays');
    expect(await said('names')).toBe('A__a\nA__b');
  });

  test('write sets the text, with its notice and expiry', async () => {
    using published = await notices();
    await said('write', 'A__a', 'x=12', 'label=ü', 'ts=100', '--app-name', 'ME', '--expire', '1000');
    expect(await redis.get('A__a')).toBe('{"ts": 100.0, "sender": "ME", "x": 12.0, "label": "\\u00fc"}');
    expect(await redis.ttl('A__a')).toBeGreaterThan(900);
    await expect.poll(() => published.heard).toEqual(['A__a available']);
  });

  test('read and listen have what others set', async () => {
    await redis.set('A__b', '{"ts": 100.5, "sender": "PY", "n": 7}');
    expect(await said('read', 'A__b')).toMatch(
      /^A__b {2}.* old, from PY, 1970-01-01T00:01:40\.500000Z\n {2}n {2}7$/,
    );
    const listening = shell.start('shm', 'listen', 'A__b', '--store', `${server.url}/0`);
    const lines = linesOf(listening);
    expect((await lines.next()).value).toContain('PY  n=7');
    await redis
      .multi()
      .set('A__b', '{"ts": 101.5, "sender": "PY", "n": 8}')
      .publish('A__b', 'available')
      .exec();
    expect((await lines.next()).value).toContain('PY  n=8');
    const ended = finished(listening);
    listening.kill('SIGINT');
    expect((await ended).status).toBe(0);
  });

  test('a log of the reference goes back on the wire as it was', async () => {
    writeFileSync(
      join(folder.path, '2014-05-13_16h53m20sZ_PY_A__a.csv'),
      'ts,sender,x,label\r\n1.25,PY,12.0,"é, ""q"""\r\n2.5,PY,nan,\r\n',
    );
    using published = await notices();
    const file = readdirSync(folder.path).find((name) => name.endsWith('A__a.csv')) ?? '';
    await said('replay', file, '--speed', '1000');
    expect(await redis.get('A__a')).toBe('{"ts": 2.5, "sender": "PY", "x": NaN, "label": ""}');
    await expect.poll(() => published.heard).toEqual(['A__a available', 'A__a available']);
    await said('replay', file, '--to', '2', '--prefix', 'OLD_');
    expect(await redis.get('OLD_A__a')).toBe(
      '{"ts": 1.25, "sender": "PY", "x": 12.0, "label": "\\u00e9, \\"q\\""}',
    );
  });
});
