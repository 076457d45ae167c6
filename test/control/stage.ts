import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Bus, openBus } from '../../src/bus/index.ts';
import {
  type Client,
  type ClientOptions,
  type Endpoint,
  type Monitor,
  type MonitorOptions,
  openClient,
  openMonitor,
  type Service,
  type ServiceOptions,
  startService,
} from '../../src/control/index.ts';
import type { Log, LogLevel } from '../../src/shared/log.ts';
import type { BusPlace } from '../contract/bus/context.ts';

/** A log that keeps what is said. */
export function keptLog(): Log & { readonly entries: readonly (readonly [LogLevel, string])[] } {
  const entries: [LogLevel, string][] = [];
  const say = (level: LogLevel) => (text: string) => void entries.push([level, text]);
  return {
    entries,
    debug: say('debug'),
    info: say('info'),
    warning: say('warning'),
    error: say('error'),
    critical: say('critical'),
  };
}

export interface Stage {
  /** Of the services. */
  readonly bus: Bus;
  /** Another, as another process would have. */
  readonly otherBus: Bus;
  /** Ends with the test, as all below. */
  serve(endpoints: readonly Endpoint[], options?: Partial<ServiceOptions>): Promise<Service>;
  client(options?: Partial<ClientOptions>): Client;
  monitor(options?: Partial<MonitorOptions>): Promise<Monitor>;
}

/** Two buses at a place, and what is opened on them for one test. */
export function useStage(start: () => Promise<BusPlace>): Stage {
  let place: BusPlace;
  let bus: Bus;
  let otherBus: Bus;
  let opened: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(one: T) => {
    opened.push(one);
    return one;
  };
  beforeAll(async () => {
    place = await start();
    bus = await openBus(place.url);
    otherBus = await openBus(place.url);
  });
  afterEach(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
    opened = [];
  });
  afterAll(async () => {
    await otherBus?.close();
    await bus?.close();
    await place?.close();
  });
  return {
    get bus() {
      return bus;
    },
    get otherBus() {
      return otherBus;
    },
    serve: async (endpoints, options = {}) =>
      keep(
        await startService({
          name: 'my_store',
          bus,
          endpoints,
          wire: 'v3',
          log: keptLog(),
          heartbeatIntervalMs: 0,
          ...options,
        }),
      ),
    client: (options = {}) => keep(openClient({ bus: otherBus, wire: 'v3', ...options })),
    monitor: async (options = {}) => keep(await openMonitor({ bus: otherBus, ...options })),
  };
}
