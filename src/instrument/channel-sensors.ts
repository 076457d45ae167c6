import type { Channel, PulseMessage } from '../bsread/index.ts';
import type { Clock } from '../shared/clock.ts';
import { float, type KeyedSample } from '../telstate/index.ts';
import type { ChannelSensorDefinition } from './definition.ts';
import type { SampleWriter } from './sample-writer.ts';

interface Followed extends ChannelSensorDefinition {
  /** When the next sample is due, in milliseconds of our clock. */
  dueMs: number;
}

/**
 * Makes sensors of scalar channels: the newest value now and then, with the time that the stream gives it. No other
 * channel is decoded.
 */
export class ChannelSensors {
  readonly #followed: readonly Followed[];
  readonly #writer: SampleWriter;
  readonly #clock: Clock;

  constructor(sensors: readonly ChannelSensorDefinition[], writer: SampleWriter, clock: Clock) {
    this.#followed = sensors.map((sensor) => ({ ...sensor, dueMs: 0 }));
    this.#writer = writer;
    this.#clock = clock;
  }

  see(message: PulseMessage): void {
    const nowMs = this.#clock.nowMs();
    const samples: KeyedSample[] = [];
    for (const followed of this.#followed) {
      if (nowMs < followed.dueMs && followed.dueMs - nowMs <= 1000 / followed.rateHz) continue;
      const channel = message.channel(followed.channel);
      if (channel === undefined || channel.isMissing) continue;
      const value = scalarOf(channel);
      followed.dueMs = Math.max(nowMs, followed.dueMs + 1000 / followed.rateHz);
      if (value === undefined) {
        this.#writer.refuse(`${followed.channel} ${channel.fault ?? 'is no scalar, and no sensor'}`);
        continue;
      }
      const timeNs = channel.timestampNs ?? message.globalTimestampNs;
      const timeSeconds = timeNs === undefined || timeNs < 0n ? nowMs / 1000 : Number(timeNs / 1000n) / 1e6;
      samples.push({ key: followed.sensor, value, timeSeconds });
    }
    this.#writer.add(samples);
  }
}

/** Floats stay floats in telescope state, also whole ones. */
function scalarOf(channel: Channel): unknown {
  const value = channel.value();
  if (typeof value === 'object') return undefined;
  const isFloat = channel.definition.type === 'float64' || channel.definition.type === 'float32';
  return isFloat && typeof value === 'number' ? float(value) : value;
}
