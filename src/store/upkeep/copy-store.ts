import { realpathSync } from 'node:fs';
import { defaultFolder } from '../../ipc/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { openStore, sqliteFolder } from '../open-store.ts';
import type { SpaceName, Store } from '../store.ts';
import { type CopyProgress, type CopySpaceOptions, copySpace, type SpaceCopy } from './copy-space.ts';
import { isFree, makeFolder } from './new-folder.ts';
import { chosenSpaces, folderOf, spacesOf } from './spaces.ts';

export interface CopyStoreOptions extends CopySpaceOptions {
  /** Which spaces; default all. */
  readonly spaces?: readonly string[] | undefined;
  /**
   * Write into a target that holds keys: those that differ from the source's are replaced, and others stay. Also goes on
   * with a copy that was cut off.
   */
  readonly overwrite?: boolean | undefined;
  /** Progress over all spaces. */
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
}

export interface StoreCopy {
  /** How messages name the two. */
  readonly from: string;
  readonly to: string;
  readonly spaces: readonly SpaceCopy[];
}

/**
 * Copies a store to another of any engine, key by key, each read back and checked. The source may be a snapshot file.
 *
 * A `sqlite:` folder that does not exist, or is empty, gets its name only when all of it is there and on disk. Any other
 * target is written in place: after a copy that was cut off it holds some of the keys, and `overwrite` goes on with it.
 * Without a URL source or target are the nearest `.alidade` folder, as for `openStore`. The source is only read, and both may be in use; each key is copied as it is when its turn comes.
 *
 * @throws ALI_STORE_NOT_EMPTY, ALI_STORE_NOT_FOUND, ALI_COPY_DIFFERS, ALI_NO_SUCH_SPACE, ALI_ABORTED, ALI_USAGE where
 * source and target are one store, and what the stores throw
 */
export async function copyStore(
  fromUrl: string | undefined,
  toUrl: string | undefined,
  options: CopyStoreOptions = {},
): Promise<StoreCopy> {
  const target = toUrl || `sqlite:${defaultFolder()}`;
  assertTarget(target);
  await using from = await openStore(fromUrl, { create: false });
  const folder = sqliteFolder(target);
  if (folder !== undefined && (await isFree(folder))) {
    return await makeFolder(folder, async (temporary) => {
      const copy = await copyInto(from, `sqlite:${temporary}`, options);
      return { ...copy, to: `sqlite:${folder}` };
    });
  }
  return await copyInto(from, target, options);
}

/** Copies an open store. @throws as {@link copyStore} */
export async function copyInto(from: Store, toUrl: string, options: CopyStoreOptions): Promise<StoreCopy> {
  await using to = await openStore(toUrl);
  if (isOneStore(from, to)) {
    throw new AlidadeError('ALI_USAGE', `${from.location} cannot be copied onto itself`);
  }
  const chosen = chosenSpaces([from, to], options.spaces);
  const names = chosen.filter((space) => spacesOf(from).includes(space));
  if (options.overwrite !== true) for (const name of chosen) await assertEmpty(to, name);
  const spaces: SpaceCopy[] = [];
  let bytes = 0;
  for (const [i, name] of names.entries()) {
    const copy = await copySpace(await from.space(name), await to.space(name), {
      ...options,
      onProgress: (progress) =>
        options.onProgress?.({
          space: name,
          portion: (i + progress.portion) / names.length,
          bytes: bytes + progress.bytes,
        }),
    });
    bytes += copy.bytes;
    spaces.push(copy);
  }
  return { from: from.location, to: to.location, spaces };
}

function assertTarget(url: string): void {
  if (url.startsWith('memory:')) {
    throw new AlidadeError('ALI_USAGE', 'a store in memory ends with this command: name another target');
  }
  if (url.endsWith('.rdb')) {
    throw new AlidadeError(
      'ALI_USAGE',
      `${url} is a snapshot file, which holds telescope state alone: write one with 'alidade state dump ${url}'`,
    );
  }
}

async function assertEmpty(to: Store, name: SpaceName): Promise<void> {
  const space = await to.space(name);
  const { length } = await space.keys();
  if (length === 0) return;
  throw new AlidadeError(
    'ALI_STORE_NOT_EMPTY',
    `${space.location} holds ${length} ${length === 1 ? 'key' : 'keys'}, and nothing was written. Say --overwrite to replace those that differ (this also goes on with a copy that was cut off), or name an empty target.`,
  );
}

function isOneStore(a: Store, b: Store): boolean {
  const [folderA, folderB] = [folderOf(a), folderOf(b)];
  if (folderA === undefined || folderB === undefined) return a.location === b.location;
  return realpathSync(folderA) === realpathSync(folderB);
}
