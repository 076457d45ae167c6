import { afterAll, beforeAll, describe } from 'vitest';
import { openRedis } from '../../src/store/redis/index.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';
import { storeContract } from './store.ts';

describe.skipIf(!requireServer('redis-server', 'store contract on Redis'))('with a redis-server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.close());

  storeContract('redis:', async () => {
    await server.command('FLUSHALL');
    const store = await openRedis(server.url);
    return { store, second: () => openRedis(server.url), close: () => store.close() };
  });
});
