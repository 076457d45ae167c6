import { existsSync } from 'node:fs';
import { AlidadeError } from '../shared/errors.ts';
import { loadSnapshot } from './rdb/index.ts';
import { openMemory } from './sqlite/memory-store.ts';
import type { Space, SpaceName, Store } from './store.ts';

/**
 * Opens an RDB file as a store that can only be read: its keys are the space `state`, in the memory of this process.
 *
 * @throws ALI_STORE_NOT_FOUND when there is no such file; ALI_SNAPSHOT when it is damaged
 */
export async function openSnapshotStore(file: string): Promise<Store> {
  if (!existsSync(file)) throw new AlidadeError('ALI_STORE_NOT_FOUND', `there is no snapshot file ${file}`);
  const memory = openMemory();
  try {
    await loadSnapshot(await memory.space('state'), file);
  } catch (error) {
    await memory.close();
    throw error;
  }
  return {
    location: file,
    space: async (name: SpaceName) => readOnly(await memory.space(name), `${file} (${name})`),
    close: () => memory.close(),
    [Symbol.asyncDispose]: () => memory.close(),
  };
}

function readOnly(space: Space, location: string): Space {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new AlidadeError(
        'ALI_READ_ONLY',
        `${location} is a snapshot and cannot be written; load it into a store with 'alidade state load'`,
      ),
    );
  return {
    name: space.name,
    location,
    read: (read) => space.read(read),
    readMany: (reads) => space.readMany(reads),
    keys: (glob) => space.keys(glob),
    subscribe: (filter, options) => space.subscribe(filter, options),
    mayBeHeard: (channel) => space.mayBeHeard(channel),
    write: refuse,
    batch: refuse,
    clear: refuse,
  };
}
