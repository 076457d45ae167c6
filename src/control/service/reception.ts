import type { Binding, Bus, Delivery } from '../../bus/index.ts';
import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { Opened } from '../../shared/opened.ts';
import type { EndpointContext } from '../endpoint.ts';
import type { Alert, Dialect, Request } from '../message.ts';
import { ChunkAssembler } from '../protocol/chunks.ts';
import { isHeaderMessage } from '../protocol/header.ts';
import type { Envelope, ReplyContent, Unreadable } from '../protocol/incoming.ts';
import { readMessage, refusedChunk } from '../protocol/read.ts';
import { timestampText } from '../protocol/timestamp.ts';
import { replyCodes } from '../reply-code.ts';
import { isReplyError, ReplyError } from '../reply-error.ts';
import type { Maybe } from '../value.ts';
import { answerBody } from './answer-body.ts';
import { answerHeader } from './answer-header.ts';
import { PerMinute } from './per-minute.ts';
import type { Refusal } from './request-queue.ts';
import type { Seat } from './seat.ts';
import { Standstill } from './standstill.ts';
import type { Tally } from './tally.ts';
import { matchesTopic } from './topic.ts';
import type { Voice } from './voice.ts';

export interface ReceptionOptions {
  readonly name: string;
  readonly bus: Bus;
  readonly seats: ReadonlyMap<string, Seat>;
  readonly broadcastKey: string;
  readonly voice: Voice;
  readonly tally: Tally;
  readonly log: Log;
  readonly clock: Clock;
  readonly wire: Dialect;
  readonly messageWaitMs: number | undefined;
  readonly queueWaitMs: number;
}

/** So many messages are kept while the endpoints start. */
const maxEarly = 10_000;
/** So many lines a minute go into the log about messages that nobody should send; all are counted. */
const strangePerMinute = 60;
/** How long the end of a service waits for what its endpoints are doing. */
const closeWithinMs = 1000;

/** Takes what comes in for a service and hands it to the endpoints, each of which works off its own in order. */
export class Reception implements AsyncDisposable {
  readonly #options: ReceptionOptions;
  readonly #chunks: ChunkAssembler;
  readonly #opened = new Opened();
  readonly #strange: PerMinute;
  readonly #standstill: Standstill;
  /** What came before the endpoints had started, and when. */
  #early: { readonly delivery: Delivery; readonly sinceMs: number }[] | undefined = [];

  constructor(options: ReceptionOptions) {
    const { clock, messageWaitMs: waitMs } = options;
    this.#options = options;
    this.#strange = new PerMinute(clock, strangePerMinute);
    this.#chunks = new ChunkAssembler({ clock, waitMs, onLost: (delivery) => this.#read(delivery, false) });
    this.#opened.defer(() => this.#chunks.close());
    this.#standstill = new Standstill(clock);
    this.#opened.defer(() => this.#standstill.close());
  }

  /** Takes the queue of the service, and one for each endpoint that has its own. */
  async open(): Promise<void> {
    const { name, seats, broadcastKey } = this.#options;
    const shared = [...seats.values()].filter(({ endpoint }) => !endpoint.hasOwnQueue);
    const words = [...shared.map(({ endpoint }) => endpoint.name), broadcastKey];
    const alertKeys = new Set(shared.flatMap(({ endpoint }) => endpoint.alertKeys));
    await this.#consume(name, words, [...alertKeys]);
    for (const { endpoint } of seats.values()) {
      if (endpoint.hasOwnQueue) await this.#consume(endpoint.name, [endpoint.name], endpoint.alertKeys);
    }
  }

  async #consume(queue: string, words: readonly string[], alertKeys: readonly string[]): Promise<void> {
    const bindings: Binding[] = [
      ...words.map((word) => ({ exchange: 'requests' as const, key: `${word}.#` })),
      ...alertKeys.map((key) => ({ exchange: 'alerts' as const, key })),
    ];
    const onMessage = (delivery: Delivery) => this.#receive(delivery);
    this.#opened.use(await this.#options.bus.consume({ queue, bindings, onMessage }));
  }

  /** What an endpoint gets of the service. */
  contextOf(seat: Seat): EndpointContext {
    const { clock, log, name, voice, wire, queueWaitMs } = this.#options;
    return {
      clock,
      log,
      service: name,
      alert: (alert) => voice.alert(alert),
      queueWaitMs,
      inTurn: (work) => this.#inTurn(seat, work),
      ownRequest: (operation) => ({
        operation,
        target: seat.endpoint.name,
        specifier: '',
        values: [],
        keyed: new Map(),
        exactPayload: new Map(),
        lockoutKey: '',
        sender: voice.sender,
        timestamp: timestampText(clock.nowMs(), wire),
        dialect: wire,
      }),
    };
  }

  /** Hands out what came meanwhile, and what comes from now on. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const { delivery, sinceMs } of early) this.#receive(delivery, sinceMs);
  }

  #receive(delivery: Delivery, sinceMs = this.#standstill.cameMs()): void {
    if (this.#early !== undefined) {
      if (this.#early.length < maxEarly) this.#early.push({ delivery, sinceMs });
      else this.#options.tally.drop('queue-full');
      return;
    }
    if (!isHeaderMessage(delivery)) {
      this.#read(delivery, true, sinceMs);
      return;
    }
    const assembled = this.#chunks.add(delivery);
    if (assembled.state === 'whole') this.#read(assembled.delivery, true, sinceMs);
    else if (assembled.state === 'refused') this.#refuse(refusedChunk(delivery, assembled.reason), delivery);
  }

  #read(delivery: Delivery, isWhole: boolean, sinceMs?: number): void {
    const incoming = readMessage(delivery, { wire: this.#options.wire, isWhole });
    const isAmongRequests = delivery.exchange === 'requests';
    if (incoming.kind === 'unreadable') this.#refuse(incoming, delivery);
    else if (incoming.kind === 'request' && isAmongRequests)
      this.#hand(incoming.request, incoming.envelope, sinceMs);
    else if (incoming.kind === 'alert' && !isAmongRequests) this.#tell(incoming.alert, sinceMs);
    else {
      this.#options.tally.drop('not-a-request');
      this.#warn(`a ${incoming.kind} came to ${delivery.routingKey} among the ${delivery.exchange}`);
    }
  }

  #refuse({ reason, envelope, outcome }: Unreadable, { routingKey, exchange }: Delivery): void {
    const { tally, voice } = this.#options;
    tally.drop('unreadable');
    this.#warn(`a message to ${routingKey} cannot be read: ${reason}`);
    if (exchange === 'requests' && envelope !== undefined && outcome !== undefined) {
      void voice.reply(outcome, envelope);
    }
  }

  /** Strangers do not fill the log. */
  #warn(text: string): void {
    const held = this.#strange.pass();
    if (held === undefined) return;
    this.#options.log.warning(held === 0 ? text : `${text} (${held} more were not logged)`);
  }

  #hand(request: Request, envelope: Envelope, sinceMs: number | undefined): void {
    const { tally, seats, broadcastKey, name, voice } = this.#options;
    tally.requests += 1;
    const seat = seats.get(request.target === broadcastKey ? name : request.target);
    if (seat === undefined) {
      tally.drop('no-such-endpoint');
      this.#warn(`a request for '${request.target}' came, which is not of this service`);
      return;
    }
    const run = async () => void voice.reply(await this.#answer(seat, request), envelope);
    const refuse = (why: Refusal) => {
      const { code, message } = this.#refusal(seat, why);
      void voice.reply({ code, message, payload: null }, envelope);
    };
    if (seat.queue.add({ run, refuse, sinceMs })) return;
    tally.drop('queue-full');
    const message = `${request.target} is busy: ${seat.queue.length} requests wait for it already`;
    void voice.reply({ code: replyCodes.resource_error, message, payload: null }, envelope);
  }

  /** What is said of a job that is not done; those that waited too long are counted. */
  #refusal({ endpoint }: Seat, why: Refusal): ReplyError {
    const { tally, queueWaitMs } = this.#options;
    if (why === 'ending') return new ReplyError('resource_error', 'the service is ending');
    tally.drop('waited-too-long');
    const text = `${endpoint.name} did not come to it within ${queueWaitMs / 1000} s`;
    this.#warn(`a request was not done: ${text}`);
    return new ReplyError('service_error_timeout', `this was not done: ${text}`);
  }

  async #answer(seat: Seat, request: Request): Promise<ReplyContent> {
    try {
      return await (request.dialect === 'v3' ? answerHeader(seat, request) : answerBody(seat, request));
    } catch (error) {
      if (isReplyError(error)) {
        return { code: error.code, message: error.message, payload: error.payload ?? null };
      }
      const what = `${request.operation} ${seat.endpoint.name} ${request.specifier}`.trimEnd();
      this.#options.log.error(`${what} failed: ${messageOf(error)}`);
      return { code: replyCodes.unhandled_exception, message: messageOf(error), payload: null };
    }
  }

  #inTurn<T>(seat: Seat, work: () => Maybe<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async () => {
        try {
          resolve(await work());
        } catch (error) {
          reject(error);
        }
      };
      const refuse = (why: Refusal) => reject(this.#refusal(seat, why));
      if (seat.queue.add({ run, refuse })) return;
      reject(new ReplyError('resource_error', `${seat.endpoint.name} is busy`));
    });
  }

  #tell(alert: Alert, sinceMs: number | undefined): void {
    const { tally, log, seats } = this.#options;
    for (const seat of seats.values()) {
      const { endpoint, queue } = seat;
      if (!endpoint.alertKeys.some((key) => matchesTopic(key, alert.routingKey))) continue;
      const run = async () => {
        try {
          await endpoint.onAlert?.(alert);
        } catch (error) {
          log.error(`${endpoint.name}: the alert ${alert.routingKey} failed: ${messageOf(error)}`);
        }
      };
      const refuse = (why: Refusal) => void this.#refusal(seat, why);
      if (!queue.add({ run, refuse, sinceMs })) tally.drop('queue-full');
    }
  }

  /** Answers what waits with an error, and gives what runs a little time. */
  async stop(): Promise<void> {
    const { seats, clock } = this.#options;
    const queues = [...seats.values()].map(({ queue }) => queue);
    for (const queue of queues) queue.end();
    // Where it ends before it began, what came meanwhile is answered so as well.
    this.begin();
    await new Promise<void>((resolve) => {
      const cancel = clock.after(closeWithinMs, resolve);
      void Promise.all(queues.map((queue) => queue.idle())).then(() => {
        cancel();
        resolve();
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }
}
