import { setImmediate } from 'node:timers/promises';
import { AlidadeError } from '../../shared/errors.ts';
import type { Space } from '../store.ts';
import { copyKey, type KeyCopy } from './copy-key.ts';

/** What was copied of one space. */
export interface SpaceCopy {
  readonly space: string;
  /** Keys that were copied now. */
  readonly copied: number;
  /** Keys that the target had already, the same. */
  readonly same: number;
  /** Values, fields, members and items of both. */
  readonly elements: number;
  readonly bytes: number;
  /** Keys that were deleted or expired before their turn came. */
  readonly gone: number;
  /** Keys of kinds that only Redis has: they are not in the copy. */
  readonly foreign: readonly Uint8Array[];
  /** Keys that would expire, and in the copy do not, because they are no values. */
  readonly mortal: readonly Uint8Array[];
}

export interface CopySpaceOptions {
  readonly overwrite?: boolean | undefined;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface CopyProgress {
  readonly space: string;
  /** How much of the space is done, 0 to 1, counted in keys. */
  readonly portion: number;
  /** Bytes of keys and what they hold so far. */
  readonly bytes: number;
}

/** Keys under way at once: each waits for the disk or the server, and those of one commit share it. */
const lanes = 8;
const namesKept = 1000;

/**
 * Copies every key of a space, and checks each. In memory are the names of the keys and, of eight keys at a time, a page
 * of a series or one value, hash, set or list. Both spaces may be in use: each key is copied as it is when its turn comes.
 *
 * @throws ALI_COPY_DIFFERS, ALI_ABORTED, and what the spaces throw
 */
export async function copySpace(from: Space, to: Space, options: CopySpaceOptions = {}): Promise<SpaceCopy> {
  const keys = await from.keys();
  const tally = new Tally(from.name);
  let next = 0;
  let done = 0;
  let ended = false;
  const report = () =>
    options.onProgress?.({
      space: from.name,
      portion: keys.length === 0 ? 1 : done / keys.length,
      bytes: tally.bytes,
    });
  const lane = async () => {
    try {
      while (!ended && next < keys.length) {
        const key = keys[next++] as Uint8Array;
        const onPart = () => {
          assertWanted(options.signal, from, to);
          report();
        };
        onPart();
        tally.add(key, await copyKey(from, to, key, { overwrite: options.overwrite ?? false, onPart }));
        done++;
        if (done % 64 === 0) await setImmediate();
      }
    } catch (error) {
      // One that failed ends the others, too.
      ended = true;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  report();
  return tally.end();
}

function assertWanted(signal: AbortSignal | undefined, from: Space, to: Space): void {
  if (signal?.aborted !== true) return;
  throw new AlidadeError('ALI_ABORTED', `copying ${from.location} to ${to.location} was given up`, {
    cause: signal.reason,
  });
}

class Tally {
  readonly #space: string;
  readonly #counts: Record<KeyCopy['outcome'], number> = {
    copied: 0,
    same: 0,
    gone: 0,
    foreign: 0,
    mortal: 0,
  };
  readonly #foreign: Uint8Array[] = [];
  readonly #mortal: Uint8Array[] = [];
  #elements = 0;
  bytes = 0;

  constructor(space: string) {
    this.#space = space;
  }

  add(key: Uint8Array, { outcome, summary }: KeyCopy): void {
    this.#counts[outcome]++;
    this.#elements += summary?.count ?? 0;
    if (summary !== undefined) this.bytes += key.length + summary.bytes;
    const list = outcome === 'foreign' ? this.#foreign : outcome === 'mortal' ? this.#mortal : undefined;
    if (list !== undefined && list.length < namesKept) list.push(key);
  }

  end(): SpaceCopy {
    const { copied, mortal, same, gone } = this.#counts;
    return {
      space: this.#space,
      copied: copied + mortal,
      same,
      elements: this.#elements,
      bytes: this.bytes,
      gone,
      foreign: this.#foreign,
      mortal: this.#mortal,
    };
  }
}
