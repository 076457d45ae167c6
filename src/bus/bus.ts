import type { FieldTable } from './field.ts';

/**
 * The bus: over it go requests, their replies, and alerts. The model is that of AMQP with topic exchanges, because that
 * is the wire of dripline; the engines are `local:` (processes of this machine, no broker) and `amqp:` (RabbitMQ). What a
 * message says is not the bus's: it carries a body, properties and headers as they are.
 */
export interface Bus extends AsyncDisposable {
  /** What the bus stands on, without user and password: for tables and errors. */
  readonly location: string;
  readonly status: BusStatus;
  /** The queues of all who are there and what they are bound to. Undefined on AMQP: a broker does not tell. */
  queues(): readonly BusQueue[] | undefined;
  /**
   * Takes a queue and has each message that comes into it given to `onMessage`, in order, from now on until it is
   * closed. The queue is ours alone and ends with us. On AMQP it comes back by itself after a lost connection.
   *
   * @throws ALI_BUS_NAME_TAKEN when somebody else has a queue of this name; ALI_BUS_REFUSED, ALI_BUS_CUT,
   * ALI_BUS_CLOSED
   */
  consume(options: ConsumeOptions): Promise<Consumer>;
  /**
   * Sends a message and waits for its replies: those with its correlation id that come into our reply queue, which is
   * put into `replyTo`. Never sent twice.
   *
   * @throws ALI_BUS_UNROUTABLE at once when no queue is bound to the routing key; ALI_TIMEOUT; ALI_BUS_CUT when the
   * connection was lost before the last reply (what was asked may have been done or not); ALI_BUS_UNREACHABLE and
   * ALI_BUS_BLOCKED when it was not sent; ALI_BUS_MESSAGE; ALI_BUS_CLOSED; ALI_ABORTED
   */
  request(message: Message, options: RequestOptions): Promise<readonly Delivery[]>;
  /**
   * Sends a message to whoever listens: an alert, or the reply to a request. Resolves when the broker has it (AMQP), or
   * when it is on its way to every listener (`local:`). A fast sender is slowed down by waiting here.
   *
   * @throws ALI_BUS_UNROUTABLE when it is `mandatory` and no queue is bound to the routing key; otherwise as
   * {@link Bus.request}
   */
  send(message: Message, options?: SendOptions): Promise<void>;
  /**
   * Sends what was accepted, rejects requests that wait, gives back queues and names, and ends. After it nothing is
   * called any more.
   */
  close(): Promise<void>;
}

/** Topic exchanges of a bus; {@link OpenBusOptions.exchanges} says what they are called. */
export type Exchange = 'requests' | 'alerts';

export interface Message {
  readonly exchange: Exchange;
  /** Words with dots between them, at most 255 bytes. */
  readonly routingKey: string;
  readonly body: Uint8Array;
  readonly properties: Properties;
}

/** What came into a queue. `body` and headers may be kept. */
export interface Delivery extends Message {
  /** The queue it came into. */
  readonly queue: string;
}

/** The properties of AMQP's class `basic`. One that is left out is not on the wire; an empty text is. */
export interface Properties {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly headers?: FieldTable | undefined;
  readonly deliveryMode?: number | undefined;
  readonly priority?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly replyTo?: string | undefined;
  /** Milliseconds, as text. */
  readonly expiration?: string | undefined;
  readonly messageId?: string | undefined;
  /** Unix time in seconds. */
  readonly timestamp?: number | undefined;
  readonly type?: string | undefined;
  /** Only read: a broker closes the channel of whoever writes another's name. */
  readonly userId?: string | undefined;
  readonly appId?: string | undefined;
  readonly clusterId?: string | undefined;
}

/**
 * Words with dots between them: `*` stands for one word, `#` for any number of them.
 *
 * @example const binding: Binding = { exchange: 'alerts', key: 'sensor_value.#' };
 */
export interface Binding {
  readonly exchange: Exchange;
  readonly key: string;
}

/** A queue that somebody has. */
export interface BusQueue {
  readonly queue: string;
  readonly bindings: readonly Binding[];
}

export interface ConsumeOptions {
  /** The name of the queue: of a service, or of an endpoint that has a queue of its own. */
  readonly queue: string;
  readonly bindings: readonly Binding[];
  /** What it throws, or a promise it gives rejects with, is counted and told to `onEvent`. */
  readonly onMessage: (delivery: Delivery) => void | PromiseLike<void>;
}

export interface Consumer extends AsyncDisposable {
  readonly queue: string;
  /** Gives the queue and its name back. */
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  /**
   * Where replies go: to a queue `request_reply<uuid>` of our naming, as older generations of dripline have it, or to one
   * that the broker names (default). Each is made once and kept.
   */
  readonly replyQueue?: 'request_reply' | 'broker-named' | undefined;
  /** Called with each reply as it comes; true ends the request. Default: the first reply is the last. */
  readonly isLast?: ((reply: Delivery) => boolean) | undefined;
  /**
   * Resolve at `timeoutMs` with the replies that came until then, none of them included, instead of rejecting: for a
   * broadcast, where nobody knows how many will come. Then no reply is the last unless `isLast` says so.
   */
  readonly gather?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SendOptions {
  /** Reject when no queue is bound to the routing key; else such a message is gone. */
  readonly mandatory?: boolean | undefined;
}

/** Why something that came or was to go was dropped. */
export type DropReason =
  /** A listener does not read, and what waits for it is at its limit. */
  | 'slow-listener'
  /** A reply to nothing that waits: it came too late, or twice. */
  | 'unasked-reply'
  /** A peer sent what is no frame; its connection was ended. */
  | 'malformed'
  /** `onMessage` threw or rejected. */
  | 'handler-failed';

export interface BusStatus {
  /** `away`: the broker is not there, and is looked for. `blocked`: it takes no messages now. */
  readonly state: 'connected' | 'away' | 'blocked' | 'closed';
  readonly sent: number;
  readonly received: number;
  /** How many messages were dropped, by reason; what a sender had to drop for us is under `slow-listener`. */
  readonly dropped: Readonly<Record<DropReason, number>>;
}

export type BusEvent =
  | { readonly event: 'connected' | 'unblocked' }
  /** The connection is gone, or an attempt to make it again failed. */
  | { readonly event: 'away' | 'blocked'; readonly reason: string }
  /** Somebody else has taken our queue while we were away, or stopped. */
  | { readonly event: 'name-taken'; readonly queue: string; readonly reason: string }
  | {
      readonly event: 'dropped';
      readonly reason: DropReason;
      readonly count: number;
      readonly error: unknown;
    };
