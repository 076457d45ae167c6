export { createHdf5File } from './create-hdf5-file.ts';
export {
  createEarliestFile,
  type EarliestDataset,
  type EarliestDatasetOptions,
  type EarliestFile,
  type EarliestGroup,
} from './earliest/create-earliest-file.ts';
export type {
  Attributes,
  BytesOptions,
  ChunkOptions,
  CreateOptions,
  Dataset,
  DatasetOptions,
  Filter,
  Group,
  Hdf5File,
  Hdf5Object,
  ValueOptions,
} from './hdf5-file.ts';
export {
  type Attributes as ReadAttributes,
  Hdf5Reader,
  openHdf5File,
  ReadGroup,
} from './reading/open-hdf5-file.ts';
export type { ReadChunk, ReadDataset } from './reading/read-dataset.ts';
export type { ReadType } from './reading/read-type.ts';
export type { Hdf5Storage } from './storage.ts';
export type { Item, Items, NumberArray, NumberTypeName, TypeName } from './type-name.ts';
