import type { Hdf5Storage } from '../hdf5/index.ts';

/** In place of a disk, to measure what all else costs. */
export const nullStorage: Hdf5Storage = {
  writeAt: async () => undefined,
  sync: async () => undefined,
  truncate: async () => undefined,
  close: async () => undefined,
};
