import type { Clock } from '../shared/clock.ts';
import { type ExactValue, Float, isList } from '../shared/exact-value.ts';
import { float, type KeyedSample, type TelescopeState } from '../telstate/index.ts';
import { SampleWriter, type SampleWriterStatus } from './sample-writer.ts';
import type { StoreContact } from './store-contact.ts';

/** What came of the alerts of endpoints. */
export type AlertSensorsStatus = SampleWriterStatus;

/** An alert as far as a sensor needs it. */
export interface SensorAlert {
  readonly routingKey: string;
  readonly exactPayload?: ExactValue | undefined;
  readonly timestamp?: string | undefined;
}

/** A sample of a clock that is more ahead would hide, as the newest, all that come after it. */
const maxAheadSeconds = 60;

/** The names that a bus may bring, which is a mesh of hundreds. */
const maxNames = 10_000;

/**
 * Makes sensors of telescope state of what endpoints log: the alert `sensor_value.peaches` with
 * `{value_raw, value_cal}` is a sample of `peaches` with the calibrated value, and of `peaches_raw` with the raw one; of
 * an endpoint without calibration there is only `peaches`. Where a calibration failed, which leaves `value_cal` out,
 * `peaches` has no sample, and that is counted: a raw value among calibrated ones would be a wrong one. The first word of
 * the routing key may be any; alerts without such a payload (heartbeats, messages) are none of a sensor.
 *
 * A sample has the sender's time where that tells fractions of a second and is no more than a minute ahead, else the time
 * of its arrival.
 */
export class AlertSensors {
  readonly #writer: SampleWriter;
  readonly #clock: Clock;
  readonly #names = new Set<string>();
  /** Endpoints whose values are calibrated, as a file says or an alert showed. */
  readonly #calibrated: Set<string>;

  constructor(state: TelescopeState, contact: StoreContact, clock: Clock, calibrated: Iterable<string>) {
    this.#writer = new SampleWriter(state, contact, clock);
    this.#clock = clock;
    this.#calibrated = new Set(calibrated);
  }

  get status(): AlertSensorsStatus {
    return this.#writer.status;
  }

  /** Takes an alert; what becomes of it the status tells. */
  add(alert: SensorAlert): void {
    this.#writer.add(this.#samplesOf(alert));
  }

  /** An alert that cannot be read: whether it was to be a sample nobody knows. */
  addUnreadable(routingKey: string, reason = 'unreadable'): void {
    this.#refuse(`the alert ${routingKey}: ${reason}`);
  }

  /** Resolves when all that was taken is written, or given up. */
  stop(): Promise<void> {
    return this.#writer.stop();
  }

  #samplesOf({ routingKey, exactPayload: payload, timestamp }: SensorAlert): KeyedSample[] {
    const name = routingKey.slice(routingKey.indexOf('.') + 1);
    if (!(payload instanceof Map) || name === routingKey) return [];
    const [raw, cal] = [payload.get('value_raw'), payload.get('value_cal')];
    if (raw === undefined && cal === undefined) return [];
    if (!this.#names.has(name)) {
      if (!/^\P{Cc}{1,200}$/u.test(name) || this.#names.size >= maxNames) {
        return this.#refuse(`no sensor is made of ${JSON.stringify(name)}`);
      }
      this.#names.add(name);
    }
    const timeSeconds = this.#timeOf(timestamp);
    if (cal !== undefined) this.#calibrated.add(name);
    const values: readonly [string, ExactValue | undefined][] = this.#calibrated.has(name)
      ? [
          [name, cal],
          [`${name}_raw`, raw],
        ]
      : [[name, raw]];
    if (values[0]?.[1] === undefined || values[0][1] === null) {
      this.#refuse(`${name}: its alert has no ${this.#calibrated.has(name) ? 'calibrated ' : ''}value`);
    }
    return values.flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [{ key, value: storedValue(value), timeSeconds }],
    );
  }

  #refuse(fault: string): [] {
    this.#writer.refuse(fault);
    return [];
  }

  #timeOf(timestamp: string | undefined): number {
    const [, whole, fraction] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})Z$/.exec(timestamp ?? '') ?? [];
    const sentSeconds = Date.parse(`${whole}Z`) / 1000 + Number(fraction);
    const nowSeconds = this.#clock.nowMs() / 1000;
    return sentSeconds >= 0 && sentSeconds <= nowSeconds + maxAheadSeconds ? sentSeconds : nowSeconds;
  }
}

/** The value as telescope state has it: floats stay floats, dictionaries are plain objects. */
function storedValue(value: ExactValue): unknown {
  if (value instanceof Float) return float(value.value);
  if (isList(value)) return value.map(storedValue);
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([key, item]: [string, ExactValue]) => [key, storedValue(item)]));
}
