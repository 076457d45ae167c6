import { openStore } from '../store/index.ts';
import { ConfigurationDatabase } from './database.ts';
import type { ConfigurationOptions } from './options.ts';

export interface OpenConfigurationDatabaseOptions extends ConfigurationOptions {
  /** Make the folder of a `sqlite:` store when it is missing (default). */
  readonly create?: boolean | undefined;
}

/**
 * Opens the configuration database on a store of its own, which is closed with it: `memory:`, `sqlite:FOLDER` or
 * `redis://HOST` (database 2, unless the URL names one); without a place the nearest `.alidade` folder.
 *
 * @throws what `openStore` throws
 * @example await using database = await openConfigurationDatabase('redis://localhost')
 */
export async function openConfigurationDatabase(
  place?: string,
  { create, ...options }: OpenConfigurationDatabaseOptions = {},
): Promise<ConfigurationDatabase> {
  const store = await openStore(place, { create });
  try {
    return new ConfigurationDatabase(await store.space('config'), options, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}
