import type { Clock } from '../shared/clock.ts';
import { isAlidadeError, messageOf } from '../shared/errors.ts';
import { type ExactValue, Float, isList } from '../shared/exact-value.ts';
import { float, type KeyedSample, type TelescopeState } from '../telstate/index.ts';
import type { Losses } from './simulator.ts';
import { meansUnreachable, type StoreContact } from './store-contact.ts';

/** What came of the alerts of endpoints. */
export interface AlertSensorsStatus {
  /** Samples that were written since the start. */
  readonly written: number;
  /** Of `late` there are none. */
  readonly losses: Losses;
  readonly lastLossSeconds: number | undefined;
  /** Why samples failed last. */
  readonly lastFault: string | undefined;
}

/** An alert as far as a sensor needs it. */
export interface SensorAlert {
  readonly routingKey: string;
  readonly exactPayload?: ExactValue | undefined;
  readonly timestamp?: string | undefined;
}

/** Samples that may wait for the store; and the names that a bus may bring, which is a mesh of hundreds. */
const maxWaiting = 10_000;
const maxNames = 10_000;

/**
 * Makes sensors of telescope state of what endpoints log: the alert `sensor_value.peaches` with
 * `{value_raw, value_cal}` is a sample of `peaches` with the calibrated value, and of `peaches_raw` with the raw one; of
 * an endpoint without calibration there is only `peaches`. The first word of the routing key may be any; alerts without
 * such a payload (heartbeats, messages) are none of a sensor.
 *
 * A sample has the sender's time where that tells fractions of a second, else the time of its arrival.
 */
export class AlertSensors {
  readonly #state: TelescopeState;
  readonly #contact: StoreContact;
  readonly #clock: Clock;
  readonly #names = new Set<string>();
  readonly #losses = { slow: 0, late: 0, failed: 0, unreachable: 0 };
  #waiting: KeyedSample[] = [];
  #writing: Promise<void> | undefined;
  #written = 0;
  #lastLossSeconds: number | undefined;
  #lastFault: string | undefined;

  constructor(state: TelescopeState, contact: StoreContact, clock: Clock) {
    this.#state = state;
    this.#contact = contact;
    this.#clock = clock;
  }

  get status(): AlertSensorsStatus {
    return {
      written: this.#written,
      losses: { ...this.#losses },
      lastLossSeconds: this.#lastLossSeconds,
      lastFault: this.#lastFault,
    };
  }

  /** Takes an alert; what becomes of it the status tells. */
  add(alert: SensorAlert): void {
    const samples = this.#samplesOf(alert);
    if (samples.length === 0) return;
    if (this.#waiting.length + samples.length > maxWaiting) {
      this.#lose(this.#contact.away?.error === undefined ? 'slow' : 'unreachable', samples.length);
      return;
    }
    this.#waiting.push(...samples);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when all that was taken is written, or given up. */
  async stop(): Promise<void> {
    await this.#writing;
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
    const values: readonly [string, ExactValue | undefined][] =
      cal === undefined
        ? [[name, raw]]
        : [
            [name, cal],
            [`${name}_raw`, raw],
          ];
    const samples = values.flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [{ key, value: storedValue(value), timeSeconds }],
    );
    return samples.length > 0 ? samples : this.#refuse(`${name}: its alert has no value`);
  }

  #refuse(fault: string): [] {
    this.#lastFault = fault;
    this.#lose('failed', 1);
    return [];
  }

  #timeOf(timestamp: string | undefined): number {
    const [, whole, fraction] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})Z$/.exec(timestamp ?? '') ?? [];
    const sentSeconds = Date.parse(`${whole}Z`) / 1000 + Number(fraction);
    return Number.isFinite(sentSeconds) && sentSeconds >= 0 ? sentSeconds : this.#clock.nowMs() / 1000;
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const samples = this.#waiting;
      this.#waiting = [];
      if (await this.#tryWrite(samples)) continue;
      // One of them cannot be stored; the others shall not go with it.
      for (const sample of samples) {
        if (!(await this.#tryWrite([sample]))) this.#lose('failed', 1);
      }
    }
  }

  /** Whether that is settled: written, or lost with the store away. */
  async #tryWrite(samples: readonly KeyedSample[]): Promise<boolean> {
    try {
      await this.#contact.ask(() => this.#state.addMany(samples));
      this.#written += samples.length;
      return true;
    } catch (error) {
      this.#lastFault = isAlidadeError(error) ? `${error.message} (${error.code})` : messageOf(error);
      if (!meansUnreachable(error)) return false;
      this.#lose('unreachable', samples.length);
      return true;
    }
  }

  #lose(reason: keyof Losses, samples: number): void {
    this.#losses[reason] += samples;
    this.#lastLossSeconds = this.#clock.nowMs() / 1000;
  }
}

/** The value as telescope state has it: floats stay floats, dictionaries are plain objects. */
function storedValue(value: ExactValue): unknown {
  if (value instanceof Float) return float(value.value);
  if (isList(value)) return value.map(storedValue);
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([key, item]: [string, ExactValue]) => [key, storedValue(item)]));
}
