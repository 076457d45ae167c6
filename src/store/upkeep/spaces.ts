import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AlidadeError } from '../../shared/errors.ts';
import { type SpaceName, type Store, spaceNames } from '../store.ts';

/** The folder of a `sqlite:` store. */
export function folderOf(store: Store): string | undefined {
  return store.location.startsWith('sqlite:') ? store.location.slice('sqlite:'.length) : undefined;
}

export function spaceFile(folder: string, space: SpaceName): string {
  return join(folder, `${space}.sqlite`);
}

/** The spaces that a folder has files for: opening another one would make it. */
export function spacesInFolder(folder: string): readonly SpaceName[] {
  return spaceNames.filter((space) => existsSync(spaceFile(folder, space)));
}

/** The spaces that may hold something. */
export function spacesOf(store: Store): readonly SpaceName[] {
  const folder = folderOf(store);
  if (folder !== undefined) return spacesInFolder(folder);
  return store.location.endsWith('.rdb') ? ['state'] : spaceNames;
}

/** Whether every space of the store is one and the same, as where a Redis URL names a database. */
export function isOneDatabase(store: Store): boolean {
  return /^rediss?:\/\/[^/]+\/\d+$/.test(store.location);
}

/**
 * The spaces that a verb works on: those asked for, else all of them.
 *
 * @throws ALI_NO_SUCH_SPACE; ALI_USAGE where all would be the same one
 */
export function chosenSpaces(
  stores: readonly Store[],
  asked: readonly string[] | undefined,
): readonly SpaceName[] {
  const chosen = (asked ?? spaceNames).map((name) => {
    const known = spaceNames.find((space) => space === name);
    if (known !== undefined) return known;
    throw new AlidadeError(
      'ALI_NO_SUCH_SPACE',
      `no space is called '${name}'; there are ${spaceNames.join(', ')}`,
    );
  });
  const single = stores.find(isOneDatabase);
  if (single !== undefined && chosen.length > 1) {
    throw new AlidadeError(
      'ALI_USAGE',
      `${single.location} names one database, which then is every space: say which one is meant with --space state (or shm, config)`,
    );
  }
  return [...new Set(chosen)];
}
