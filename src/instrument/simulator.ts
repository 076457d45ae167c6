import type { Clock } from '../shared/clock.ts';
import { isAlidadeError, messageOf } from '../shared/errors.ts';
import { startTicks } from '../shared/ticks.ts';
import type { KeyedSample, TelescopeState, Value } from '../telstate/index.ts';
import type { SensorDefinition, SimulationDefinition } from './definition.ts';
import { meansUnreachable, type StoreContact } from './store-contact.ts';

/** Samples that were not stored, by the reason. */
export interface Losses {
  /** The store had not finished with earlier ones. */
  readonly slow: number;
  /** Their time went by while the process was busy, stopped or asleep. */
  readonly late: number;
  /** The store refused them, or the value could not be computed. */
  readonly failed: number;
  /** The store was away. */
  readonly unreachable: number;
}

/** A simulated sensor as it stands. */
export interface SimulatedSensor {
  readonly name: string;
  /** Samples that were written since the start. */
  readonly written: number;
}

/** Writes that may be under way for one rate: those of a second, so that a store that stops for a moment costs nothing. */
function maxWritesUnderWay(rateHz: number): number {
  return Math.max(4, Math.ceil(rateHz));
}

interface Channel {
  readonly name: string;
  readonly simulate: SimulationDefinition;
  written: number;
}

/** Samples of one rate that were left out; whether the store is slow or away, the writes under way will tell. */
interface LeftOut {
  samples: number;
}

/**
 * Runs the simulated sensors: all of one rate together, one write a tick. A store that is slow is never given more than
 * those of a second at once; ticks that it cannot take are left out and counted.
 */
export class Simulator {
  readonly #state: TelescopeState;
  readonly #contact: StoreContact;
  readonly #channels: readonly Channel[];
  readonly #losses = { slow: 0, late: 0, failed: 0, unreachable: 0 };
  readonly #leftOut: LeftOut[] = [];
  readonly #writes = new Set<Promise<void>>();
  readonly #stops: (() => void)[] = [];
  #lastFault: string | undefined;
  #lastLossSeconds: number | undefined;

  constructor(state: TelescopeState, sensors: readonly SensorDefinition[], contact: StoreContact) {
    this.#state = state;
    this.#contact = contact;
    this.#channels = sensors.flatMap(({ name, simulate }) =>
      simulate === undefined ? [] : [{ name, simulate, written: 0 }],
    );
  }

  start(clock: Clock): void {
    for (const [rateHz, channels] of Map.groupBy(this.#channels, ({ simulate }) => simulate.rateHz)) {
      this.#stops.push(startTicks(clock, rateHz, this.#ticker(channels, maxWritesUnderWay(rateHz))));
    }
  }

  get sensors(): readonly SimulatedSensor[] {
    return this.#channels;
  }

  get losses(): Losses {
    const losses = { ...this.#losses };
    const reason = this.#contact.away?.error === undefined ? 'slow' : 'unreachable';
    for (const { samples } of this.#leftOut) losses[reason] += samples;
    return losses;
  }

  /** The time of the newest sample that was lost, in Unix seconds. */
  get lastLossSeconds(): number | undefined {
    return this.#lastLossSeconds;
  }

  /** Why samples failed last. */
  get lastFault(): string | undefined {
    return this.#lastFault;
  }

  /** No more ticks; resolves when the writes under way are done, or given up. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await Promise.all(this.#writes);
  }

  #ticker(channels: readonly Channel[], maxUnderWay: number): (timeSeconds: number, missed: number) => void {
    let underWay = 0;
    const leftOut: LeftOut = { samples: 0 };
    this.#leftOut.push(leftOut);
    return (timeSeconds, missed) => {
      if (missed > 0) this.#lose('late', missed * channels.length, timeSeconds);
      if (underWay >= maxUnderWay) {
        if (this.#contact.away?.error !== undefined) this.#lose('unreachable', channels.length, timeSeconds);
        else leftOut.samples += channels.length;
        this.#lastLossSeconds = timeSeconds;
        return;
      }
      underWay += 1;
      const write = this.#write(channels, timeSeconds).then((reason) => {
        underWay -= 1;
        this.#writes.delete(write);
        this.#losses[reason] += leftOut.samples;
        leftOut.samples = 0;
      });
      this.#writes.add(write);
    };
  }

  /** Never rejects: what goes wrong is counted. Gives what kept those waiting that were left out meanwhile. */
  async #write(channels: readonly Channel[], timeSeconds: number): Promise<'slow' | 'unreachable'> {
    const samples = channels.flatMap((channel) => this.#sample(channel, timeSeconds));
    try {
      await this.#contact.ask(() => this.#state.addMany(samples.map(({ sample }) => sample)));
      for (const { channel } of samples) channel.written += 1;
      return 'slow';
    } catch (error) {
      const away = meansUnreachable(error);
      this.#lose(away ? 'unreachable' : 'failed', samples.length, timeSeconds);
      this.#lastFault = isAlidadeError(error) ? `${error.message} (${error.code})` : messageOf(error);
      return away ? 'unreachable' : 'slow';
    }
  }

  #lose(reason: keyof Losses, samples: number, timeSeconds: number): void {
    this.#losses[reason] += samples;
    this.#lastLossSeconds = Math.max(timeSeconds, this.#lastLossSeconds ?? 0);
  }

  #sample(
    channel: Channel,
    timeSeconds: number,
  ): { channel: Channel; sample: KeyedSample & { value: Value } }[] {
    try {
      const value = channel.simulate.valueAt(timeSeconds);
      return value === undefined ? [] : [{ channel, sample: { key: channel.name, value, timeSeconds } }];
    } catch (error) {
      this.#lose('failed', 1, timeSeconds);
      this.#lastFault = `${channel.name}: ${messageOf(error)}`;
      return [];
    }
  }
}
