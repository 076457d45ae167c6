import type { Kind, Space } from '../store/index.ts';
import { type KeyType, typeOf } from './entry.ts';
import { countMembers, memberPages, timeSpan } from './sample-pages.ts';

/** What there is under one key. */
export interface KeyStatistics {
  readonly key: Uint8Array;
  /** `foreign`: a set, a list or a Redis type that telescope state has no use for; nothing else is known of it. */
  readonly type: KeyType | 'foreign';
  /** Samples of a sensor, sub-keys of an indexed key, 1 of an attribute. */
  readonly count: number;
  /** Bytes of the key's values with sub-keys and times, as telescope state encodes them; a store needs more. */
  readonly sizeBytes: number;
  /** Whether the size was reckoned from the first and the last samples. */
  readonly isEstimate: boolean;
  /** Of sensors: when the first and the last sample were, in Unix seconds. */
  readonly firstSeconds?: number | undefined;
  readonly lastSeconds?: number | undefined;
  /** Of sensors with samples at two times or more: samples a second between the first and the last. */
  readonly rateHz?: number | undefined;
}

export interface StatisticsOptions {
  /** Read every sample for the size, also of long series. */
  readonly exact?: boolean | undefined;
}

/** Samples at either end from which the size of a longer series is reckoned. */
const probe = 500;

/**
 * What there is under a key; undefined of an absent one. It costs a few small reads, however long the series: of more
 * than 1000 samples the size is an estimate unless asked for `exact`.
 */
export async function keyStatistics(
  space: Space,
  key: Uint8Array,
  options: StatisticsOptions = {},
): Promise<KeyStatistics | undefined> {
  const kind = await space.read({ read: 'kind', key });
  if (kind === undefined) return undefined;
  if (isForeign(kind)) return { key, type: 'foreign', count: 0, sizeBytes: 0, isEstimate: false };
  const type = typeOf(kind, '');
  if (type === 'sensor') return { key, type, ...(await sensorStatistics(space, key, options)) };
  const entry = await space.read({ read: 'entry', key });
  if (entry?.kind === 'value') {
    return { key, type, count: 1, sizeBytes: entry.value.length, isEstimate: false };
  }
  const fields = entry?.kind === 'hash' ? entry.fields : [];
  const sizeBytes = fields.reduce((sum, [subKey, value]) => sum + subKey.length + value.length, 0);
  return { key, type, count: fields.length, sizeBytes, isEstimate: false };
}

function isForeign(kind: Kind): boolean {
  return kind === 'set' || kind === 'list' || kind === 'other';
}

async function sensorStatistics(space: Space, key: Uint8Array, { exact = false }: StatisticsOptions) {
  const [count, span] = await Promise.all([countMembers(space, key), timeSpan(space, key)]);
  const isEstimate = !exact && count > 2 * probe;
  const sizeBytes = isEstimate ? await estimate(space, key, count) : await measure(space, key);
  if (span === undefined) return { count, sizeBytes, isEstimate };
  const seconds = span.lastSeconds - span.firstSeconds;
  return { count, sizeBytes, isEstimate, ...span, rateHz: seconds > 0 ? (count - 1) / seconds : undefined };
}

async function measure(space: Space, key: Uint8Array): Promise<number> {
  let bytes = 0;
  for await (const page of memberPages(space, key)) bytes += sizeOf(page);
  return bytes;
}

async function estimate(space: Space, key: Uint8Array, count: number): Promise<number> {
  const ends = await space.readMany([
    { read: 'range', key, limit: probe },
    { read: 'range', key, limit: probe, reverse: true },
  ]);
  const members = ends.flat();
  return Math.round((sizeOf(members) / Math.max(1, members.length)) * count);
}

function sizeOf(members: readonly Uint8Array[]): number {
  return members.reduce((sum, member) => sum + member.length, 0);
}
