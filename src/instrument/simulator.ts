import { isAlidadeError, messageOf } from '../shared/errors.ts';
import type { KeyedSample, TelescopeState, Value } from '../telstate/index.ts';
import type { Clock } from './clock.ts';
import type { SensorDefinition, SimulationDefinition } from './definition.ts';
import { startTicks } from './ticks.ts';

/** Samples that were not stored, by the reason. */
export interface Losses {
  /** The store had not finished with earlier ones. */
  readonly slow: number;
  /** Their time went by while the process was busy, stopped or asleep. */
  readonly late: number;
  /** The store refused them, or the value could not be computed. */
  readonly failed: number;
}

/** A simulated sensor as it stands. */
export interface SimulatedSensor {
  readonly name: string;
  /** The newest sample that is in the store; undefined before the first. */
  readonly value: Value | undefined;
  readonly timeSeconds: number | undefined;
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
  value: Value | undefined;
  timeSeconds: number | undefined;
  written: number;
}

/**
 * Runs the simulated sensors: all of one rate together, one write a tick. A store that is slow is never given more than
 * those of a second at once; ticks that it cannot take are left out and counted.
 */
export class Simulator {
  readonly #state: TelescopeState;
  readonly #channels: readonly Channel[];
  readonly #losses = { slow: 0, late: 0, failed: 0 };
  readonly #writes = new Set<Promise<void>>();
  readonly #stops: (() => void)[] = [];
  #lastFault: string | undefined;

  constructor(state: TelescopeState, sensors: readonly SensorDefinition[]) {
    this.#state = state;
    this.#channels = sensors.flatMap(({ name, simulate }) =>
      simulate === undefined
        ? []
        : [{ name, simulate, value: undefined, timeSeconds: undefined, written: 0 }],
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
    return { ...this.#losses };
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
    return (timeSeconds, missed) => {
      this.#losses.late += missed * channels.length;
      if (underWay >= maxUnderWay) {
        this.#losses.slow += channels.length;
        return;
      }
      underWay += 1;
      const write = this.#write(channels, timeSeconds).finally(() => {
        underWay -= 1;
        this.#writes.delete(write);
      });
      this.#writes.add(write);
    };
  }

  /** Never rejects: what goes wrong is counted. */
  async #write(channels: readonly Channel[], timeSeconds: number): Promise<void> {
    const samples = channels.flatMap((channel) => this.#sample(channel, timeSeconds));
    try {
      await this.#state.addMany(samples.map(({ sample }) => sample));
      for (const { channel, sample } of samples) {
        channel.written += 1;
        // Writes of one rate end in the order in which they began, but let no other order show an older value.
        if (timeSeconds < (channel.timeSeconds ?? 0)) continue;
        channel.value = sample.value;
        channel.timeSeconds = timeSeconds;
      }
    } catch (error) {
      this.#losses.failed += samples.length;
      this.#lastFault = isAlidadeError(error) ? `${error.message} (${error.code})` : messageOf(error);
    }
  }

  #sample(
    channel: Channel,
    timeSeconds: number,
  ): { channel: Channel; sample: KeyedSample & { value: Value } }[] {
    try {
      const value = channel.simulate.valueAt(timeSeconds);
      return value === undefined ? [] : [{ channel, sample: { key: channel.name, value, timeSeconds } }];
    } catch (error) {
      this.#losses.failed += 1;
      this.#lastFault = `${channel.name}: ${messageOf(error)}`;
      return [];
    }
  }
}
