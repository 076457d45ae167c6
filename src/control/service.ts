import { randomUUID } from 'node:crypto';
import type { Bus } from '../bus/index.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import { type Log, openLog } from '../shared/log.ts';
import { Opened } from '../shared/opened.ts';
import { untilAborted } from '../shared/until-aborted.ts';
import { Endpoint } from './endpoint.ts';
import type { Dialect } from './message.ts';
import { defaultMaxPayloadBytes } from './protocol/header.ts';
import { ownSender } from './sender.ts';
import { checkNames } from './service/check-names.ts';
import { startHeartbeat } from './service/heartbeat.ts';
import { Reception } from './service/reception.ts';
import { type Seat, seatsFor } from './service/seat.ts';
import { withStatusMessages } from './service/status-messages.ts';
import { type ServiceDropReason, Tally } from './service/tally.ts';
import { Voice } from './service/voice.ts';
import { wireOf } from './wire.ts';

export interface ServiceOptions {
  /** Unique on the bus: a second service of the name is refused. */
  readonly name: string;
  /** Stays open when the service ends. */
  readonly bus: Bus;
  /** Those that stand under others come with them. */
  readonly endpoints: readonly Endpoint[];
  /** Answers for the name of the service itself, and is of that name. Default: one that can only be pinged and locked. */
  readonly root?: Endpoint | undefined;
  /**
   * The dialect of what the service says unasked: alerts, heartbeats. Requests are answered in their own. On a broker it
   * has to be told, because an alert of v3 ends services of v1 and v2 that listen. On `local:` it is v3.
   */
  readonly wire?: Dialect | undefined;
  readonly clock?: Clock | undefined;
  /** Default: lines on standard error. */
  readonly log?: Log | undefined;
  /** How often the service says that it lives (v3: every 60 s; else, and with 0, never). */
  readonly heartbeatIntervalMs?: number | undefined;
  /** The first word of a heartbeat's routing key ('heartbeat'). */
  readonly heartbeatKey?: string | undefined;
  /** The word under which every service is asked ('broadcast'). */
  readonly broadcastKey?: string | undefined;
  /** Warnings and errors also go out as alerts (in v2, as there; else not). */
  readonly statusMessages?: boolean | undefined;
  /** How many requests may wait for one endpoint (1000); more are answered with code 200 at once. */
  readonly queueLength?: number | undefined;
  /**
   * How long a request may wait for its endpoint (9000: a little less than clients wait for a reply). What waited longer
   * is answered with code 305 and never done: a valve does not move when whoever asked for it has long gone.
   */
  readonly queueWaitMs?: number | undefined;
  /** v3: longer replies go in pieces (10 000). */
  readonly maxPayloadBytes?: number | undefined;
  /** v3: how long after the first piece of a message the last may come (1000). */
  readonly messageWaitMs?: number | undefined;
  /** Gives up the start: what has started is stopped. Once the service runs it does nothing: close that. */
  readonly signal?: AbortSignal | undefined;
}

export interface ServiceStatus {
  readonly requests: number;
  readonly replies: number;
  readonly alerts: number;
  /** Requests that wait for their endpoint, in all. */
  readonly waiting: number;
  readonly dropped: Readonly<Record<ServiceDropReason, number>>;
}

/** A running service. */
export interface Service extends AsyncDisposable {
  readonly name: string;
  /** A UUID of this run: heartbeats carry it, so that a restart is seen. */
  readonly runId: string;
  readonly wire: Dialect;
  /** The names of its endpoints, at any depth. */
  readonly endpoints: readonly string[];
  readonly status: ServiceStatus;
  /** Takes no more requests, answers those that wait with an error, stops the endpoints and gives the name back. */
  close(): Promise<void>;
}

/**
 * Starts a service: from now on its endpoints are on the bus. It answers each request in the dialect of the request, and
 * whatever arrives, it lives.
 *
 * @throws ALI_BUS_NAME_TAKEN when a service of this name runs; ALI_CONFIGURATION for names that cannot be; ALI_USAGE when
 * `wire` has to be told; what an endpoint's `onStart` throws, and what the bus says; ALI_ABORTED
 * @example
 * class Thermometer extends Endpoint {
 *   override onGet(): Answer {
 *     return { value_raw: '293.4' };
 *   }
 * }
 * const bus = await openBus('local:');
 * const service = await startService({
 *   name: 'cryostat',
 *   bus,
 *   endpoints: [new Thermometer({ name: 'stage_temperature' })],
 * });
 * await service.close();
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, bus, endpoints, clock = systemClock, broadcastKey = 'broadcast' } = options;
  const root = options.root ?? new ServiceItself({ name });
  if (root.name !== name)
    throw new AlidadeError('ALI_INTERNAL', `the root of service '${name}' is called '${root.name}'`);
  checkNames(name, endpoints, broadcastKey);
  const wire = wireOf(bus, options.wire, `service '${name}'`);
  const ownLog = options.log ?? (await openLog({ name, clock }));
  const tally = new Tally();
  const { maxPayloadBytes = defaultMaxPayloadBytes, queueLength = 1000, queueWaitMs = 9000 } = options;
  const voice = new Voice({ bus, clock, log: ownLog, tally, wire, sender: ownSender(name), maxPayloadBytes });
  const { statusMessages = wire === 'v2' } = options;
  const log = statusMessages
    ? withStatusMessages({ log: ownLog, clock, from: name, wire, alert: (alert) => voice.alert(alert) })
    : ownLog;
  const seats = seatsFor(root, endpoints, { clock, limit: queueLength, waitMs: queueWaitMs });
  const { messageWaitMs } = options;
  const reception = new Reception({
    name,
    bus,
    seats,
    broadcastKey,
    voice,
    tally,
    log,
    clock,
    wire,
    messageWaitMs,
    queueWaitMs,
  });

  await using opened = new Opened();
  opened.use(reception);
  await reception.open();
  const start = (seat: Seat) => {
    const { endpoint } = seat;
    endpoint.attach(reception.contextOf(seat));
    opened.defer(() => endpoint.onStop());
    return endpoint.onStart();
  };
  try {
    for (const seat of seats.values()) {
      await untilAborted(() => start(seat), options.signal, `the start of service '${name}'`);
    }
  } catch (error) {
    await reception.stop();
    // What fails at stopping is no reason to hide why it is stopped.
    await opened[Symbol.asyncDispose]().catch((failure: unknown) => {
      log.error(`service '${name}' did not start, and not all of it stopped: ${messageOf(failure)}`);
    });
    throw error;
  }
  const runId = randomUUID();
  const { heartbeatIntervalMs = wire === 'v3' ? 60_000 : 0, heartbeatKey = 'heartbeat' } = options;
  if (heartbeatIntervalMs > 0) {
    opened.defer(
      startHeartbeat({ clock, voice, intervalMs: heartbeatIntervalMs, name, runId, key: heartbeatKey }),
    );
  }
  // Requests that came meanwhile are worked off from here on; at the end they stop first.
  reception.begin();
  opened.defer(() => reception.stop());
  const close = opened.move();
  return {
    name,
    runId,
    wire,
    endpoints: [...seats.keys()].filter((word) => word !== name),
    get status() {
      const { requests, replies, alerts, dropped } = tally;
      const waiting = seats.values().reduce((sum, { queue }) => sum + queue.length, 0);
      return { requests, replies, alerts, waiting, dropped: { ...dropped } };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

class ServiceItself extends Endpoint {
  override get className(): string {
    return 'Service';
  }
}
