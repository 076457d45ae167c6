/** A Redis server that goes away while applications listen, wait and write, or that is not there yet. */
import { describe, expect, test } from 'vitest';
import { openSharedMemory, SharedMemory } from '../../src/shm/index.ts';
import { openStore } from '../../src/store/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';
import { descriptions, given, type RobotFrames, send } from './robot.ts';

describe.skipIf(!requireServer('redis-server', 'frames on a Redis that goes away'))('redis:', () => {
  test('listening outlives the server, and gets what was written before it was back', async () => {
    const server = await RedisServer.start({ settings: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    try {
      await using store = await openStore(`${server.url}/0`);
      const space = new ObservedSpace(await store.space('shm'));
      const shm = new SharedMemory<RobotFrames>(space, { appName: 'APP', descriptions });
      await shm.init(descriptions);
      await using listener = await shm.dict().listenTo(['A__command']);
      const waiting = shm.waitForInit('READY', { timeoutMs: 60_000 });
      await send(shm.dict(), 'before');
      expect((await given(listener.next()))[0]?.values.command).toBe('before');
      const next = listener.next();
      await space.listening(2);
      await server.kill();
      const meanwhile = '{"ts": 7.5, "sender": "PY", "command": "meanwhile"}';
      await server.unseen(async (unseen) => {
        expect(await unseen.command('SET', 'A__command', meanwhile)).toBe('+OK');
      });
      await server.start();
      expect((await given(next))[0]?.values.command).toBe('meanwhile');
      await send(shm.dict(), 'after');
      expect((await given(listener.next()))[0]?.values.command).toBe('after');
      expect(await server.command('SET', 'READY', 'OK')).toBe('+OK');
      await waiting;
    } finally {
      await server.close();
    }
  });

  test('a listener, and a wait, can be ended while the server is away', async () => {
    const server = await RedisServer.start();
    try {
      const shm = await openSharedMemory<RobotFrames>(server.url, { descriptions });
      const ending = new AbortController();
      await using listener = await shm.dict().listenTo(['A__command'], { signal: ending.signal });
      const waiting = shm.waitForInit('READY', { signal: ending.signal });
      const ended = expect(waiting).rejects.toMatchObject({ code: 'ALI_ABORTED' });
      const next = listener.next();
      await server.kill();
      ending.abort();
      expect(await next).toEqual({ done: true, value: undefined });
      await ended;
      await shm.close();
    } finally {
      await server.close();
    }
  });

  test('a server that is not there yet is waited for', async () => {
    const server = await RedisServer.start();
    const { url } = server;
    await server.stop();
    try {
      const opening = openSharedMemory(url, { waitMs: 60_000 });
      await server.start();
      await using shm = await opening;
      expect(await shm.names()).toEqual([]);
    } finally {
      await server.close();
    }
    const aborted = openSharedMemory(url, { waitMs: 60_000, signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: 'ALI_ABORTED' });
    await expect(openSharedMemory(url)).rejects.toMatchObject({ code: 'ALI_STORE_UNREACHABLE' });
  });
});
