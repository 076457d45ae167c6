import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';

test('among readers that overlap all the time the write-ahead log does not grow for ever', async () => {
  using folder = temporaryFolder();
  await using store = await openStore(`sqlite:${folder.path}`);
  const space = await store.space('state');
  await space.write({ do: 'set', key: 'k', value: Buffer.from('1') });
  const file = join(folder.path, 'state.sqlite');
  using a = new DatabaseSync(file);
  using b = new DatabaseSync(file);
  const reading = { goesOn: true };
  const readers = (async () => {
    for (let [next, last] = [a, b]; reading.goesOn; [next, last] = [last, next]) {
      next.exec('BEGIN');
      next.prepare('SELECT count(*) FROM keys').get();
      if (last.isTransaction) last.exec('COMMIT');
      await sleep(2);
    }
  })();
  let left = 1_200;
  let longestBytes = 0;
  const lane = async (key: string) => {
    while (left-- > 0) {
      // Bytes that stay the same would not be written.
      const value = Buffer.alloc(256 * 1024, String(left));
      await space.write({ do: 'set', key, value }, { durability: 'fast' });
      longestBytes = Math.max(longestBytes, statSync(`${file}-wal`).size);
    }
  };
  await Promise.all(['a', 'b', 'c', 'd'].map(lane));
  reading.goesOn = false;
  await readers;
  expect(longestBytes).toBeLessThan(200 * 1024 * 1024);
});
