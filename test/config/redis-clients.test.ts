import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { openConfigurationDatabase } from '../../src/config/index.ts';
import { Opened } from '../../src/shared/opened.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';
import { fileText, sample } from './engines.ts';

/** A server, a database on it, and a Redis client that knows nothing of Alidade. */
async function openAll(opened: Opened) {
  const server = await RedisServer.start();
  opened.defer(() => server.close());
  const database = opened.use(await openConfigurationDatabase(server.url, { author: 'anna@lab' }));
  const client = () => {
    const redis = new Redis(`${server.url}/2`);
    opened.defer(() => redis.disconnect());
    return redis;
  };
  return { database, client: client(), subscriber: client() };
}

describe.skipIf(!requireServer('redis-server', 'the configuration database beside plain Redis clients'))(
  'beside plain Redis clients',
  () => {
    test('a subscriber hears the notices of the reference', async () => {
      await using opened = new Opened();
      const { database, subscriber } = await openAll(opened);
      const heard: string[] = [];
      const { promise: last, resolve } = Promise.withResolvers<void>();
      subscriber.on('message', (channel: string, message: string) => {
        heard.push(`${channel} ${message}`);
        if (channel === 'end:c') resolve();
      });
      await subscriber.subscribe(
        'source:instrument1:motor1',
        'source:instrument1:motor2',
        'configurations',
        'configuration:instrument2',
        'instrument2',
        'end:c',
      );
      await database.populate(fileText(sample));
      await database.update('source:instrument1:motor2', 'address', 'IOC:m7');
      await database.addSource('instrument2', 'm', { address: 'x' });
      await database.removeSource('instrument2', 'm');
      await database.close();
      await using ending = await openConfigurationDatabase(database.space.location.split(' ')[0]);
      await ending.update('end:c', 'x', '', { create: true });
      await last;
      const whole = heard.filter((text) => text.startsWith('instrument2 '));
      expect(heard.filter((text) => !whole.includes(text))).toEqual([
        'configurations +instrument1',
        'source:instrument1:motor1 address',
        'source:instrument1:motor1 type',
        'source:instrument1:motor2 address',
        'source:instrument1:motor2 type',
        'configurations +instrument2',
        'configuration:instrument2 +experiment:instrument2',
        'configuration:instrument2 +source:instrument2:temp2',
        'source:instrument1:motor2 address',
        'configuration:instrument2 +source:instrument2:m',
        'configuration:instrument2 -source:instrument2:m',
        'configurations +c',
        'end:c x',
      ]);
      expect(whole.length).toBeGreaterThan(0);
      expect(JSON.parse(whole.at(-1)?.slice('instrument2 '.length) ?? '')).toEqual(sample.instrument2);
    });

    test('a client reads plain values, and what it writes is the history of foreign', async () => {
      await using opened = new Opened();
      const { database, client } = await openAll(opened);
      await database.populate(fileText(sample));
      expect(await client.smembers('configurations').then((names) => names.sort())).toEqual([
        'instrument1',
        'instrument2',
      ]);
      expect(await client.hgetall('experiment:instrument1')).toEqual({ id: '1234', name: 'Test experiment' });
      await using listening = await database.listen({ hashes: ['source:instrument1:motor2'] });
      await client.hset('source:instrument1:motor2', 'address', 'IOC:m3');
      await client.publish('source:instrument1:motor2', 'address');
      expect((await listening.next()).value).toEqual({
        event: 'field',
        hash: 'source:instrument1:motor2',
        field: 'address',
        value: '"IOC:m3"',
      });
      expect(await database.history('instrument1')).toMatchObject([{ author: 'foreign' }, { revision: 1 }]);
    });

    test('a listener whose connection was lost says so, and what changed meanwhile', async () => {
      await using opened = new Opened();
      const { database, client } = await openAll(opened);
      await database.populate(fileText(sample));
      await using listening = await database.listen({ hashes: ['source:instrument1:motor2'] });
      // In one step: nobody can be back before the change.
      await client
        .multi()
        .call('CLIENT', 'KILL', 'TYPE', 'pubsub')
        .hset('source:instrument1:motor2', 'address', 'IOC:m3')
        .exec();
      const events = [];
      while (events.at(-1)?.event !== 'back') events.push((await listening.next()).value);
      const field = {
        event: 'field',
        hash: 'source:instrument1:motor2',
        field: 'address',
        value: '"IOC:m3"',
      };
      expect(events).toEqual([{ event: 'away' }, { ...field, missed: true }, { event: 'back' }]);
      await database.update('source:instrument1:motor2', 'address', 'IOC:m4');
      expect((await listening.next()).value).toEqual({ ...field, value: '"IOC:m4"' });
    });

    test('the layout of the reference is adopted, and stays for its clients', async () => {
      await using opened = new Opened();
      const { database, client } = await openAll(opened);
      await client.hset('lab:user', { name: 'Mickey', email: 'm@d' });
      await client.hset('lab:experiment', { id: '1234' });
      await client.sadd('lab:sources', 'motor1', 'temp2');
      await client.hset('source:lab:motor1', { address: 'IOC:m1', type: 'ca-motor' });
      await client.hset('source:lab:temp2', { address: 'IOC:t2', type: 'ca-temp' });
      await client.hset('unrelated:thing', { a: '1' });
      const before = await client.keys('*');
      expect(await database.adopt({ dryRun: true })).toMatchObject([{ configuration: 'lab', kind: 'added' }]);
      expect((await client.keys('*')).sort()).toEqual(before.sort());
      expect(await database.adopt()).toMatchObject([{ configuration: 'lab', kind: 'added', revision: 1 }]);
      expect(await database.fetch('lab')).toEqual({
        experiment: { id: '1234' },
        sources: {
          motor1: { address: 'IOC:m1', type: 'ca-motor' },
          temp2: { address: 'IOC:t2', type: 'ca-temp' },
        },
        user: { name: 'Mickey', email: 'm@d' },
      });
      expect(await client.exists(...before)).toBe(before.length);
      expect(await database.history('lab')).toMatchObject([{ author: 'anna@lab', message: 'adopt' }]);
      expect(await database.adopt()).toMatchObject([{ kind: 'same' }]);
    });
  },
);
