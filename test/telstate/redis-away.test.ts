/** A Redis server that goes away while clients wait and watch. */
import { describe, expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { TelescopeState } from '../../src/telstate/index.ts';
import { ObservedSpace } from '../support/observed-space.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

describe.skipIf(!requireServer('redis-server', 'telescope state on a Redis that goes away'))('redis:', () => {
  test('a watch and a wait outlive the server, and get what was written before they were back', async () => {
    const server = await RedisServer.start({ settings: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    try {
      await using store = await openStore(server.url);
      const space = new ObservedSpace(await store.space('state'));
      const state = new TelescopeState(space);
      await state.add('s', 1, { time: 1 });
      await using watch = await state.watch(['s', 'a']);
      const heard: string[] = [];
      const waiting = state.waitKey('s', {
        condition: (value) => value === 4,
        onConnection: (now) => heard.push(now),
      });
      await state.add('s', 2, { time: 2 });
      expect(await watch.next()).toMatchObject({ value: { key: 's', value: 2 } });
      const next = watch.next();
      await space.listening(2);
      await server.kill();
      expect(await next).toEqual({ done: false, value: { event: 'away' } });
      await server.unseen(async (unseen) => {
        const member = Buffer.from('4008000000000000ff03', 'hex');
        expect(await unseen.command('ZADD', 's', '0', member)).toBe(':1');
        expect(await unseen.command('SET', 'a', Buffer.from('ff07', 'hex'))).toBe('+OK');
      });
      await server.start();
      expect(await watch.next()).toMatchObject({ value: { key: 's', value: 3, timeSeconds: 3 } });
      expect(await watch.next()).toMatchObject({ value: { key: 'a', value: 7 } });
      expect(await watch.next()).toEqual({ done: false, value: { event: 'back' } });
      await state.add('s', 4, { time: 4 });
      expect(await watch.next()).toMatchObject({ value: { key: 's', value: 4 } });
      expect(await waiting).toMatchObject({ value: 4, timeSeconds: 4 });
      expect(heard).toEqual(['away', 'back']);
    } finally {
      await server.close();
    }
  });

  test('a wait ends in time, and a watch can be closed, while the server is away', async () => {
    const server = await RedisServer.start();
    try {
      await using store = await openStore(server.url);
      const space = new ObservedSpace(await store.space('state'));
      const state = new TelescopeState(space);
      await using watch = await state.watch('s');
      const next = watch.next();
      const controller = new AbortController();
      const ends = Promise.allSettled([
        state.waitKey('s', { timeoutMs: 5000 }),
        state.waitIndexed('ix', 'k', { signal: controller.signal }),
      ]);
      await space.listening(3);
      await server.kill();
      controller.abort();
      expect(await ends).toMatchObject([
        { reason: { code: 'ALI_TIMEOUT' } },
        { reason: { code: 'ALI_ABORTED' } },
      ]);
      expect(await next).toEqual({ done: false, value: { event: 'away' } });
      const end = watch.next();
      await watch.close();
      expect(await end).toEqual({ done: true, value: undefined });
    } finally {
      await server.close();
    }
  });
});
