import { statfsSync } from 'node:fs';
import { isFolder, makeFolder } from '../../ipc/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';

/** File systems on which several machines may meet, by their magic numbers (man 2 statfs). */
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x73757245, 'Coda'],
  [0x20030528, 'OrangeFS'],
]);

/**
 * Sees to it that there is a folder fit for a store.
 *
 * @throws ALI_STORE_NOT_FOUND without `create`, ALI_STORE_NOT_WRITABLE, ALI_STORE_NETWORK_FS
 */
export function prepareFolder(folder: string, create: boolean): void {
  if (!isFolder(folder)) {
    if (!create) {
      throw new AlidadeError(
        'ALI_STORE_NOT_FOUND',
        `there is no store at ${folder}. A command that writes makes one there (state set, config populate, shm init), or name another with --store or ALIDADE_STORE.`,
      );
    }
    make(folder);
  }
  const network = networkFileSystem(statfsSync(folder).type);
  if (network !== undefined) {
    throw new AlidadeError(
      'ALI_STORE_NETWORK_FS',
      `${folder} is on a network file system (${network}), where SQLite is not safe. Use a local folder, or a Redis store to share between machines.`,
    );
  }
}

/** What kind of network file system has this magic number; undefined for a local one. */
export function networkFileSystem(type: number): string | undefined {
  return networkFileSystems.get(type >>> 0);
}

function make(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new AlidadeError(
      'ALI_STORE_NOT_WRITABLE',
      `the store folder ${folder} cannot be made: ${messageOf(error)}. Name another with --store or ALIDADE_STORE.`,
      { cause: error },
    );
  }
}
