import { randomUUID } from 'node:crypto';
import type { Bus, Delivery, Exchange } from '../bus/index.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { plainValue } from '../shared/exact-value.ts';
import type { Dialect, Operation, SenderInfo } from './message.ts';
import { ChunkAssembler } from './protocol/chunks.ts';
import { isHeaderMessage } from './protocol/header.ts';
import { readMessage } from './protocol/read.ts';
import type { ExactValue, Value } from './value.ts';

export interface MonitorOptions {
  readonly bus: Bus;
  /** Alerts (default), or requests and their replies. */
  readonly exchange?: Exchange | undefined;
  /** Patterns of routing keys, `*` for a word and `#` for any number of them (`['#']`). */
  readonly keys?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
}

/** A message that went over the bus, of any generation. */
export interface Monitored {
  readonly kind: 'alert' | 'request' | 'reply' | 'unreadable';
  readonly routingKey: string;
  /** v1, v2: the program that sent it. */
  readonly appId: string | undefined;
  readonly dialect?: Dialect;
  readonly sender?: SenderInfo;
  readonly timestamp?: string;
  /** Of a request. */
  readonly operation?: Operation | number;
  readonly specifier?: string;
  /** Of a reply. */
  readonly code?: number;
  readonly message?: string;
  readonly payload?: Value;
  readonly exactPayload?: ExactValue;
  /** The body as it came. */
  readonly text: string;
  /** Why it cannot be read. */
  readonly reason?: string;
}

/** Messages as they come, until it is closed. */
export interface Monitor extends AsyncIterable<Monitored>, AsyncDisposable {
  /** Messages that were dropped because they were not read in time. */
  readonly dropped: number;
  close(): Promise<void>;
}

/** What waits to be read is no more than this. */
const maxWaiting = 10_000;

/**
 * Listens to what goes over the bus. Nothing is answered and nothing taken from anybody; but a monitor of all requests
 * makes each of them routable, so that who asks for an endpoint that is not there waits his whole timeout.
 *
 * @example
 * const bus = await openBus('local:');
 * await using alerts = await openMonitor({ bus, keys: ['sensor_value.#'] });
 * for await (const { routingKey, payload } of alerts) console.log(routingKey, payload);
 */
export async function openMonitor(options: MonitorOptions): Promise<Monitor> {
  const { bus, exchange = 'alerts', keys = ['#'], clock = systemClock } = options;
  const waiting: Monitored[] = [];
  let dropped = 0;
  let isClosed = false;
  let wake = () => {};
  const show = (message: Monitored) => {
    if (waiting.length < maxWaiting) waiting.push(message);
    else dropped += 1;
    wake();
  };
  const chunks = new ChunkAssembler({ clock, onLost: (delivery) => show(monitored(delivery, false)) });
  const onMessage = (delivery: Delivery) => {
    if (!isHeaderMessage(delivery)) return show(monitored(delivery, true));
    const assembled = chunks.add(delivery);
    if (assembled.state === 'whole') show(monitored(assembled.delivery, true));
    else if (assembled.state === 'refused')
      show({ ...bare(delivery), kind: 'unreadable', reason: assembled.reason });
  };
  const bindings = keys.map((key) => ({ exchange, key }));
  const consumer = await bus.consume({ queue: `monitor_${randomUUID()}`, bindings, onMessage });
  const close = async () => {
    isClosed = true;
    chunks.close();
    wake();
    await consumer.close();
  };
  return {
    get dropped() {
      return dropped;
    },
    close,
    [Symbol.asyncDispose]: close,
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) yield next;
        else if (isClosed) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}

function bare({ routingKey, properties, body }: Delivery) {
  return { routingKey, appId: properties.appId, text: Buffer.from(body).toString('utf8') };
}

function monitored(delivery: Delivery, isWhole: boolean): Monitored {
  const seen = bare(delivery);
  const incoming = readMessage(delivery, { wire: 'v1', isWhole });
  switch (incoming.kind) {
    case 'request': {
      const { dialect, sender, timestamp, operation, specifier, exactPayload } = incoming.request;
      const payload = plainValue(exactPayload);
      return {
        ...seen,
        kind: 'request',
        dialect,
        sender,
        timestamp,
        operation,
        specifier,
        payload,
        exactPayload,
      };
    }
    case 'reply':
      return { ...seen, kind: 'reply', ...incoming.reply };
    case 'alert':
      return { ...seen, kind: 'alert', ...incoming.alert };
    case 'unreadable':
      return { ...seen, kind: 'unreadable', reason: incoming.reason };
  }
}
