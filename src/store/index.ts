/** The store: one interface, three engines. Start at store.ts (what a store is) and open-store.ts (how one is opened). */
export { compileGlob, type Glob } from './glob.ts';
export { type Key, keyBytes, keyText, maxKeyBytes } from './key.ts';
export { namesSnapshot, type OpenStoreOptions, openStore, storeOpener } from './open-store.ts';
export { patiently } from './patience.ts';
export {
  type BatchResult,
  type Bound,
  type Condition,
  type Entry,
  type Field,
  type Kind,
  maxExpireMs,
  maxValueBytes,
  type NoticeOf,
  type Operation,
  type Outcome,
  type Read,
  type ReadResults,
  type ResultOf,
  type Space,
  type SpaceName,
  type Store,
  type StoreEvent,
  type SubscribeFilter,
  type SubscribeOptions,
  type Subscription,
  spaceNames,
  type WriteOptions,
} from './store.ts';
