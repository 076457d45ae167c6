export { AlidadeError, type ErrorCode, errorCodes, isAlidadeError } from './shared/errors.ts';
export {
  type Key,
  type OpenStoreOptions,
  openStore,
  type Space,
  type SpaceName,
  type Store,
} from './store/index.ts';
export {
  type LoadOptions,
  type LoadReport,
  loadSnapshot,
  type SnapshotProgress,
  type SnapshotSource,
  type SnapshotTarget,
  type WriteReport,
  type WriteSnapshotOptions,
  writeSnapshot,
} from './store/rdb/index.ts';
