import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openStore, type Space, type Store } from '../../src/store/index.ts';

import { RedisServer } from '../support/redis-server.ts';
import { requireServer } from '../support/require-server.ts';

/** A place for a store, on which each call of `open` opens the same state, as another process would. */
export interface Place extends AsyncDisposable {
  open(): Promise<Space>;
}

/** Runs a suite of telescope state on every engine. Each place is empty. */
export function onEveryEngine(suite: (makePlace: () => Promise<Place>) => void): void {
  describe('memory:', () => suite(memoryPlace));
  describe('sqlite:', () => suite(sqlitePlace));
  describe.skipIf(!requireServer('redis-server', 'telescope state on Redis'))('redis:', () =>
    suite(redisPlace),
  );
}

async function memoryPlace(): Promise<Place> {
  const store = await openStore('memory:');
  return { open: () => store.space('state'), [Symbol.asyncDispose]: () => store.close() };
}

async function sqlitePlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-telstate-'));
  return placeOf(`sqlite:${folder}`, async () => rmSync(folder, { recursive: true }));
}

async function redisPlace(): Promise<Place> {
  const server = await RedisServer.start();
  return placeOf(server.url, () => server.close());
}

function placeOf(url: string, remove: () => Promise<void>): Place {
  const stores: Store[] = [];
  return {
    async open() {
      const store = await openStore(url);
      stores.push(store);
      return store.space('state');
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      await remove();
    },
  };
}
