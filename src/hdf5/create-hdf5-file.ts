import { AlidadeError } from '../shared/errors.ts';
import type { CreateOptions, Hdf5File } from './hdf5-file.ts';
import type { Hdf5Storage } from './storage.ts';

/**
 * Makes an HDF5 file, at a path or on another storage, and resolves when an empty one that readers can open is on the
 * disk.
 *
 * @throws ALI_FILE_EXISTS when the path is taken and `overwrite` was not asked for; ALI_FILE_NOT_WRITTEN when it
 * cannot be made
 *
 * @example
 * const file = await createHdf5File('run.h5');
 * const samples = file.root.dataset('samples', { type: 'float64' });
 * await samples.append([1, 2, 3]);
 * await file.close();
 */
export async function createHdf5File(
  place: string | Hdf5Storage,
  options: CreateOptions = {},
): Promise<Hdf5File> {
  throw new AlidadeError('ALI_INTERNAL', `not yet: ${typeof place} ${Object.keys(options)}`);
}
