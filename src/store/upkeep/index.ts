/** Upkeep of stores: copies, backups and checks. */
export { type BackupOptions, type BackupProgress, type BackupReport, backupStore } from './backup-store.ts';
export { type CheckOptions, checkStore, type SpaceCheck, type StoreCheck } from './check-store.ts';
export type { CopyProgress, SpaceCopy } from './copy-space.ts';
export { type CopyStoreOptions, copyStore, type StoreCopy } from './copy-store.ts';
