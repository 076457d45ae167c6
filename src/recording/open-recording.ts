import { type Hdf5Reader, openHdf5File } from '../hdf5/index.ts';
import { AlidadeError } from '../shared/errors.ts';

/** Reads a recording of ours, byte for byte. @throws ALI_NOT_FOUND, ALI_HDF5_DAMAGED */
export async function openRecording(file: string): Promise<Hdf5Reader> {
  try {
    return await openHdf5File(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AlidadeError('ALI_NOT_FOUND', `there is no file ${file}`, { cause: error });
  }
}
