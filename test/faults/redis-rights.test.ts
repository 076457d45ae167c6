import { describe, expect, test } from 'vitest';
import { Opened } from '../../src/shared/opened.ts';
import { openRedis } from '../../src/store/redis/index.ts';
import { bytes, heard } from '../contract/store/context.ts';
import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

describe.skipIf(!requireServer('redis-server', 'a Redis server that takes a right away'))(
  'a right taken away',
  () => {
    test('who may no longer subscribe is told when the connection is made again, and his neighbour hears on', async () => {
      await using closing = new Opened();
      const server = await RedisServer.start();
      closing.defer(() => server.close());
      const url = `redis://u:p@127.0.0.1:${server.port}`;
      await server.command('ACL', 'SETUSER', 'u', 'on', '>p', '~*', '+@all', '&*');
      const space = await closing.use(await openRedis(url)).space('state');
      const refused = await space.subscribe({ channels: ['c'] });
      const neighbour = await space.subscribe({ channels: ['d'] });
      // The server ends connections whose channels are taken away.
      await server.command('ACL', 'SETUSER', 'u', 'resetchannels', '&d');
      const ending = (async () => {
        for await (const event of refused) expect(event.event).toBe('gap');
      })();
      await expect(ending).rejects.toEqual(
        expect.objectContaining({ code: 'ALI_STORE_LOGIN', message: expect.stringContaining("'u'") }),
      );
      for (;;) {
        const { value } = await neighbour.next();
        if (value.event === 'gap' && value.reason === 'reconnected') break;
      }
      await space.write({ do: 'set', key: 'k', value: bytes('v'), notice: { channel: 'd' } });
      expect(await heard(neighbour, 1)).toEqual(['d v']);
    });
  },
);
