import { type BusStatus, busEventLog, openBus } from '../bus/index.ts';
import { type EndpointDefinition, makeService, openMonitor, startService } from '../control/index.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { Opened } from '../shared/opened.ts';
import { untilAborted } from '../shared/until-aborted.ts';
import type { TelescopeState } from '../telstate/index.ts';
import { AlertSensors, type AlertSensorsStatus } from './alert-sensors.ts';
import type { SlowControlDefinition } from './definition.ts';
import type { StoreContact } from './store-contact.ts';

/** A service of the instrument, running. */
export interface ServedService {
  readonly name: string;
  readonly endpoints: number;
}

export interface SlowControlStatus {
  /** What the bus stands on. */
  readonly bus: string;
  readonly busState: BusStatus['state'];
  readonly services: readonly ServedService[];
  /** What endpoints log, as sensors; also of services that others run on this bus. */
  readonly alerts: AlertSensorsStatus;
}

/** The services of an instrument on its bus, and the sensors that their alerts make. */
export interface SlowControl extends AsyncDisposable {
  status(): SlowControlStatus;
}

export interface OpenSlowControlOptions {
  readonly definition: SlowControlDefinition;
  readonly state: TelescopeState;
  readonly contact: StoreContact;
  readonly clock: Clock;
  readonly log: Log;
  /** Gives up the start. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the services, and listens to what all endpoints of the bus log.
 *
 * @throws ALI_BUS_UNREACHABLE, ALI_BUS_NAME_TAKEN, …; ALI_CONTROL for a class that cannot be made; ALI_ABORTED
 */
export async function openSlowControl(options: OpenSlowControlOptions): Promise<SlowControl> {
  const { definition, state, contact, clock, log, signal } = options;
  await using opened = new Opened();
  const bus = opened.use(await openBus(definition.busUrl, { onEvent: busEventLog(log) }));
  const calibrated = definition.services.flatMap(({ root }) => calibratedIn(root));
  const sensors = new AlertSensors(state, contact, clock, calibrated);
  opened.defer(() => sensors.stop());
  const monitor = opened.use(await openMonitor({ bus, exchange: 'alerts', keys: ['#'] }));
  const listening = (async () => {
    for await (const message of monitor) {
      if (message.kind === 'alert') sensors.add(message);
      else sensors.addUnreadable(message.routingKey, message.reason);
    }
  })();
  opened.defer(async () => {
    await monitor.close();
    await listening;
  });
  const services: ServedService[] = [];
  for (const service of definition.services) {
    const made = await makeService(service);
    for (const note of made.notes) log.warning(note);
    const wire = made.options.wire ?? definition.wire;
    const started = opened.use(await startService({ ...made.options, bus, clock, log, wire, signal }));
    await untilAborted(() => made.runSetupCalls(log), signal, `the start of service '${started.name}'`);
    services.push({ name: started.name, endpoints: started.endpoints.length });
  }
  const close = opened.move();
  return {
    status: () => ({
      bus: bus.location,
      busState: bus.status.state,
      services,
      alerts: withLate(sensors.status, monitor.dropped),
    }),
    [Symbol.asyncDispose]: close,
  };
}

/** The endpoints for which a file has a calibration. */
function calibratedIn({ name, parameters, endpoints }: EndpointDefinition): string[] {
  const own = (parameters.get('calibration') ?? null) === null ? [] : [name];
  return [...own, ...endpoints.flatMap(calibratedIn)];
}

/** With the alerts that came faster than they could be looked at. */
function withLate(status: AlertSensorsStatus, dropped: number): AlertSensorsStatus {
  return { ...status, losses: { ...status.losses, late: status.losses.late + dropped } };
}
