import type { Clock } from '../shared/clock.ts';
import { keyBytes } from '../store/index.ts';
import { decodeValue, splitMember, type TelescopeState, type Value } from '../telstate/index.ts';
import type { InstrumentDefinition, SensorDefinition } from './definition.ts';
import { attributesOf } from './prepare.ts';
import { SampleCount } from './sample-count.ts';
import type { StoreContact } from './store-contact.ts';

/** A sensor of the instrument file as the store has it, whoever wrote it. */
export interface SensorStatus {
  readonly name: string;
  readonly units: string | undefined;
  /** The newest sample in the store; undefined where there is none, or none that can be shown. */
  readonly value: Value | undefined;
  /** Of that sample, in Unix seconds. */
  readonly timeSeconds: number | undefined;
  /** Samples in the store. */
  readonly samples: number;
  /** Samples a second that this instrument gives it; undefined of one that something else writes. */
  readonly rateHz: number | undefined;
}

/** Larger values are not decoded only to be shown. */
const maxShownBytes = 1024 * 1024;

interface Reading {
  readonly sensor: SensorDefinition;
  readonly units: string | undefined;
  readonly count: SampleCount;
  member: Uint8Array | undefined;
  value: Value | undefined;
  timeSeconds: number | undefined;
  samples: number;
}

/** What the store holds of an instrument's sensors, as of the last {@link refresh}. */
export class SensorReadings {
  readonly #state: TelescopeState;
  readonly #contact: StoreContact;
  readonly #clock: Clock;
  readonly #attributes: readonly string[];
  readonly #readings: readonly Reading[];
  #refresh: Promise<void> | undefined;
  #emptiedSeconds: number | undefined;

  private constructor(
    definition: InstrumentDefinition,
    state: TelescopeState,
    contact: StoreContact,
    clock: Clock,
    readings: readonly Reading[],
  ) {
    this.#state = state;
    this.#contact = contact;
    this.#clock = clock;
    this.#attributes = [...attributesOf(definition).keys()];
    this.#readings = readings;
  }

  /** Counts the samples that are there, and reads the newest. */
  static async open(
    definition: InstrumentDefinition,
    state: TelescopeState,
    contact: StoreContact,
    clock: Clock,
  ): Promise<SensorReadings> {
    const readings: Reading[] = [];
    for (const sensor of definition.sensors) {
      // The units that the store has, which are the file's unless somebody changed them.
      const units = await state.get(`${sensor.name}_units`);
      const count = new SampleCount(state.space, keyBytes(sensor.name));
      await count.begin();
      readings.push({
        sensor,
        units: typeof units === 'string' ? units : undefined,
        count,
        member: undefined,
        value: undefined,
        timeSeconds: undefined,
        samples: 0,
      });
    }
    const all = new SensorReadings(definition, state, contact, clock, readings);
    await all.#read();
    return all;
  }

  get sensors(): readonly SensorStatus[] {
    return this.#readings.map(({ sensor, units, value, timeSeconds, samples }) => {
      return { name: sensor.name, units, value, timeSeconds, samples, rateHz: sensor.simulate?.rateHz };
    });
  }

  /** When all was found gone that had been there: samples and attributes; undefined if it never was. */
  get emptiedSeconds(): number | undefined {
    return this.#emptiedSeconds;
  }

  /** Reads again what the store holds. Never rejects: what cannot be read stays as it was. */
  refresh(): Promise<void> {
    this.#refresh ??= this.#contact
      .ask(() => this.#read())
      .catch(() => undefined)
      .finally(() => {
        this.#refresh = undefined;
      });
    return this.#refresh;
  }

  async #read(): Promise<void> {
    const known = this.#readings.filter(({ count }) => count.any);
    const gone = new Set<Reading>();
    await Promise.all(
      this.#readings.map(async (reading) => {
        if (await readAgain(reading)) gone.add(reading);
      }),
    );
    if (this.#attributes.length > 0 && known.every((reading) => gone.has(reading)))
      await this.#lookForOthers();
  }

  /** The samples are gone: are the attributes too? */
  async #lookForOthers(): Promise<void> {
    const kinds = await this.#state.space.readMany(
      this.#attributes.map((key) => ({ read: 'kind', key: keyBytes(key) }) as const),
    );
    if (kinds.every((kind) => kind === undefined)) this.#emptiedSeconds ??= this.#clock.nowMs() / 1000;
  }
}

/** Gives whether nothing is left of what was there. */
async function readAgain(reading: Reading): Promise<boolean> {
  const { entry, samples, allGone } = await reading.count.look();
  reading.samples = samples;
  const member = entry?.kind === 'series' ? entry.last : undefined;
  const same =
    member !== undefined && reading.member !== undefined && Buffer.compare(member, reading.member) === 0;
  if (!same) Object.assign(reading, { member, ...sampleOf(member) });
  return allGone;
}

function sampleOf(member: Uint8Array | undefined) {
  if (member === undefined) return { value: undefined, timeSeconds: undefined };
  try {
    const { timeSeconds, encoded } = splitMember(member);
    return { value: shownValue(encoded), timeSeconds };
  } catch {
    // Too short for a time: not telescope state's.
    return { value: undefined, timeSeconds: undefined };
  }
}

function shownValue(encoded: Uint8Array): Value | undefined {
  if (encoded.length > maxShownBytes) return undefined;
  try {
    return decodeValue(encoded, { exact: true });
  } catch {
    return undefined;
  }
}
