import type { AlidadeError } from '../shared/errors.ts';
import { Opened } from '../shared/opened.ts';
import { openStore, type Store } from '../store/index.ts';
import type { SnapshotProgress } from '../store/rdb/index.ts';
import { TelescopeState, type Value } from '../telstate/index.ts';
import { type Clock, systemClock } from './clock.ts';
import type { InstrumentDefinition } from './definition.ts';
import { Lease } from './lease.ts';
import { type Preparation, prepareState } from './prepare.ts';
import { readDefinition } from './read-definition.ts';
import { type Losses, Simulator } from './simulator.ts';

export interface OpenInstrumentOptions {
  /** The store to use instead of the one that the file names. */
  readonly storeUrl?: string | undefined;
  readonly clock?: Clock | undefined;
  /** Called now and then while the snapshot is loaded. */
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /** Gives up the start. Once the instrument runs it does nothing: close that. */
  readonly signal?: AbortSignal | undefined;
}

/** A sensor of a running instrument. */
export interface SensorStatus {
  readonly name: string;
  readonly units: string | undefined;
  /** The newest sample that this instrument put into the store; undefined before the first. */
  readonly value: Value | undefined;
  /** Of that sample, in Unix seconds. */
  readonly timeSeconds: number | undefined;
  /** Samples in the store: those found at the start, and those written since. */
  readonly samples: number;
}

export interface InstrumentStatus {
  readonly sensors: readonly SensorStatus[];
  /** Samples written since the start. */
  readonly written: number;
  readonly losses: Losses;
  /** Why samples failed last. */
  readonly lastFault: string | undefined;
}

/** What an `instrument.yaml` describes, alive: {@link openInstrument}. */
export interface Instrument extends AsyncDisposable {
  readonly definition: InstrumentDefinition;
  readonly store: Store;
  readonly state: TelescopeState;
  readonly preparation: Preparation;
  status(): InstrumentStatus;
  /** Resolves when another process took the instrument over, while this one was stopped for long. */
  readonly takenOver: Promise<AlidadeError>;
  /** Ends the sensors, waits for the writes under way, and closes the store. More than once is fine. */
  close(): Promise<void>;
}

/** Where an instrument lives whose file names no store: beside where one stands. */
export const defaultStoreUrl = 'sqlite:./.alidade';

/**
 * Brings an instrument to life: opens its store, puts attributes and snapshot there where they are missing, and starts
 * the simulated sensors. One process at a time runs an instrument on a store.
 *
 * @param path the instrument file, or the folder of an `instrument.yaml`
 * @throws ALI_INSTRUMENT for the file; ALI_INSTRUMENT_RUNNING while another process runs it; ALI_SNAPSHOT;
 * ALI_IMMUTABLE when a sensor's key is taken by an attribute; ALI_ABORTED; what the store throws
 * @example
 * await using instrument = await openInstrument('examples/telescope', { storeUrl: 'memory:' });
 * await instrument.state.waitKey('wind_speed');
 */
export async function openInstrument(path: string, options: OpenInstrumentOptions = {}): Promise<Instrument> {
  const clock = options.clock ?? systemClock;
  const definition = readDefinition(path);
  await using opened = new Opened();
  const url = options.storeUrl ?? definition.storeUrl ?? defaultStoreUrl;
  const store = opened.use(await openStore(url));
  const lease = opened.use(
    await Lease.take(await store.space('config'), definition.name, clock, store.location),
  );
  const state = new TelescopeState(await store.space('state'), { clock: () => clock.nowMs() / 1000 });
  const preparation = await prepareState(definition, state, options);
  const simulator = new Simulator(state, definition.sensors);
  const before = await countSamples(definition, state);
  const units = await unitsOf(definition, state);
  opened.defer(() => simulator.stop());
  simulator.start(clock);
  const close = opened.move();
  return {
    definition,
    store,
    state,
    preparation,
    takenOver: lease.lost,
    status: () => statusOf(definition, simulator, before, units),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type ByName<T> = ReadonlyMap<string, T>;

async function countSamples(
  { sensors }: InstrumentDefinition,
  { space }: TelescopeState,
): Promise<ByName<number>> {
  const counts = await space.readMany(sensors.map(({ name }) => ({ read: 'count', key: name }) as const));
  return new Map(sensors.map(({ name }, i) => [name, counts[i] ?? 0]));
}

/** The units that the store has, which are the file's unless somebody changed them. */
async function unitsOf({ sensors }: InstrumentDefinition, state: TelescopeState): Promise<ByName<string>> {
  const all = await Promise.all(
    sensors.map(async ({ name }) => [name, await state.get(`${name}_units`)] as const),
  );
  return new Map(all.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function statusOf(
  { sensors }: InstrumentDefinition,
  simulator: Simulator,
  before: ByName<number>,
  units: ByName<string>,
): InstrumentStatus {
  const simulated = new Map(simulator.sensors.map((sensor) => [sensor.name, sensor]));
  return {
    sensors: sensors.map(({ name }) => {
      const sensor = simulated.get(name);
      return {
        name,
        units: units.get(name),
        value: sensor?.value,
        timeSeconds: sensor?.timeSeconds,
        samples: (before.get(name) ?? 0) + (sensor?.written ?? 0),
      };
    }),
    written: simulator.sensors.reduce((sum, { written }) => sum + written, 0),
    losses: simulator.losses,
    lastFault: simulator.lastFault,
  };
}
