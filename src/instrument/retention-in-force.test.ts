import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/folder.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { requireServer } from '../../test/support/require-server.ts';
import { openStore } from '../store/index.ts';
import { openInstrument } from './instrument.ts';
import { retentionInForce } from './retention-in-force.ts';

const file = `
name: tower
state:
  retention:
    - { keys: 'wind_*', keep: 7d, keepLast: 1000 }
    - { keys: '*', keep: forever }
`;

test('what a running instrument keeps can be told by others, until it ends', async () => {
  using folder = temporaryFolder();
  writeFileSync(join(folder.path, 'instrument.yaml'), file);
  const url = `sqlite:${join(folder.path, 'store')}`;
  await using store = await openStore(url);
  expect(await retentionInForce(store)).toEqual([]);
  const instrument = await openInstrument(folder.path, { storeUrl: url });
  expect(await retentionInForce(store)).toEqual([
    { keys: 'wind_*', keepMs: 604_800_000, keepLast: 1000 },
    { keys: '*', keepMs: undefined, keepLast: undefined },
  ]);
  await instrument.close();
  expect(await retentionInForce(store)).toEqual([]);
});

test('leases of other versions and other things under such a key tell nothing', async () => {
  await using store = await openStore('memory:');
  const config = await store.space('config');
  for (const [name, content] of [
    ['old', '{"host":"h","pid":1}'],
    ['text', 'no JSON'],
    ['odd', '{"retention":[{"keys":1}]}'],
  ]) {
    await config.write({ do: 'set', key: `instrument:${name}:running`, value: Buffer.from(content ?? '') });
  }
  await config.write({ do: 'push', key: 'instrument:list:running', items: [Buffer.from('x')] });
  expect(await retentionInForce(store)).toEqual([]);
});

test.skipIf(!requireServer('redis-server', 'retention in force on Redis'))(
  'a Redis server without a database for instruments has none running',
  async () => {
    const server = await RedisServer.start({ settings: ['--databases', '1'] });
    try {
      await using store = await openStore(server.url);
      expect(await retentionInForce(store)).toEqual([]);
    } finally {
      await server.close();
    }
  },
);
