import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openStore } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/folder.ts';

const value = Buffer.from('1');

/** Leaves the file as a process does that is killed while it brings the index of the write-ahead log up to date. */
function spoilIndex(folder: string): void {
  const file = openSync(join(folder, 'state.sqlite-shm'), 'r+');
  writeSync(file, Buffer.alloc(48, 0xa5), 0, 48, 0);
  closeSync(file);
}

test('a subscription on a file that was overwritten with garbage ends with ALI_STORE_DAMAGED', async () => {
  using folder = temporaryFolder();
  const store = await openStore(`sqlite:${folder.path}`);
  const space = await store.space('state');
  await space.write({ do: 'set', key: 'k', value });
  const subscription = await space.subscribe({ channels: ['c'] });
  for (const name of readdirSync(folder.path)) {
    if (name.endsWith('-shm')) continue;
    const path = join(folder.path, name);
    writeFileSync(path, Buffer.alloc(readFileSync(path).length, 'garbage '));
  }
  spoilIndex(folder.path);
  await expect(subscription.next()).rejects.toEqual(
    expect.objectContaining({ code: 'ALI_STORE_DAMAGED', message: expect.stringContaining('sqlite:') }),
  );
  await store.close();
});
