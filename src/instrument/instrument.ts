import { type Clock, systemClock } from '../shared/clock.ts';
import type { AlidadeError } from '../shared/errors.ts';
import { type Log, openLog } from '../shared/log.ts';
import { Opened } from '../shared/opened.ts';
import { openStore, type Store } from '../store/index.ts';
import type { SnapshotProgress } from '../store/rdb/index.ts';
import { TelescopeState } from '../telstate/index.ts';
import type { InstrumentDefinition } from './definition.ts';
import { Lease } from './lease.ts';
import { type Preparation, prepareState } from './prepare.ts';
import { type PreparedConfigurations, prepareConfigurations } from './prepare-configurations.ts';
import { readDefinition } from './read-definition.ts';
import { Retention, type RetentionStatus } from './retention.ts';
import type { SampleWriterStatus } from './sample-writer.ts';
import { SensorReadings, type SensorStatus } from './sensor-readings.ts';
import { type Losses, Simulator } from './simulator.ts';
import type { SlowControl, SlowControlStatus } from './slow-control.ts';
import { type StoreAway, StoreContact } from './store-contact.ts';
import type { Streams, StreamsStatus } from './streams.ts';

export interface OpenInstrumentOptions {
  /** The store to use instead of the one that the file names. */
  readonly storeUrl?: string | undefined;
  readonly clock?: Clock | undefined;
  /** What services and streams say (standard error). */
  readonly log?: Log | undefined;
  /** Called now and then while the snapshot is loaded. */
  readonly onProgress?: ((progress: SnapshotProgress) => void) | undefined;
  /** Gives up the start. Once the instrument runs it does nothing: close that. */
  readonly signal?: AbortSignal | undefined;
}

export interface InstrumentStatus {
  /** As of the last {@link Instrument.refresh}, or the start. */
  readonly sensors: readonly SensorStatus[];
  /** Samples written since the start: simulated, of endpoints and of channels. */
  readonly written: number;
  /** Of all these. */
  readonly losses: Losses;
  /** The time of the newest sample that was lost, in Unix seconds. */
  readonly lastLossSeconds: number | undefined;
  /** Undefined while the store answers. */
  readonly storeAway: StoreAway | undefined;
  /** When samples and attributes were found gone from the store, as of a server that came back empty. */
  readonly emptiedSeconds: number | undefined;
  /** Why samples failed last. */
  readonly lastFault: string | undefined;
  /** Undefined where the file says nothing about it. */
  readonly retention?: RetentionStatus | undefined;
  /** Undefined where the file says nothing of it. */
  readonly control?: SlowControlStatus | undefined;
  /** Undefined where the file has none. */
  readonly streams?: StreamsStatus | undefined;
}

/** What an `instrument.yaml` describes, alive: {@link openInstrument}. */
export interface Instrument extends AsyncDisposable {
  readonly definition: InstrumentDefinition;
  readonly store: Store;
  readonly state: TelescopeState;
  readonly preparation: Preparation;
  /** Undefined when the file names no configurations. */
  readonly configurations: PreparedConfigurations | undefined;
  status(): InstrumentStatus;
  /**
   * Reads the newest sample and the number of samples of each sensor from the store, for the next {@link status}. Never
   * rejects; resolves late while the store is away.
   */
  refresh(): Promise<void>;
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
  const configSpace = await store.space('config');
  const lease = opened.use(await Lease.take(configSpace, definition, clock, store.location));
  const configurations = await prepareConfigurations(definition, configSpace);
  const state = new TelescopeState(await store.space('state'), { clock: () => clock.nowMs() / 1000 });
  const preparation = await prepareState(definition, state, options);
  const contact = new StoreContact(clock);
  const simulator = new Simulator(state, definition.sensors, contact);
  const readings = await SensorReadings.open(definition, state, contact, clock);
  opened.defer(() => simulator.stop());
  simulator.start(clock);
  const retention = new Retention(state.space, definition.retention, clock);
  opened.defer(() => retention.stop());
  retention.start();
  const control = await openControl(definition, state, contact, clock, options, opened);
  const streams = await openAllStreams(definition, state, contact, clock, options, opened);
  const close = opened.move();
  return {
    definition,
    store,
    state,
    preparation,
    configurations,
    takenOver: lease.lost,
    status: () => {
      const base = statusOf(simulator, readings, contact);
      const [controlled, streamed] = [control?.status(), streams?.status()];
      return {
        ...withSamplesOf(base, [controlled?.alerts, streamed?.sensors]),
        retention: retention.status,
        control: controlled,
        streams: streamed,
      };
    },
    refresh: () => readings.refresh(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function openControl(
  { control }: InstrumentDefinition,
  state: TelescopeState,
  contact: StoreContact,
  clock: Clock,
  options: OpenInstrumentOptions,
  opened: Opened,
): Promise<SlowControl | undefined> {
  if (control === undefined) return undefined;
  // Loaded here only: most instruments have no slow control.
  const { openSlowControl } = await import('./slow-control.ts');
  const { signal, log = await openLog({ name: 'control', level: 'warning' }) } = options;
  return opened.use(await openSlowControl({ definition: control, state, contact, clock, log, signal }));
}

async function openAllStreams(
  { streams }: InstrumentDefinition,
  state: TelescopeState,
  contact: StoreContact,
  clock: Clock,
  options: OpenInstrumentOptions,
  opened: Opened,
): Promise<Streams | undefined> {
  if (streams === undefined) return undefined;
  // Loaded here only, as slow control is.
  const { openStreams } = await import('./streams.ts');
  const log = options.log ?? (await openLog({ name: 'streams', level: 'warning' }));
  return opened.use(await openStreams({ definition: streams, state, contact, clock, log }));
}

type Base = ReturnType<typeof statusOf>;

/** With what became of the samples that are not simulated. */
function withSamplesOf(base: Base, others: readonly (SampleWriterStatus | undefined)[]): Base {
  const all = [base, ...others.filter((other) => other !== undefined)];
  const lost = (reason: keyof Losses) => all.reduce((sum, { losses }) => sum + losses[reason], 0);
  const lastLosses = all.flatMap(({ lastLossSeconds }) => lastLossSeconds ?? []);
  return {
    ...base,
    written: all.reduce((sum, { written }) => sum + written, 0),
    losses: {
      slow: lost('slow'),
      late: lost('late'),
      failed: lost('failed'),
      unreachable: lost('unreachable'),
    },
    lastLossSeconds: lastLosses.length === 0 ? undefined : Math.max(...lastLosses),
    lastFault: all.find(({ lastFault }) => lastFault !== undefined)?.lastFault,
  };
}

function statusOf(
  simulator: Simulator,
  readings: SensorReadings,
  contact: StoreContact,
): Omit<InstrumentStatus, 'retention' | 'control' | 'streams'> {
  return {
    sensors: readings.sensors,
    written: simulator.sensors.reduce((sum, { written }) => sum + written, 0),
    losses: simulator.losses,
    lastLossSeconds: simulator.lastLossSeconds,
    storeAway: contact.away,
    emptiedSeconds: readings.emptiedSeconds,
    lastFault: simulator.lastFault,
  };
}
