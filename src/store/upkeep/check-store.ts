import { isAlidadeError } from '../../shared/errors.ts';
import { keyText } from '../key.ts';
import { openStore } from '../open-store.ts';
import type { Kind, Space, SpaceName, Store } from '../store.ts';
import { checkFile } from './check-file.ts';
import { chosenSpaces, folderOf, isOneDatabase, spaceFile, spacesInFolder } from './spaces.ts';

export interface SpaceCheck {
  readonly space: string;
  /** Each in a sentence; none where all is well. */
  readonly faults: readonly string[];
  readonly keys: number;
  /** Keys by their kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Fields, members and items; undefined where they were not counted. */
  readonly elements: number | undefined;
}

export interface CheckOptions {
  readonly quick?: boolean | undefined;
  readonly spaces?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StoreCheck {
  readonly store: string;
  readonly spaces: readonly SpaceCheck[];
}

/**
 * Opens every space of a store and looks whether it is whole: of a `sqlite:` store whatever SQLite finds wrong in the
 * files, and what Alidade never writes; of Redis whether it answers, and keys of kinds that no part of Alidade uses.
 *
 * @throws what opening the store throws; what is wrong with a space is in the result
 */
export async function checkStore(url: string | undefined, options: CheckOptions = {}): Promise<StoreCheck> {
  await using store = await openStore(url, { create: false });
  const names = options.spaces === undefined && isOneDatabase(store) ? ['state'] : options.spaces;
  const spaces: SpaceCheck[] = [];
  for (const name of chosenSpaces([store], names)) spaces.push(await checkSpace(store, name, options));
  return { store: store.location, spaces };
}

async function checkSpace(store: Store, name: SpaceName, options: CheckOptions): Promise<SpaceCheck> {
  const folder = folderOf(store);
  const empty = { space: name, keys: 0, kinds: {}, elements: 0 };
  if (folder !== undefined && !spacesInFolder(folder).includes(name)) return { ...empty, faults: [] };
  try {
    // Opening it finds what keeps it from being used at all, such as a newer format.
    const space = await store.space(name);
    if (folder === undefined) return await checkKeys(space);
    await space.read({ read: 'kind', key: '' });
    const { quick, signal } = options;
    return { space: name, ...(await checkFile(spaceFile(folder, name), { quick, signal })) };
  } catch (error) {
    if (!isAlidadeError(error) || error.code === 'ALI_ABORTED') throw error;
    return { ...empty, faults: [`${error.message} (${error.code})`] };
  }
}

const readTogether = 500;
const namedAtMost = 3;

async function checkKeys(space: Space): Promise<SpaceCheck> {
  const keys = await space.keys();
  const kinds: Partial<Record<Kind, number>> = {};
  const foreign: Uint8Array[] = [];
  for (let i = 0; i < keys.length; i += readTogether) {
    const group = keys.slice(i, i + readTogether);
    const found = await space.readMany(group.map((key) => ({ read: 'kind', key }) as const));
    for (const [j, kind] of found.entries()) {
      if (kind !== undefined) kinds[kind] = (kinds[kind] ?? 0) + 1;
      if (kind === 'other') foreign.push(group[j] as Uint8Array);
    }
  }
  const named = foreign.slice(0, namedAtMost).map((key) => JSON.stringify(keyText(key)));
  const faults =
    foreign.length === 0
      ? []
      : [
          `${foreign.length} ${foreign.length === 1 ? 'key' : 'keys'} of kinds that no part of Alidade uses: ${named.join(', ')}${foreign.length > namedAtMost ? ', …' : ''}; is this the right database?`,
        ];
  const count = Object.values(kinds).reduce((sum, many) => sum + many, 0);
  return { space: space.name, faults, keys: count, kinds, elements: undefined };
}
