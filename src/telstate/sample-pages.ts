import { setImmediate } from 'node:timers/promises';
import type { Bound, Space } from '../store/index.ts';
import { endEdge, startEdge } from './range.ts';
import { timeBytes, unpackTime } from './time.ts';

/** Which members of a series to page through. Left out: to its ends. */
export interface PageRange {
  /** The first time, in Unix seconds. */
  readonly start?: number | undefined;
  /** The time before which to stop. */
  readonly end?: number | undefined;
  /** Also the samples whose time is exactly `end`. */
  readonly includeEnd?: boolean | undefined;
  /** Begin after this member of the series instead of at `start`. */
  readonly after?: Uint8Array | undefined;
}

const firstPage = 64;
const maxPage = 8192;
/** What a page aims at. A series of large values is read a few at a time. */
const pageBytes = 4 * 1024 * 1024;

/**
 * The members of a sensor's series, oldest first, page by page: memory is that of a page, however long the series.
 * Samples that are added meanwhile are seen where they come after the page under way. Of a key that is no series
 * there are none.
 */
export async function* memberPages(
  space: Space,
  fullKey: Uint8Array,
  range: PageRange = {},
): AsyncGenerator<readonly Uint8Array[]> {
  const bounds = boundsOf(range);
  if (bounds === undefined) return;
  let { min } = bounds;
  for (let limit = firstPage; ; ) {
    const page = await space.read({ read: 'range', key: fullKey, min, max: bounds.max, limit });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < limit) return;
    // Embedded stores read on this thread: between pages others have their turn.
    await setImmediate();
    min = { at: last, inclusive: false };
    limit = nextLimit(page);
  }
}

/** How many members a range holds, which costs no reading of them. */
export async function countMembers(
  space: Space,
  fullKey: Uint8Array,
  range: PageRange = {},
): Promise<number> {
  const bounds = boundsOf(range);
  return bounds === undefined ? 0 : space.read({ read: 'count', key: fullKey, ...bounds });
}

/** When the first and the last sample were; undefined of an empty or absent series, and of foreign members. */
export async function timeSpan(
  space: Space,
  fullKey: Uint8Array,
): Promise<{ readonly firstSeconds: number; readonly lastSeconds: number } | undefined> {
  const [[first], [last]] = await space.readMany([
    { read: 'range', key: fullKey, limit: 1 },
    { read: 'range', key: fullKey, limit: 1, reverse: true },
  ]);
  if (first === undefined || last === undefined) return undefined;
  if (first.length < timeBytes || last.length < timeBytes) return undefined;
  return { firstSeconds: unpackTime(first), lastSeconds: unpackTime(last) };
}

interface Bounds {
  readonly min?: Bound | undefined;
  readonly max?: Bound | undefined;
}

/** Undefined of a range that can hold nothing. */
function boundsOf({
  start = 0,
  end = Number.POSITIVE_INFINITY,
  includeEnd,
  after,
}: PageRange): Bounds | undefined {
  const low = startEdge(start);
  const high = endEdge(end, includeEnd ?? false);
  if (low === 'highest' || high === 'lowest') return undefined;
  const min = after === undefined ? low : { at: after, inclusive: false };
  return { min: min === 'lowest' ? undefined : min, max: high === 'highest' ? undefined : high };
}

function nextLimit(page: readonly Uint8Array[]): number {
  const bytes = page.reduce((sum, member) => sum + member.length, 0);
  const fitting = Math.floor((pageBytes * page.length) / Math.max(1, bytes));
  return Math.max(1, Math.min(maxPage, fitting, 4 * page.length));
}
