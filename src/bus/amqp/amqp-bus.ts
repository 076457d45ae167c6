import { randomUUID } from 'node:crypto';
import { AlidadeError } from '../../shared/errors.ts';
import type {
  Bus,
  BusStatus,
  ConsumeOptions,
  Consumer,
  Delivery,
  Message,
  RequestOptions,
  SendOptions,
} from '../bus.ts';
import { checkMessage, checkQueue, writtenProperties } from '../check-message.ts';
import type { Counters } from '../counters.ts';
import type { ExchangeNames } from '../exchange-names.ts';
import { type PendingRequest, PendingRequests } from '../pending-requests.ts';
import type { Outcome } from './confirms.ts';
import type { PublishedMessage } from './content.ts';
import { HeldQueue } from './held-queue.ts';
import { Link } from './link.ts';
import type { QueueMessage, Session } from './session.ts';
import type { AmqpBroker } from './target.ts';

type ReplyQueueKind = NonNullable<RequestOptions['replyQueue']>;

/** The bus on RabbitMQ, with the topology of dripline: topic exchanges that are not durable, exclusive queues. */
export class AmqpBus implements Bus {
  readonly location: string;
  readonly #exchanges: ExchangeNames;
  readonly #counters: Counters;
  readonly #pending = new PendingRequests();
  readonly #queues = new Map<string, HeldQueue>();
  readonly #preparing = new Set<Promise<void>>();
  /** Of the connection that is there; the broker names them anew for each. */
  #replyQueues = new Map<ReplyQueueKind, Promise<string>>();
  #link!: Link;
  #closing: Promise<void> | undefined;

  private constructor(location: string, exchanges: ExchangeNames, counters: Counters) {
    this.location = location;
    this.#exchanges = exchanges;
    this.#counters = counters;
  }

  /** @throws ALI_BUS_UNREACHABLE, ALI_BUS_LOGIN */
  static async open(target: AmqpBroker, exchanges: ExchangeNames, counters: Counters): Promise<AmqpBus> {
    const bus = new AmqpBus(target.location, exchanges, counters);
    bus.#link = await Link.open(target, {
      restore: (session) => bus.#restore(session),
      onLost: (error) => bus.#pending.rejectAll(error),
      onMalformed: (reason) => counters.drop('malformed', 1, new Error(reason)),
      tell: (event) => counters.tell(event),
    });
    return bus;
  }

  get status(): BusStatus {
    return this.#counters.status(this.#closing === undefined ? this.#link.state : 'closed');
  }

  /** A broker does not tell. */
  queues(): undefined {
    return undefined;
  }

  async consume({ queue, bindings, onMessage }: ConsumeOptions): Promise<Consumer> {
    this.#checkOpen();
    checkQueue(queue, bindings);
    const held = new HeldQueue(
      {
        name: queue,
        bindings: bindings.map(({ exchange, key }) => ({ exchange: this.#exchanges.nameOf(exchange), key })),
        noAck: false,
        onMessage: (message) => this.#counters.handle(onMessage, this.#delivery(message, queue)),
      },
      (event) => this.#counters.tell(event),
    );
    // The broker would let the same connection have it twice.
    if (this.#queues.has(queue)) throw this.#taken(queue);
    const close = async () => {
      await held.close();
      if (this.#queues.get(queue) === held) this.#queues.delete(queue);
    };
    this.#queues.set(queue, held);
    try {
      await held.take(this.#link.session);
    } catch (error) {
      await close();
      throw error;
    }
    return { queue, close, [Symbol.asyncDispose]: close };
  }

  async request(message: Message, options: RequestOptions): Promise<readonly Delivery[]> {
    this.#checkOpen();
    checkMessage(message);
    const endMs = performance.now() + options.timeoutMs;
    const session = await this.#link.within(options.timeoutMs);
    this.#checkOpen();
    const correlationId = message.properties.correlationId ?? randomUUID();
    const timeoutMs = Math.max(0, endMs - performance.now());
    const pending = this.#pending.add(
      correlationId,
      { ...options, timeoutMs },
      () => `'${message.routingKey}' on ${this.location}`,
    );
    this.#ask(session, message, correlationId, options, pending).catch((error: unknown) => {
      pending.reject(error);
    });
    return pending.replies;
  }

  /** Sends a request as soon as all that it needs is there, if it is still waited for by then. */
  async #ask(
    session: Session,
    message: Message,
    correlationId: string,
    { replyQueue = 'broker-named' }: RequestOptions,
    pending: PendingRequest,
  ): Promise<void> {
    const replyTo = await this.#replyQueue(session, replyQueue);
    await this.#prepare(session, message);
    if (pending.isEnded) return;
    const onReturned = () => pending.reject(this.#notTaken('returned', message.routingKey));
    const properties = { ...message.properties, correlationId, replyTo };
    const forget = session.request(this.#written({ ...message, properties }), onReturned);
    pending.replies.then(forget, forget);
    this.#counters.sent++;
  }

  async send(message: Message, { mandatory = false }: SendOptions = {}): Promise<void> {
    this.#checkOpen();
    checkMessage(message);
    const { session } = this.#link;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onOutcome = (outcome: Outcome) => {
      if (outcome === 'taken') resolve();
      else reject(this.#notTaken(outcome, message.routingKey));
    };
    const preparing = this.#prepare(session, message);
    if (preparing !== undefined) await preparing;
    session.publish({ ...this.#written(message), mandatory }, onOutcome, reject);
    this.#counters.sent++;
    return promise;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#pending.rejectAll(this.#closed());
    // What was to be sent when its exchange is there is sent before the end.
    await Promise.allSettled(this.#preparing);
    await this.#link.close();
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }

  async #restore(session: Session): Promise<void> {
    this.#replyQueues = new Map();
    await Promise.all([...this.#queues.values()].map((queue) => queue.restore(session)));
  }

  /** The exchange that a message goes to must be there: a broker closes the channel otherwise. */
  #prepare(session: Session, message: Message): Promise<void> | undefined {
    const exchange = this.#exchanges.nameOf(message.exchange);
    if (session.hasExchange(exchange)) return undefined;
    const prepared = session.exchange(exchange);
    this.#preparing.add(prepared);
    const end = () => this.#preparing.delete(prepared);
    prepared.then(end, end);
    return prepared;
  }

  #written({ exchange, routingKey, body, properties }: Message): Omit<PublishedMessage, 'mandatory'> {
    const exchangeName = this.#exchanges.nameOf(exchange);
    return { exchange: exchangeName, routingKey, properties: writtenProperties(properties), body };
  }

  #replyQueue(session: Session, kind: ReplyQueueKind): Promise<string> {
    const known = this.#replyQueues.get(kind);
    if (known !== undefined) return known;
    const queue = session.queue({
      name: kind === 'request_reply' ? `request_reply${randomUUID()}` : '',
      bindings: [{ exchange: this.#exchanges.nameOf('requests') }],
      noAck: true,
      onMessage: (message) => {
        if (!this.#pending.take(this.#delivery(message, message.routingKey))) {
          this.#counters.drop('unasked-reply');
        }
      },
      onCancelled: () => this.#replyQueues.delete(kind),
    });
    const name = queue.then(({ name }) => name);
    const queues = this.#replyQueues;
    queues.set(kind, name);
    name.catch(() => queues.delete(kind));
    return name;
  }

  #delivery({ exchange, routingKey, properties, body }: QueueMessage, queue: string): Delivery {
    this.#counters.received++;
    return { exchange: this.#exchanges.exchangeOf(exchange), routingKey, properties, body, queue };
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw this.#closed();
  }

  #closed(): AlidadeError {
    return new AlidadeError('ALI_BUS_CLOSED', `the bus ${this.location} is closed`);
  }

  #taken(queue: string): AlidadeError {
    return new AlidadeError(
      'ALI_BUS_NAME_TAKEN',
      `the name '${queue}' is taken on ${this.location} by this process; take another name`,
    );
  }

  #notTaken(outcome: 'returned' | 'refused', routingKey: string): AlidadeError {
    if (outcome === 'refused') {
      return new AlidadeError(
        'ALI_BUS_REFUSED',
        `${this.location} did not take a message to '${routingKey}'`,
      );
    }
    return new AlidadeError(
      'ALI_BUS_UNROUTABLE',
      `nobody on ${this.location} listens to '${routingKey}'. Check the name, and whether its service runs there.`,
    );
  }
}
