import { resolve } from 'node:path';
import { AlidadeError } from '../shared/errors.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
  /** Make the folder of a `sqlite:` store when it is missing (default). Verbs that only read say false. */
  readonly create?: boolean | undefined;
}

/**
 * Opens a store by its URL: `memory:`, `sqlite:FOLDER`, `redis://HOST`, `rediss://HOST`, or the name of an RDB file,
 * which is read into memory and cannot be written. Without a URL it is the nearest `.alidade` folder from the current
 * folder upwards, as git looks for its own, else `./.alidade`.
 *
 * @throws ALI_STORE_URL, ALI_STORE_NOT_FOUND, and what the engines say when they cannot be opened.
 * @example
 * await using store = await openStore('memory:');
 * const state = await store.space('state');
 */
export async function openStore(url?: string, options: OpenStoreOptions = {}): Promise<Store> {
  const open = await storeOpener(url, options);
  return open();
}

/** Loads the engine of a store, and gives what opens it as {@link openStore} does: for who counts the time of that alone. */
export async function storeOpener(
  url?: string,
  options: OpenStoreOptions = {},
): Promise<() => Promise<Store>> {
  const create = options.create ?? true;
  if (url === undefined || url === '') {
    const { defaultFolder } = await import('../ipc/index.ts');
    return folderOpener(defaultFolder(), create);
  }
  const scheme = /^([a-z]+):/.exec(url)?.[1];
  switch (scheme) {
    case 'memory': {
      const { openMemory } = await import('./sqlite/memory-store.ts');
      return async () => openMemory();
    }
    case 'sqlite':
      return folderOpener(folderOf(url), create);
    case 'redis':
    case 'rediss': {
      const { openRedis } = await import('./redis/index.ts');
      return () => openRedis(url);
    }
    default:
      if (namesSnapshot(url)) {
        const { openSnapshotStore } = await import('./snapshot-store.ts');
        return async () => openSnapshotStore(url);
      }
      throw new AlidadeError(
        'ALI_STORE_URL',
        `'${url}' does not name a store; use sqlite:FOLDER, redis://HOST:PORT, rediss://HOST:PORT, memory: or the name of an .rdb file`,
      );
  }
}

/** Whether this is the name of an RDB file, which {@link openStore} opens to be read only. */
export function namesSnapshot(url: string): boolean {
  return url.endsWith('.rdb') && !/^(?:memory|sqlite|rediss?):/.test(url);
}

async function folderOpener(folder: string, create: boolean): Promise<() => Promise<Store>> {
  const { prepareFolder } = await import('./sqlite/folder.ts');
  const { openSqlite } = await import('./sqlite/sqlite-store.ts');
  return async () => {
    prepareFolder(folder, create);
    return openSqlite(folder);
  };
}

/** The folder of a `sqlite:` URL; undefined for any other. @throws ALI_STORE_URL */
export function sqliteFolder(url: string): string | undefined {
  return url.startsWith('sqlite:') ? folderOf(url) : undefined;
}

/** `sqlite:FOLDER` and `sqlite:///FOLDER`; a path, not percent-encoded. */
function folderOf(url: string): string {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '') throw new AlidadeError('ALI_STORE_URL', `'${url}' names no folder; use sqlite:FOLDER`);
  return resolve(path);
}
