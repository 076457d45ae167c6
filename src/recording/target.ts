import { rm, stat } from 'node:fs/promises';
import { createHdf5File, type Hdf5File } from '../hdf5/index.ts';
import { AlidadeError } from '../shared/errors.ts';
import { nullStorage } from './null-storage.ts';
import type { Settings } from './options.ts';

/** The file on the disk. */
export interface Target {
  readonly hdf5: Hdf5File;
  /** @throws ALI_FILE_FAILED when somebody has moved or removed it: what is written then is for nobody */
  assertThere(): Promise<void>;
  /** Takes away what has nothing in it. Never rejects. */
  remove(): Promise<void>;
}

/** @throws ALI_FILE_EXISTS, ALI_FILE_NOT_WRITTEN, ALI_DISK_FULL */
export async function openTarget({ file, force }: Settings): Promise<Target> {
  // Commits are called for when the rows that were gathered have been handed on.
  const options = { overwrite: force, commitIntervalMs: 0 };
  if (file === '/dev/null') {
    const hdf5 = await createHdf5File(nullStorage, options);
    return { hdf5, assertThere: async () => undefined, remove: async () => undefined };
  }
  const hdf5 = await createHdf5File(file, options);
  const { ino, dev } = await stat(file);
  const isThere = async () => {
    const now = await stat(file).catch(() => undefined);
    return now?.ino === ino && now.dev === dev;
  };
  return {
    hdf5,
    async remove() {
      if (await isThere()) await rm(file).catch(() => undefined);
    },
    async assertThere() {
      if (await isThere()) return;
      throw new AlidadeError(
        'ALI_FILE_FAILED',
        `${file} was moved or removed while it was written; nothing more is recorded`,
      );
    },
  };
}
