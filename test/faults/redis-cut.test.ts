import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Subscription } from '../../src/store/index.ts';
import { type OpenRedisOptions, openRedis } from '../../src/store/redis/index.ts';
import type { Space, Store } from '../../src/store/store.ts';
import { bytes, heard, plain, push, set } from '../contract/store/context.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

const unreachable = expect.objectContaining({ code: 'ALI_STORE_UNREACHABLE' });

describe.skipIf(!requireServer('redis-server', 'a Redis server that goes away'))(
  'a server that goes away',
  () => {
    let server: RedisServer;
    const stores: Store[] = [];

    beforeEach(async () => {
      server = await RedisServer.start({ settings: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    });
    afterEach(async () => {
      server.resume();
      for (const store of stores.splice(0)) await store.close();
      await server.close();
    });

    async function open(options?: OpenRedisOptions): Promise<Space> {
      const store = await openRedis(server.url, options);
      stores.push(store);
      return store.space('state');
    }

    test('each write under way when the server is killed rejects or is there, and none is there twice', async () => {
      const space = await open({ waitMs: 1500 });
      let acknowledged = 0;
      const outcomes = new Map<string, unknown>();
      const write = async (item: string): Promise<boolean> => {
        try {
          await (item.endsWith('7')
            ? space.batch([], [push('l', item), set('k', item)])
            : space.write(push('l', item)));
          outcomes.set(item, 'done');
          acknowledged++;
          return true;
        } catch (error) {
          outcomes.set(item, error);
          return false;
        }
      };
      const writers = Array.from({ length: 500 }, async (_, writer) => {
        for (let i = 0; await write(`${writer} ${i}`); i++);
        await write(`${writer} again`);
      });
      while (acknowledged < 1000) await new Promise((resolve) => setImmediate(resolve));
      await server.kill();
      await Promise.all(writers);
      await server.start();

      const again = await open();
      const items = plain(await again.read({ read: 'items', key: 'l' })) as string[];
      const counts = new Map<string, number>();
      for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
      expect(Math.max(...counts.values())).toBe(1);
      let lost = 0;
      for (const [item, outcome] of outcomes) {
        if (outcome === 'done') expect(counts.get(item), item).toBe(1);
        else {
          expect(outcome).toEqual(unreachable);
          if (/nothing was sent/.test((outcome as Error).message))
            expect(counts.get(item), item).toBeUndefined();
          else lost++;
        }
      }
      expect(lost).toBeGreaterThan(0);
      expect(counts.size).toBeGreaterThanOrEqual(acknowledged);
    });

    test('what is called while the server is away is done when it comes back in time', async () => {
      const space = await open();
      await space.write(set('k', 'before'));
      await server.kill();
      const waiting = Promise.all([
        space.write(push('l', 'a')),
        space.read({ read: 'value', key: 'k' }),
        space.readMany([
          { read: 'value', key: 'k' },
          { read: 'kind', key: 'none' },
        ]),
        space.subscribe({ channels: ['c'] }),
      ]);
      await server.start();
      const [written, value, many, subscription] = await waiting;
      expect(written).toEqual({ changed: 1 });
      expect(plain([value, many])).toEqual(['before', ['before', undefined]]);
      expect(plain(await space.read({ read: 'items', key: 'l' }))).toEqual(['a']);
      await space.write({ do: 'set', key: 'k', value: bytes('v'), notice: { channel: 'c' } });
      expect(await heard(subscription, 1)).toEqual(['c v']);
    });

    test('what is called while the server is away and does not come back in time is never sent', async () => {
      const space = await open({ waitMs: 1000 });
      await server.stop();
      const results = await Promise.allSettled([
        space.write(push('l', 'lost')),
        space.batch([], [push('l', 'lost'), set('k', '')]),
        space.subscribe({ channels: ['c'] }),
        space.keys(),
      ]);
      for (const result of results) {
        expect(result).toMatchObject({ status: 'rejected', reason: unreachable });
        expect((result as PromiseRejectedResult).reason.message).toContain(`127.0.0.1:${server.port}`);
      }
      await server.start();
      const other = await open();
      await expect.poll(() => space.keys().catch(() => 'away')).toEqual([]);
      expect(await other.keys()).toEqual([]);
    });

    test('a subscription outlives kill -9 of its server: first a gap, then what is told', async () => {
      const space = await open();
      const tell = (channel: string, payload: string) =>
        space.write({ do: 'set', key: 'k', value: bytes(payload), notice: { channel } });
      const exact = await space.subscribe({ channels: ['c', bytes('\xff')] });
      const pattern = await space.subscribe({ patterns: ['c*'], channels: ['d'] });
      const left = await space.subscribe({ channels: ['left'] });
      await tell('c', '1');
      for (const subscription of [exact, pattern]) expect(await heard(subscription, 1)).toEqual(['c 1']);

      for (const round of ['2', '3']) {
        const listening = heard(exact, 1);
        await server.kill();
        await left.close();
        expect(await listening).toEqual(['gap away']);
        await server.start();
        for (const subscription of [exact, pattern]) {
          await heardOfReturn(subscription);
        }
        await tell('c', round);
        await tell('d', round);
        await space.write({
          do: 'set',
          key: 'k',
          value: bytes(''),
          notice: { channel: bytes('\xff'), payload: bytes(round) },
        });
        expect(await heard(exact, 2)).toEqual([`c ${round}`, `\xff ${round}`]);
        expect(await heard(pattern, 2)).toEqual([`c ${round}`, `d ${round}`]);
      }
      expect(await server.command('PUBSUB', 'NUMSUB', 'left')).toMatch(/:0$/);
    });

    test('who reads upon the gap misses nothing: what was written before the read is read, what comes after is told', async () => {
      const writer = await open();
      const space = await open();
      const subscription = await space.subscribe({ channels: ['c'] });
      for (let round = 0; round < 5; round++) {
        await server.kill();
        const starting = server.start();
        let writing = true;
        let last = 0;
        const writes = (async () => {
          while (writing) {
            const value = bytes(String(last + 1));
            await writer.write({ do: 'set', key: 'k', value, notice: { channel: 'c' } }).then(
              () => last++,
              () => {},
            );
          }
        })();
        await starting;
        await heardOfReturn(subscription);
        const seen = Number(plain(await space.read({ read: 'value', key: 'k' })) ?? 0);
        while (last < seen + 20) await new Promise((resolve) => setImmediate(resolve));
        writing = false;
        await writes;
        const told: number[] = [];
        while ((told.at(-1) ?? seen) < last) {
          const { value } = await subscription.next();
          if (value.event === 'notice') told.push(Number(plain(value.payload)));
        }
        const after = told.filter((n) => n > seen);
        expect(after).toEqual(Array.from({ length: last - seen }, (_, i) => seen + 1 + i));
      }
    });

    test('a server that stands still is noticed, on both connections, and nothing hangs', async () => {
      const space = await open({ answerMs: 1000, waitMs: 1000, pingMs: 500 });
      const subscription = await space.subscribe({ channels: ['c'] });
      server.pause();
      const results = await Promise.allSettled([
        space.write(push('l', 'a')),
        space.batch([], [push('l', 'b'), set('k', '')]),
        space.read({ read: 'kind', key: 'k' }),
        space.readMany([
          { read: 'kind', key: 'k' },
          { read: 'kind', key: 'l' },
        ]),
      ]);
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: unreachable });
      await expect(space.write(push('l', 'c'))).rejects.toThrow(/Waited 1 s; nothing was sent/);
      server.resume();
      await heardOfReturn(subscription);
      await expect.poll(() => space.write(set('k', 'v')).catch(() => 'away')).toEqual({ changed: 1 });
      await space.write({ do: 'set', key: 'k', value: bytes('v'), notice: { channel: 'c' } });
      expect(await heard(subscription, 1)).toEqual(['c v']);
      const items = plain(await space.read({ read: 'items', key: 'l' })) as string[];
      expect(items).not.toContain('c');
      expect(items.length).toBe(new Set(items).size);
    });

    test('a server that stands still does not keep close from ending', async () => {
      const store = await openRedis(server.url, { answerMs: 1000, waitMs: 1000 });
      const space = await store.space('state');
      const subscription = await space.subscribe({ channels: ['c'] });
      server.pause();
      const write = space.write(set('k', 'v')).catch((error) => error);
      const connecting = store.space('config').catch((error) => error);
      const subscribing = space.subscribe({ channels: ['d'] }).catch((error) => error);
      await store.close();
      expect(await write).toEqual(unreachable);
      expect(await connecting).toMatchObject({ code: 'ALI_STORE_CLOSED' });
      expect(await subscribing).toMatchObject({ code: 'ALI_STORE_CLOSED' });
      expect(await subscription.next()).toEqual({ done: true, value: undefined });
    });

    test('a store whose server is away closes at once', async () => {
      const store = await openRedis(server.url);
      const space = await store.space('state');
      await server.kill();
      const waiting = space.write(set('k', 'v')).catch((error) => error);
      const subscribing = space.subscribe({ channels: ['c'] }).catch((error) => error);
      const began = performance.now();
      await store.close();
      // Well before the server is given up, which is after 5 s.
      expect(performance.now() - began).toBeLessThan(4000);
      expect(['ALI_STORE_CLOSED', 'ALI_STORE_UNREACHABLE']).toContain((await waiting).code);
      expect(await subscribing).toMatchObject({ code: 'ALI_STORE_CLOSED' });
    });
  },
);

/** The server's coming back; its going is told to who listened at that moment, and to others only if it stays away. */
async function heardOfReturn(subscription: Subscription): Promise<void> {
  const first = await heard(subscription, 1);
  if (first[0] === 'gap away') expect(await heard(subscription, 1)).toEqual(['gap reconnected']);
  else expect(first).toEqual(['gap reconnected']);
}
