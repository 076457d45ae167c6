import type { Space } from '../store.ts';

/** One step through a series. */
export interface SeriesPage {
  readonly members: readonly Uint8Array[];
  /** How much of the series was given with this page, by the place of its last member in byte order: 0 to 1. */
  readonly portion: number;
  /** Whether this is the last. A first page that is the last is the whole series, as of one moment. */
  readonly last: boolean;
}

const pageBytes = 1024 * 1024;
const maxPageMembers = 4096;

/**
 * The members of a series in pages of about a megabyte, the next of which is read while the reader has the one before.
 * It ends with what was the last member when the first page was read, whatever comes behind it later.
 *
 * @param memberBytes how long its members are, roughly
 */
export async function* seriesPages(
  space: Space,
  key: Uint8Array,
  memberBytes: number,
): AsyncGenerator<SeriesPage, void, undefined> {
  let limit = fitting(memberBytes);
  const [first, [end]] = await space.readMany([
    { read: 'range', key, limit },
    { read: 'range', key, limit: 1, reverse: true },
  ]);
  const start = first[0];
  if (start === undefined || end === undefined) return;
  const max = { at: end, inclusive: true };
  for (let members: readonly Uint8Array[] = first; ; ) {
    const at = members.at(-1);
    if (at === undefined || members.length < limit || Buffer.compare(at, end) >= 0) {
      yield { members, portion: 1, last: true };
      return;
    }
    // Pages grow gently: a series of small members may hold a few large ones.
    limit = Math.min(fitting(meanBytes(members)), 2 * limit);
    const min = { at, inclusive: false };
    const next = space.read({ read: 'range', key, min, max, limit });
    next.catch(() => undefined);
    yield { members, portion: portionOf(start, end, at), last: false };
    members = await next;
  }
}

function fitting(memberBytes: number): number {
  return Math.max(1, Math.min(maxPageMembers, Math.floor(pageBytes / Math.max(1, memberBytes))));
}

function meanBytes(members: readonly Uint8Array[]): number {
  return members.reduce((sum, member) => sum + member.length, 0) / members.length;
}

/** Where `at` lies between two byte strings, by the six bytes after what those have in common. */
function portionOf(start: Uint8Array, end: Uint8Array, at: Uint8Array): number {
  let common = 0;
  while (common < start.length && start[common] === end[common]) common++;
  const place = (bytes: Uint8Array): number => {
    let number = 0;
    for (let i = common; i < common + 6; i++) number = number * 256 + (bytes[i] ?? 0);
    return number;
  };
  const width = place(end) - place(start);
  return width > 0 ? (place(at) - place(start)) / width : 0;
}
