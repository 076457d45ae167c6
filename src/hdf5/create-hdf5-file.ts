import { FileStorage } from './file-storage.ts';
import type { CreateOptions, Group, Hdf5File } from './hdf5-file.ts';
import { refusal } from './refusal.ts';
import type { Hdf5Storage } from './storage.ts';
import { StoredGroup } from './stored-group.ts';
import { Writer, type WriterOptions } from './writer.ts';

const defaultCommitIntervalMs = 1000;
const defaultBufferBytes = 64 * 1024 * 1024;

/**
 * Makes an HDF5 file, at a path or on another storage, and resolves when an empty one that readers can open is on the
 * disk.
 *
 * @throws ALI_FILE_EXISTS when the path is taken and `overwrite` was not asked for; ALI_FILE_NOT_WRITTEN when it
 * cannot be made; ALI_DISK_FULL or ALI_FILE_FAILED when it cannot be begun, and then nothing is left of it
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
  const writerOptions = checked(options);
  if (typeof place !== 'string') return begin(place, writerOptions);
  const storage = await FileStorage.create(place, options.overwrite ?? false);
  return begin(storage, writerOptions, () => storage.appear());
}

async function begin(
  storage: Hdf5Storage,
  options: WriterOptions,
  appear?: () => Promise<void>,
): Promise<Hdf5File> {
  try {
    const writer = new Writer(storage, options);
    const root = new StoredGroup(writer, '/');
    await writer.begin(root.header.address);
    await appear?.();
    return new StoredFile(writer, root);
  } catch (error) {
    await storage.close().catch(() => undefined);
    throw error;
  }
}

function checked(options: CreateOptions): WriterOptions {
  const { commitIntervalMs = defaultCommitIntervalMs, bufferBytes = defaultBufferBytes } = options;
  if (!(commitIntervalMs >= 0 && commitIntervalMs < 2 ** 31)) {
    throw refusal(`commitIntervalMs is 0 (only when called) or a time below 2^31, not ${commitIntervalMs}`);
  }
  if (!(bufferBytes > 0)) throw refusal(`bufferBytes is a number of bytes, not ${bufferBytes}`);
  return { commitIntervalMs, bufferBytes };
}

class StoredFile implements Hdf5File {
  readonly root: Group;
  readonly #writer: Writer;

  constructor(writer: Writer, root: Group) {
    this.root = root;
    this.#writer = writer;
  }

  commit(): Promise<void> {
    return this.#writer.commit();
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
