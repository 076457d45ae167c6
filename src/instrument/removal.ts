import { setImmediate } from 'node:timers/promises';
import type { Space } from '../store/index.ts';
import { countMembers, memberPages, timeSpan } from '../telstate/index.ts';

/** Samples removed in one write: what other writers may have to wait for. */
export const removedAtOnce = 1000;
/** Reads into which the counting of a long series is cut, so that none keeps the event loop for long. */
const countedInBlocks = 256;

/** Which samples go: those before a time, or the oldest so and so many. The newest sample always stays. */
export type Surplus = { readonly beforeSeconds: number } | { readonly oldest: number };

export interface RemovalOptions {
  /** Asked before each write. */
  readonly isWanted: () => boolean;
  readonly onRemoved: (count: number) => void;
}

/**
 * Removes samples of a series from its beginning, in many small writes, each done before the next is begun. It reads what
 * it removes, so that each write is bounded.
 */
export async function removeOldest(
  space: Space,
  key: Uint8Array,
  surplus: Surplus,
  { isWanted, onRemoved }: RemovalOptions,
): Promise<void> {
  const [newest] = await space.read({ read: 'range', key, limit: 1, reverse: true });
  if (newest === undefined) return;
  const end = 'beforeSeconds' in surplus ? surplus.beforeSeconds : undefined;
  let left = 'oldest' in surplus ? surplus.oldest : Number.POSITIVE_INFINITY;
  for await (const page of memberPages(space, key, { end })) {
    for (let i = 0; i < page.length; i += removedAtOnce) {
      const members = page.slice(i, i + Math.min(removedAtOnce, left));
      while (members.length > 0 && Buffer.compare(members.at(-1) as Uint8Array, newest) >= 0) members.pop();
      const last = members.at(-1);
      if (last === undefined || !isWanted()) return;
      // A power cut may bring some of them back; the next pass removes them again.
      const { changed } = await space.write({ do: 'trim', key, below: after(last) }, { durability: 'fast' });
      onRemoved(changed);
      left -= members.length;
      await setImmediate();
    }
  }
}

/** How many samples a series holds, counted part by part. */
export async function countSamples(space: Space, key: Uint8Array): Promise<number> {
  const span = await timeSpan(space, key);
  if (span === undefined) return 0;
  const step = (span.lastSeconds - span.firstSeconds) / countedInBlocks;
  if (!(step > 0) || !Number.isFinite(step)) return countMembers(space, key);
  let count = 0;
  for (let i = 0; i < countedInBlocks; i++) {
    const isLast = i === countedInBlocks - 1;
    count += await countMembers(space, key, {
      start: i === 0 ? undefined : span.firstSeconds + i * step,
      end: isLast ? undefined : span.firstSeconds + (i + 1) * step,
    });
    if (i % 16 === 0) await setImmediate();
  }
  return count;
}

/** The first byte string behind a member. */
function after(member: Uint8Array): Uint8Array {
  return Buffer.concat([member, Uint8Array.of(0)]);
}
