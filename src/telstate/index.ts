/** Telescope state: attributes, sensors, indexed keys, views, waiting and watching. Start at telescope-state.ts. */
export * from './encoding/index.ts';
export { Endpoint, endpointListParser, endpointParser, endpointsToText, maxEndpoints } from './endpoint.ts';
export type { Current, EncodedIndexed, ExactOption, Indexed, KeyType, ReadOptions, Sample } from './entry.ts';
export * from './errors.ts';
export * from './exchange/index.ts';
export { type KeyStatistics, keyStatistics, type StatisticsOptions } from './key-statistics.ts';
export type { TimeRange } from './range.ts';
export { countMembers, memberPages, type PageRange, timeSpan } from './sample-pages.ts';
export {
  type GetOptions,
  type OpenTelescopeStateOptions,
  openTelescopeState,
  TelescopeState,
  type TelescopeStateOptions,
  type ViewOptions,
} from './telescope-state.ts';
export { type Clock, splitMember } from './time.ts';
export type { WaitIndexedOptions, WaitKeyOptions } from './wait.ts';
export type { Watch, WatchOptions } from './watch.ts';
export type { Undecodable, Update, WatchConnection, WatchEvent, WatchGap } from './watch-event.ts';
export type { KeyedSample, NewSample } from './write.ts';
