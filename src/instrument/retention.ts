import type { Clock } from '../shared/clock.ts';
import { isAlidadeError, messageOf } from '../shared/errors.ts';
import type { Space } from '../store/index.ts';
import type { RetentionRule } from './definition.ts';
import { countSamples, removeOldest, type Surplus } from './removal.ts';

/** What retention has done since the start. */
export interface RetentionStatus {
  /** Samples removed. */
  readonly removed: number;
  /** In the order of the file. */
  readonly rules: readonly RetentionRuleStatus[];
  /** When all sensors were last looked through, in Unix seconds; undefined before the first time. */
  readonly lastPassSeconds: number | undefined;
  readonly lastFault: string | undefined;
}

export interface RetentionRuleStatus {
  readonly keys: string;
  /** Sensors that it was the first to match. */
  readonly sensors: number;
  readonly removed: number;
}

const passEveryMs = 60_000;
/** Of a sensor that keeps its last so many, the surplus goes when it is this part of them. */
const surplusPart = 0.01;

/** What is known of a sensor of which the last so many are kept. */
interface Tail {
  readonly count: number;
  readonly newest: Uint8Array;
}

type Tally = { readonly rule: RetentionRule; sensors: number; removed: number };

/** Removes samples that an instrument need not keep: looks through the sensors once a minute, one after another. */
export class Retention {
  readonly #space: Space;
  readonly #clock: Clock;
  readonly #tallies: readonly Tally[];
  #tails = new Map<string, Tail>();
  #lastPassSeconds: number | undefined;
  #lastFault: string | undefined;
  #cancel: () => void = () => undefined;
  #underWay: Promise<void> | undefined;
  #stopped = false;

  constructor(space: Space, rules: readonly RetentionRule[], clock: Clock) {
    this.#space = space;
    this.#clock = clock;
    this.#tallies = rules.map((rule) => ({ rule, sensors: 0, removed: 0 }));
  }

  /** Undefined where there are no rules. */
  get status(): RetentionStatus | undefined {
    if (this.#tallies.length === 0) return undefined;
    return {
      removed: this.#tallies.reduce((sum, { removed }) => sum + removed, 0),
      rules: this.#tallies.map(({ rule, sensors, removed }) => ({ keys: rule.keys, sensors, removed })),
      lastPassSeconds: this.#lastPassSeconds,
      lastFault: this.#lastFault,
    };
  }

  start(): void {
    if (this.#tallies.length === 0) return;
    void this.pass().then(() => {
      if (!this.#stopped) this.#cancel = this.#clock.after(passEveryMs, () => this.start());
    });
  }

  /** No more passes; resolves when the write under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#underWay;
  }

  /** Looks through all sensors once. Never rejects: what goes wrong is told by {@link status}, and tried again. */
  pass(): Promise<void> {
    this.#underWay ??= this.#pass()
      .catch((error: unknown) => {
        this.#lastFault = isAlidadeError(error) ? `${error.message} (${error.code})` : messageOf(error);
      })
      .finally(() => {
        this.#underWay = undefined;
      });
    return this.#underWay;
  }

  async #pass(): Promise<void> {
    const seen = new Set<string>();
    for (const tally of this.#tallies) {
      let sensors = 0;
      for (const key of await this.#space.keys(tally.rule.keys)) {
        if (this.#stopped) return;
        const name = Buffer.from(key).toString('latin1');
        if (seen.has(name)) continue;
        seen.add(name);
        if ((await this.#space.read({ read: 'kind', key })) !== 'series') continue;
        sensors++;
        await this.#trim(tally, key, name);
      }
      tally.sensors = sensors;
    }
    for (const name of this.#tails.keys()) if (!seen.has(name)) this.#tails.delete(name);
    this.#lastPassSeconds = this.#clock.nowMs() / 1000;
    this.#lastFault = undefined;
  }

  async #trim(tally: Tally, key: Uint8Array, name: string): Promise<void> {
    const { keepMs, keepLast } = tally.rule;
    if (keepMs !== undefined) {
      await this.#remove(tally, key, { beforeSeconds: (this.#clock.nowMs() - keepMs) / 1000 });
    }
    if (keepLast === undefined) return;
    const surplus = await this.#surplusOf(key, name, keepLast);
    if (surplus === 0) return;
    this.#tails.delete(name);
    await this.#remove(tally, key, { oldest: surplus });
  }

  async #remove(tally: Tally, key: Uint8Array, surplus: Surplus): Promise<void> {
    await removeOldest(this.#space, key, surplus, {
      isWanted: () => !this.#stopped,
      onRemoved: (count) => {
        tally.removed += count;
      },
    });
  }

  /**
   * How many samples there are too many: 0 until it is worth it. Counting costs 40 ns a sample in SQLite, so between two
   * counts of all only what came after the newest is counted. What is removed is always counted in full before.
   */
  async #surplusOf(key: Uint8Array, name: string, keepLast: number): Promise<number> {
    const least = Math.max(1, Math.floor(keepLast * surplusPart));
    const known = this.#tails.get(name);
    const [newest] = await this.#space.read({ read: 'range', key, limit: 1, reverse: true });
    if (newest === undefined) return 0;
    if (known !== undefined) {
      const min = { at: known.newest, inclusive: false };
      const count = known.count + (await this.#space.read({ read: 'count', key, min }));
      this.#tails.set(name, { count, newest });
      if (count - keepLast < least) return 0;
    }
    const count = await countSamples(this.#space, key);
    this.#tails.set(name, { count, newest });
    return count - keepLast < least ? 0 : count - keepLast;
  }
}
