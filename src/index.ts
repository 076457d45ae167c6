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
  type FailedKey,
  type LoadOptions,
  type LoadReport,
  loadSnapshot,
  RdbParseError,
  type SkippedKey,
  type SnapshotProgress,
  type SnapshotSource,
  type SnapshotTarget,
  SnapshotWriter,
  type SnapshotWriterOptions,
  type WriteProgress,
  type WriteReport,
  type WriteSnapshotOptions,
  writeSnapshot,
} from './store/rdb/index.ts';
