import { randomUUID } from 'node:crypto';
import { Mesh, Peer, pidOf } from '../../ipc/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import type {
  Bus,
  BusQueue,
  BusStatus,
  ConsumeOptions,
  Consumer,
  Delivery,
  Message,
  RequestOptions,
  SendOptions,
} from '../bus.ts';
import {
  checkMessage,
  checkQueue,
  maxBodyBytes,
  refusedProperties,
  writtenProperties,
} from '../check-message.ts';
import type { Counters } from '../counters.ts';
import type { ExchangeNames } from '../exchange-names.ts';
import { PendingRequests } from '../pending-requests.ts';
import { Claims } from './claims.ts';
import { type Frame, readFrame, type WireMessage, writeFrame } from './frames.ts';
import { Inbox } from './inbox.ts';
import { Outstanding } from './outstanding.ts';
import { type OwnQueue, type Queue, type Route, Routes } from './routes.ts';

/** What processes that are there may take to say what they have, before a bus is used without them. */
const settleMs = 500;
/** How long a name waits for them: somebody may have it. */
const settleForNameMs = 2000;
/** Properties and names beside the body. */
const maxFrameBytes = maxBodyBytes + 1024 * 1024;

/** The bus of the processes of this machine that share a folder: a full mesh, with routing at the sender. */
export class LocalBus implements Bus {
  readonly location: string;
  readonly #exchanges: ExchangeNames;
  readonly #counters: Counters;
  readonly #routes = new Routes((owner) => owner instanceof Peer);
  readonly #claims = new Claims(
    () => this.#mesh,
    (queue) => this.#holderOf(queue),
  );
  readonly #pending = new PendingRequests();
  readonly #outstanding = new Outstanding();
  readonly #inbox = new Inbox();
  readonly #replyQueues = new Map<NonNullable<RequestOptions['replyQueue']>, string>();
  #mesh!: Mesh;
  #closing: Promise<void> | undefined;

  private constructor(folder: string, exchanges: ExchangeNames, counters: Counters) {
    this.location = `local:${folder}`;
    this.#exchanges = exchanges;
    this.#counters = counters;
  }

  /** @throws ALI_BUS_UNREACHABLE when this process cannot be there */
  static async open(folder: string, exchanges: ExchangeNames, counters: Counters): Promise<LocalBus> {
    const bus = new LocalBus(folder, exchanges, counters);
    const mesh = Mesh.open(folder, 'bus', maxFrameBytes, {
      greeting: () => [...bus.#routes.of(undefined)].map((queue) => writeFrame(announcement(queue))),
      onFrame: (peer, kind, content) => bus.#onFrame(peer, readFrame(kind, content)),
      onGone: (peer) => bus.#onGone(peer),
      onCaughtUp: (peer, count) => peer.send(writeFrame({ say: 'missed', count })),
      onMalformed: (error) => counters.drop('malformed', 1, error),
    });
    bus.#mesh = await mesh.catch((error) => {
      throw new AlidadeError(
        'ALI_BUS_UNREACHABLE',
        `this process cannot be on the bus ${bus.location}: ${messageOf(error)}`,
        { cause: error },
      );
    });
    await bus.#mesh.settle(settleMs);
    return bus;
  }

  get status(): BusStatus {
    return this.#counters.status(this.#closing === undefined ? 'connected' : 'closed');
  }

  queues(): readonly BusQueue[] {
    return Array.from(this.#routes.all(), ({ name, bindings }) => ({
      queue: name,
      bindings: bindings.map(({ exchange, key }) => ({
        exchange: this.#exchanges.exchangeOf(exchange),
        key,
      })),
    }));
  }

  async consume({ queue, bindings, onMessage }: ConsumeOptions): Promise<Consumer> {
    this.#checkOpen();
    checkQueue(queue, bindings);
    await this.#mesh.settle(settleForNameMs);
    this.#checkOpen();
    if (this.#holderOf(queue) === 'us' || this.#claims.isUnderWay(queue))
      throw this.#taken(queue, this.#mesh.id);
    const named = bindings.map(({ exchange, key }) => ({ exchange: this.#exchanges.nameOf(exchange), key }));
    const deliver = (delivery: Delivery) => this.#counters.handle(onMessage, delivery);
    const taken = { name: queue, bindings: named, owner: this.#ownQueue(queue, deliver) };
    const holder = await this.#claims.claim(queue, () => this.#routes.add(taken));
    if (holder !== undefined) throw this.#taken(queue, holder);
    await this.#claims.announce((question) => announcement(taken, question));
    const close = () => this.#removeQueue(taken);
    return { queue, close, [Symbol.asyncDispose]: close };
  }

  async request(message: Message, options: RequestOptions): Promise<readonly Delivery[]> {
    this.#checkOpen();
    checkMessage(message);
    const endMs = performance.now() + options.timeoutMs;
    const settling = this.#settling(message, options.timeoutMs);
    if (settling !== undefined) {
      await settling;
      this.#checkOpen();
    }
    const replyTo = this.#replyQueue(options.replyQueue ?? 'broker-named');
    const correlationId = message.properties.correlationId ?? randomUUID();
    const properties = { ...message.properties, correlationId, replyTo };
    const asked = () => `'${message.routingKey}' on ${this.location}`;
    const token = this.#outstanding.nextToken();
    const timeoutMs = Math.max(0, endMs - performance.now());
    const forget = () => this.#outstanding.delete(token);
    const pending = this.#pending.add(correlationId, { ...options, timeoutMs }, asked, forget);
    try {
      const holders = this.#dispatch({ ...message, properties }, token);
      if (holders === undefined) throw this.#unroutable(message.routingKey);
      this.#outstanding.add(token, {
        pending,
        holders: new Set(holders.peers),
        wasTaken: holders.own.length > 0,
        onReturned: () => this.#unroutable(message.routingKey),
        onCut: (peer) =>
          new AlidadeError(
            'ALI_BUS_CUT',
            `process ${peer.pid}, which had the request to ${asked()}, ended before it replied; whether it was done is not known`,
          ),
      });
    } catch (error) {
      pending.reject(error);
    }
    return pending.replies;
  }

  async send(message: Message, { mandatory = false }: SendOptions = {}): Promise<void> {
    this.#checkOpen();
    checkMessage(message);
    const settling = mandatory ? this.#settling(message, settleMs) : undefined;
    if (settling !== undefined) {
      await settling;
      this.#checkOpen();
    }
    const route = this.#dispatch(message, 0);
    if (route === undefined && mandatory) throw this.#unroutable(message.routingKey);
    const slow: Promise<void>[] = [];
    for (const reader of [this.#inbox, ...(route?.peers ?? [])]) {
      const drained = reader.drained();
      if (drained !== undefined) slow.push(drained);
    }
    if (slow.length > 0) await Promise.all(slow);
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
    this.#inbox.clear();
    await this.#mesh.close();
  }

  /** Where nobody takes a message, and some process has not said yet what it takes, that is waited for. */
  #settling({ exchange, routingKey }: Message, patienceMs: number): Promise<void> | undefined {
    const route = this.#routes.match(this.#exchanges.nameOf(exchange), routingKey);
    if (!isNobody(route) || this.#mesh.isSettled) return undefined;
    return this.#mesh.settle(patienceMs);
  }

  /** Sends a message to whoever takes it; undefined when nobody does. */
  #dispatch(message: Message, token: number): Route | undefined {
    const exchange = this.#exchanges.nameOf(message.exchange);
    const route = this.#routes.match(exchange, message.routingKey);
    if (isNobody(route)) return undefined;
    const { routingKey, body } = message;
    const properties = writtenProperties(message.properties);
    const taken = this.#give({ say: 'message', token, exchange, routingKey, properties, body }, route);
    this.#counters.sent++;
    if (token !== 0 && isNobody(taken)) throw this.#notRead(message.routingKey);
    return taken;
  }

  /** Gives a message to everybody on its route who has room for it. */
  #give(message: WireMessage, route: Route): Route {
    let frame: Buffer | undefined;
    try {
      // Also where only queues of ours take it: what cannot be sent is refused all the same.
      frame = writeFrame(message);
    } catch (error) {
      throw refusedProperties(message.routingKey, error);
    }
    const own = route.own.filter((queue) => this.#inbox.offer(queue, message));
    const peers = route.peers.filter((peer) => peer.offer(frame));
    const dropped = route.own.length + route.peers.length - own.length - peers.length;
    if (dropped > 0) this.#counters.drop('slow-listener', dropped);
    return { own, peers };
  }

  #onFrame(peer: Peer, frame: Frame): void {
    switch (frame.say) {
      case 'queue':
        this.#onQueue(peer, frame);
        break;
      case 'no-queue': {
        const queue = this.#routes.find(frame.queue);
        if (queue?.owner === peer) this.#routes.remove(queue);
        peer.send(writeFrame({ say: 'yes', question: frame.question }));
        break;
      }
      case 'claim':
        this.#claims.onClaim(peer, frame.question, frame.queue);
        break;
      case 'yes':
        this.#claims.onYes(peer, frame.question);
        break;
      case 'no':
        this.#claims.onNo(peer, frame.question, frame.holder);
        break;
      case 'message':
        this.#onMessage(peer, frame);
        break;
      case 'return':
        this.#outstanding.onReturned(peer, frame.token);
        break;
      case 'missed':
        this.#counters.drop('slow-listener', frame.count);
        break;
    }
  }

  #onQueue(peer: Peer, { question, queue, bindings }: Extract<Frame, { say: 'queue' }>): void {
    if (this.#holderOf(queue) !== 'us') this.#routes.add({ name: queue, bindings, owner: peer });
    else {
      const reason = `process ${peer.pid} on ${this.location} has the name '${queue}' as well: one of us was stopped when the other took it. End one of them`;
      this.#counters.tell({ event: 'name-taken', queue, reason });
    }
    if (question !== 0) peer.send(writeFrame({ say: 'yes', question }));
  }

  #onMessage(peer: Peer, message: WireMessage): void {
    const { own } = this.#routes.match(message.exchange, message.routingKey);
    for (const queue of own) queue.take(message);
    if (own.length === 0 && message.token !== 0) {
      peer.send(writeFrame({ say: 'return', token: message.token }));
    }
  }

  #onGone(peer: Peer): void {
    for (const queue of [...this.#routes.of(peer)]) this.#routes.remove(queue);
    this.#claims.onGone(peer);
    this.#outstanding.onGone(peer);
  }

  #holderOf(name: string): Peer | 'us' | undefined {
    const owner = this.#routes.find(name)?.owner;
    return owner === undefined || owner instanceof Peer ? owner : 'us';
  }

  #ownQueue(name: string, deliver: (delivery: Delivery) => void): OwnQueue {
    const own: OwnQueue = {
      take: ({ exchange, routingKey, properties, body }) => {
        if (this.#closing !== undefined || this.#routes.find(name)?.owner !== own) return;
        this.#counters.received++;
        const known = this.#exchanges.exchangeOf(exchange);
        deliver({ exchange: known, routingKey, properties, body, queue: name });
      },
    };
    return own;
  }

  async #removeQueue(queue: Queue): Promise<void> {
    if (this.#closing !== undefined || this.#routes.find(queue.name) !== queue) return;
    this.#routes.remove(queue);
    await this.#claims.announce((question) => ({ say: 'no-queue', question, queue: queue.name }));
  }

  #replyQueue(kind: NonNullable<RequestOptions['replyQueue']>): string {
    const known = this.#replyQueues.get(kind);
    if (known !== undefined) return known;
    const name = `${kind === 'request_reply' ? 'request_reply' : 'amq.gen-'}${randomUUID()}`;
    this.#replyQueues.set(kind, name);
    const owner = this.#ownQueue(name, (reply) => {
      if (!this.#pending.take(reply)) this.#counters.drop('unasked-reply');
    });
    const queue = { name, bindings: [{ exchange: this.#exchanges.nameOf('requests'), key: name }], owner };
    this.#routes.add(queue);
    // It goes before the request, to whoever gets that.
    this.#mesh.announce(writeFrame(announcement(queue)));
    return name;
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw this.#closed();
  }

  #closed(): AlidadeError {
    return new AlidadeError('ALI_BUS_CLOSED', `the bus ${this.location} is closed`);
  }

  #unroutable(routingKey: string): AlidadeError {
    return new AlidadeError(
      'ALI_BUS_UNROUTABLE',
      `nobody on ${this.location} listens to '${routingKey}'. Check the name, and whether its service runs there.`,
    );
  }

  #notRead(routingKey: string): AlidadeError {
    return new AlidadeError(
      'ALI_BUS_BLOCKED',
      `the process that listens to '${routingKey}' on ${this.location} does not read (is it stopped?); the message was not sent`,
    );
  }

  #taken(queue: string, holder: string): AlidadeError {
    const who = holder === this.#mesh.id ? 'this process' : `process ${pidOf(holder)}`;
    return new AlidadeError(
      'ALI_BUS_NAME_TAKEN',
      `the name '${queue}' is taken on ${this.location} by ${who}; end that one, or take another name`,
    );
  }
}

function isNobody({ own, peers }: Route): boolean {
  return own.length === 0 && peers.length === 0;
}

function announcement({ name, bindings }: Queue, question = 0): Frame {
  return { say: 'queue', question, queue: name, bindings };
}
