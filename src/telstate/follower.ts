import type { Entry, Space } from '../store/index.ts';
import type { KeyType } from './entry.ts';
import { idOf, type Novelty, SensorWindow } from './sensor-window.ts';
import { timeBytes, unpackTime } from './time.ts';
import type { Notice } from './update.ts';

/** Sub-keys of a key that are remembered one by one; any above come again when notices were lost. */
const maxSeen = 10_000;
/** Newest samples that are remembered at the beginning, because their notices may still be under way. */
const recentAtBeginning = 8;

/** What is to be delivered after a look into the store. */
export interface Missed {
  readonly notices: readonly Notice[];
  /** Samples up to this one are still to be read, from the start of the window on. */
  readonly until?: Uint8Array | undefined;
  /** So many samples were added (removed, when negative) before this time. */
  readonly difference?: { readonly samples: number; readonly beforeSeconds: number } | undefined;
}

/** Whether the key is there, and what it means to take it as it is there. */
export interface Look {
  readonly isThere: boolean;
  /** To be called once. */
  take(): Missed;
}

/** What a watch knows of one key under one prefix. */
export class Follower {
  readonly fullKey: Uint8Array;
  #type: KeyType | undefined;
  #window = new SensorWindow();
  /** Attribute values, or sub-keys with their values. */
  #seen = new Map<string, 'notice' | 'read'>();

  constructor(fullKey: Uint8Array) {
    this.fullKey = fullKey;
  }

  /** Whether the key was there when it was last heard of. */
  get exists(): boolean {
    return this.#type !== undefined;
  }

  get window(): SensorWindow {
    return this.#window;
  }

  heard(notice: Notice): Novelty {
    this.#become(notice.type);
    return notice.type === 'sensor' ? this.#window.heard(notice.member) : this.#see(notice, 'notice');
  }

  /** The key is not there any more: all that it will hold is new. */
  gone(): void {
    this.#become(undefined);
  }

  /**
   * The first look. What is there becomes known. To be delivered is what the key holds now, and of a sensor all from
   * the packed time `start` on, where it is given.
   */
  async begin(space: Space, start?: Uint8Array): Promise<Look> {
    const key = this.fullKey;
    const [entry, count, newestFirst] = await space.readMany([
      { read: 'entry', key },
      { read: 'count', key, max: start === undefined ? undefined : { at: start, inclusive: false } },
      { read: 'range', key, reverse: true, limit: recentAtBeginning },
    ]);
    return {
      isThere: entry !== undefined,
      take: () => {
        const notices = this.#take(entry);
        for (const notice of notices) if (notice.type !== 'sensor') this.#see(notice, 'read');
        if (entry?.kind !== 'series') return { notices };
        if (start === undefined) this.#window.startWith(newestFirst, count);
        else this.#window.startAt(start, count);
        return start === undefined ? { notices } : { notices: [], until: entry.last };
      },
    };
  }

  /** A later look, after notices may have been lost: compares what is there with what is known. */
  async lookAgain(space: Space): Promise<Look> {
    const key = this.fullKey;
    const [entry, count] = await space.readMany([
      { read: 'entry', key },
      { read: 'count', key, max: this.#window.end },
    ]);
    return {
      isThere: entry !== undefined,
      take: () => {
        const notices = this.#take(entry);
        if (entry?.kind !== 'series') {
          return {
            notices: notices.filter(
              (notice) => notice.type !== 'sensor' && this.#see(notice, 'read') !== 'known',
            ),
          };
        }
        return { notices: [], until: entry.last, difference: this.#compare(count) };
      },
    };
  }

  #compare(count: number): Missed['difference'] {
    const { start, below } = this.#window;
    if (start === undefined || count === below) return undefined;
    this.#window.below = count;
    return {
      samples: count - below,
      beforeSeconds: start.at.length < timeBytes ? 0 : unpackTime(start.at),
    };
  }

  /** Takes over the type of the key; gives what it holds, of a sensor the newest sample. */
  #take(entry: Entry | undefined): readonly Notice[] {
    switch (entry?.kind) {
      case 'value':
        this.#become('attribute');
        return [{ type: 'attribute', encoded: entry.value }];
      case 'series':
        this.#become('sensor');
        return [{ type: 'sensor', member: entry.last }];
      case 'hash':
        this.#become('indexed');
        return entry.fields.map(([encodedSubKey, encoded]) => ({ type: 'indexed', encodedSubKey, encoded }));
      default:
        this.#become(undefined);
        return [];
    }
  }

  #become(type: KeyType | undefined): void {
    if (this.#type === type) return;
    this.#type = type;
    this.#seen.clear();
    this.#window = new SensorWindow();
  }

  /** What was read may still be announced, once; what is announced again was deleted and set again. */
  #see(notice: Notice & { type: 'attribute' | 'indexed' }, origin: 'notice' | 'read'): Novelty {
    const id =
      notice.type === 'attribute'
        ? idOf(notice.encoded)
        : `${notice.encodedSubKey.length} ${idOf(notice.encodedSubKey)}${idOf(notice.encoded)}`;
    const before = this.#seen.get(id);
    if (origin === 'read' && before !== undefined) return 'known';
    if (before !== undefined || this.#seen.size < maxSeen) this.#seen.set(id, origin);
    return before === 'read' ? 'known' : 'new';
  }
}
