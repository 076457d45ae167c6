import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openStore, type Space, type SpaceName, type Store } from '../../src/store/index.ts';
import { RedisServer } from './redis-server.ts';
import { requireServer } from './require-server.ts';

/** A place for a store, on which each call of `open` opens the same space, as another process would. */
export interface Place extends AsyncDisposable {
  readonly engine: 'memory' | 'sqlite' | 'redis';
  /** The server, where there is one. */
  readonly server?: RedisServer | undefined;
  open(): Promise<Space>;
}

/** Runs a suite of a part, which stands on this space, on every engine. Each place is empty. */
export function onEveryEngineOf(
  name: SpaceName,
  part: string,
  suite: (makePlace: () => Promise<Place>) => void,
): void {
  describe('memory:', () => suite(() => memoryPlace(name)));
  describe('sqlite:', () => suite(() => sqlitePlace(name)));
  describe.skipIf(!requireServer('redis-server', `${part} on Redis`))('redis:', () =>
    suite(() => redisPlace(name)),
  );
}

async function memoryPlace(name: SpaceName): Promise<Place> {
  const store = await openStore('memory:');
  return { engine: 'memory', open: () => store.space(name), [Symbol.asyncDispose]: () => store.close() };
}

async function sqlitePlace(name: SpaceName): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-engine-'));
  const remove = async () => rmSync(folder, { recursive: true });
  return { engine: 'sqlite', ...placeOf(name, `sqlite:${folder}`, remove) };
}

async function redisPlace(name: SpaceName): Promise<Place> {
  const server = await RedisServer.start();
  return { engine: 'redis', server, ...placeOf(name, server.url, () => server.close()) };
}

function placeOf(
  name: SpaceName,
  url: string,
  remove: () => Promise<void>,
): Pick<Place, 'open'> & AsyncDisposable {
  const stores: Store[] = [];
  return {
    async open() {
      const store = await openStore(url);
      stores.push(store);
      return store.space(name);
    },
    async [Symbol.asyncDispose]() {
      for (const store of stores) await store.close();
      await remove();
    },
  };
}
