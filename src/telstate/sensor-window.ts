import { createHash } from 'node:crypto';
import type { Bound } from '../store/index.ts';
import { timeBytes } from './time.ts';

/** How a sample became known. A sample found by reading may still be announced: its notice was under way. */
type Origin = 'notice' | 'read';

/** `late`: older than the newest sample known. `known`: delivered before. */
export type Novelty = 'new' | 'late' | 'known';

/**
 * What a watch knows of a sensor, in bounded memory: every sample at or after {@link start} one by one, and how many
 * there are before. So what came while the watch could not listen is found by reading from `start` on, and late
 * samples before it show in the count.
 *
 * Times are compared as the first 8 bytes of a member, which is the order of the store whatever a member holds.
 */
export class SensorWindow {
  /** How many samples before {@link start} are known. */
  below = 0;
  readonly #limit: number;
  #start = '';
  #newest = '';
  #byTime: { time: string; id: string }[] = [];
  #known = new Map<string, Origin>();

  /** `limit`: samples that are remembered one by one. */
  constructor(limit = 512) {
    this.#limit = limit;
  }

  /** Where the samples that are known one by one begin; undefined at the beginning of the series. */
  get start(): Bound | undefined {
    return this.#start === '' ? undefined : { at: Buffer.from(this.#start, 'latin1'), inclusive: true };
  }

  /** The end of the samples that are only counted. */
  get end(): Bound {
    return { at: Buffer.from(this.#start, 'latin1'), inclusive: false };
  }

  /** Begins at a time of which nothing is known, after `below` samples. */
  startAt(time: Uint8Array, below: number): void {
    this.#start = latin1(time);
    this.below = below;
  }

  /** Begins with the last members of a series of `count`, the newest first. */
  startWith(newestFirst: readonly Uint8Array[], count: number): void {
    for (const member of newestFirst.toReversed()) this.#remember(member, 'read');
    const [oldest] = this.#byTime;
    // Of the oldest of these times there may be more samples, unless these are all.
    if (count > newestFirst.length) {
      this.#forget(this.#byTime.findLastIndex(({ time }) => time === oldest?.time) + 1);
    }
    this.below = count - this.#byTime.length;
  }

  /** What a notice of this member means; it is known from now on. */
  heard(member: Uint8Array): Novelty {
    const id = idOf(member);
    if (this.#known.get(id) === 'read') {
      this.#known.set(id, 'notice');
      return 'known';
    }
    return this.#take(member, 'notice');
  }

  /** What it means to find this member in the store; {@link trim} must be called after a page of them. */
  read(member: Uint8Array): Novelty {
    return this.#known.has(idOf(member)) ? 'known' : this.#take(member, 'read');
  }

  /** Forgets the oldest samples where there are too many, but none at or after `position`, which are still to be read. */
  trim(position?: Uint8Array): void {
    const limit = position === undefined ? undefined : timeOf(position);
    let count = 0;
    while (this.#byTime.length - count > this.#limit) {
      const { time } = this.#byTime[count] ?? {};
      if (time === undefined || (limit !== undefined && time >= limit)) break;
      while (this.#byTime[count]?.time === time) count++;
    }
    this.below += this.#forget(count);
  }

  #take(member: Uint8Array, origin: Origin): Novelty {
    const time = timeOf(member);
    const isLate = time < this.#newest;
    if (time < this.#start) this.below++;
    else this.#remember(member, origin);
    if (origin === 'notice') this.trim();
    return isLate ? 'late' : 'new';
  }

  #remember(member: Uint8Array, origin: Origin): void {
    const time = timeOf(member);
    const id = idOf(member);
    if (time > this.#newest) this.#newest = time;
    if (!this.#known.has(id)) {
      let place = this.#byTime.length;
      while (place > 0 && (this.#byTime[place - 1]?.time ?? '') > time) place--;
      if (place === this.#byTime.length) this.#byTime.push({ time, id });
      else this.#byTime.splice(place, 0, { time, id });
    }
    this.#known.set(id, origin);
  }

  /** Forgets the oldest samples, which must be all of their times, and begins after them. */
  #forget(count: number): number {
    const forgotten = this.#byTime.splice(0, count);
    for (const { id } of forgotten) this.#known.delete(id);
    const last = forgotten.at(-1);
    if (last !== undefined) this.#start = after(last.time);
    return count;
  }
}

function timeOf(member: Uint8Array): string {
  return latin1(member.subarray(0, timeBytes));
}

/** The first text after all that begin with these bytes of a time. */
function after(time: string): string {
  if (time.length < timeBytes) return `${time}\0`;
  const next = Buffer.from(time, 'latin1');
  const bits = next.readBigUInt64BE();
  if (bits === 2n ** 64n - 1n) return `${time}\xff`;
  next.writeBigUInt64BE(bits + 1n);
  return latin1(next);
}

/** What stands for these bytes in memory: themselves up to 63 bytes, else the 64 of their digest. */
export function idOf(bytes: Uint8Array): string {
  return bytes.length < 64 ? latin1(bytes) : latin1(createHash('sha512').update(bytes).digest());
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
