import { randomUUID } from 'node:crypto';
import type { Bus, Consumer, Delivery } from '../bus/index.ts';
import { type Clock, systemClock } from '../shared/clock.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { DialectBook } from './dialect-book.ts';
import type { Dialect, Operation, Reply } from './message.ts';
import { nearTarget } from './near-target.ts';
import { defaultMaxPayloadBytes } from './protocol/header.ts';
import { readMessage } from './protocol/read.ts';
import { ReplyCollector } from './protocol/reply-collector.ts';
import { alertMessages, type OutgoingRequest, requestMessage } from './protocol/write.ts';
import { ownSender } from './sender.ts';
import type { Answer } from './value.ts';
import { isOwnBus } from './wire.ts';

export interface ClientOptions {
  /** Stays open when the client is closed. */
  readonly bus: Bus;
  /** The dialect of targets of which nothing better is known. */
  readonly wire?: Dialect | undefined;
  /** The dialects of single endpoints and services. */
  readonly targets?: Readonly<Record<string, Dialect>> | undefined;
  /** What the messages say who asks. Default: a name that is made up. */
  readonly name?: string | undefined;
  /** How long a reply is waited for (10 000). */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface CallOptions {
  /** Which part of the target. */
  readonly specifier?: string | undefined;
  readonly values?: readonly Answer[] | undefined;
  /** Arguments by their names. */
  readonly keyed?: Readonly<Record<string, Answer>> | ReadonlyMap<string, Answer> | undefined;
  readonly lockoutKey?: string | undefined;
  readonly timeoutMs?: number | undefined;
  /** The dialect of the target, where it is known better than the client knows it. */
  readonly wire?: Dialect | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BroadcastOptions extends Omit<CallOptions, 'specifier'> {
  /** Called with each reply as it comes. */
  readonly onReply?: ((reply: Reply) => void) | undefined;
}

/** What every service of v2 and v3 answers to. */
const broadcastTarget = 'broadcast';

/** A client of the services on a bus. */
export function openClient(options: ClientOptions): Client {
  return new Client(options);
}

/**
 * Asks and tells endpoints. A reply with an error code is a {@link Reply} like any other; rejected is a call without one.
 *
 * In which dialect a target is spoken to is settled by, in this order: the call, the client's `targets`, what was heard
 * of the target itself, the client's `wire`, and v3 on `local:`. Otherwise nothing is sent: a message in the wrong
 * dialect can end a service.
 *
 * Every call rejects with ALI_BUS_UNROUTABLE when no such endpoint is there, ALI_TIMEOUT, ALI_USAGE when the dialect is
 * not known or the target is no name, ALI_ENCODE for values that no message can carry, and what the bus says.
 *
 * @example
 * const bus = await openBus('local:');
 * const client = openClient({ bus });
 * const { code, payload } = await client.get('peaches');
 * await client.set('peaches', 1.79);
 * await client.cmd('peaches', 'start_logging');
 */
export class Client implements AsyncDisposable {
  /** Which dialects were heard. */
  readonly dialects = new DialectBook();
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #sender;
  #listener: Consumer | undefined;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#sender = ownSender(options.name ?? `unknown_service_${randomUUID().slice(0, 11)}`);
  }

  /** Asks for the value of an endpoint, or with a specifier for one of its attributes. */
  get(target: string, options: CallOptions = {}): Promise<Reply> {
    return this.request(target, 'get', options);
  }

  /** Sets the value of an endpoint, or with a specifier one of its attributes. */
  set(target: string, value: Answer, options: Omit<CallOptions, 'values'> = {}): Promise<Reply> {
    return this.request(target, 'set', { ...options, values: [value] });
  }

  /** Calls a command. */
  cmd(target: string, command: string, options: Omit<CallOptions, 'specifier'> = {}): Promise<Reply> {
    return this.request(target, 'cmd', { ...options, specifier: command });
  }

  /** Reads an attribute, or writes it where there is a value. v1 has an operation for it; elsewhere get and set do it. */
  config(
    target: string,
    attribute: string,
    value?: Answer,
    options: Omit<CallOptions, 'values' | 'specifier'> = {},
  ): Promise<Reply> {
    return this.request(target, 'config', {
      ...options,
      values: value === undefined ? [attribute] : [attribute, value],
    });
  }

  /** Sends values through a provider to its device (v1, v2, and services of ours). */
  send(target: string, values: readonly Answer[], options: Omit<CallOptions, 'values'> = {}): Promise<Reply> {
    return this.request(target, 'send', { ...options, values });
  }

  /** Runs what an endpoint has to run (v1, v2, and services of ours). */
  run(target: string, options: CallOptions = {}): Promise<Reply> {
    return this.request(target, 'run', options);
  }

  /** Locks an endpoint: `payload.key` of the reply is the key, that of `lockoutKey` or a new one. */
  lock(target: string, options: Omit<CallOptions, 'specifier'> = {}): Promise<Reply> {
    return this.cmd(target, 'lock', options);
  }

  /** Unlocks an endpoint, by its key or by force. */
  unlock(
    target: string,
    {
      force = false,
      ...options
    }: Omit<CallOptions, 'specifier' | 'keyed'> & { readonly force?: boolean } = {},
  ): Promise<Reply> {
    return this.cmd(target, 'unlock', force ? { ...options, keyed: { force } } : options);
  }

  ping(target: string, options: Omit<CallOptions, 'specifier'> = {}): Promise<Reply> {
    return this.cmd(target, 'ping', options);
  }

  /** Any operation; what the other calls are made of. */
  async request(target: string, operation: Operation, options: CallOptions = {}): Promise<Reply> {
    if (!/^[^.*#\s]+$/.test(target)) {
      const remedy = target.includes('.') ? '; what comes after the dot is the specifier' : '';
      throw new AlidadeError('ALI_USAGE', `${JSON.stringify(target)} is no name of an endpoint${remedy}`);
    }
    const isToAll = target === broadcastTarget;
    const dialect = isToAll ? this.#broadcastDialect(options.wire) : this.#dialectOf(target, options.wire);
    const collector = new ReplyCollector(dialect, this.#clock);
    const { timeoutMs, signal } = this.#waiting(options);
    try {
      await this.#options.bus.request(this.#message(outgoing(target, operation, options, dialect), dialect), {
        timeoutMs,
        signal,
        replyQueue: dialect === 'v3' ? 'broker-named' : 'request_reply',
        isLast: (delivery) => collector.add(delivery) !== undefined,
      });
    } catch (error) {
      throw explained(error, target, timeoutMs, this.#options.bus);
    } finally {
      collector.close();
    }
    const [reply] = collector.replies;
    if (reply === undefined) {
      throw new AlidadeError('ALI_DECODE', `what '${target}' answered is no reply: ${collector.fault}`);
    }
    this.dialects.hearReply(target, reply);
    return reply;
  }

  /**
   * Gives a command to every service, and resolves after the whole timeout with what they answered. In one dialect, which
   * has to be told on a broker; services of the other are asked one by one.
   *
   * @throws ALI_USAGE also when a service was heard that the broadcast would end
   */
  async broadcast(command: string, options: BroadcastOptions = {}): Promise<readonly Reply[]> {
    const dialect = this.#broadcastDialect(options.wire);
    const collector = new ReplyCollector(dialect, this.#clock, (reply) => {
      this.dialects.hearReply('', reply);
      options.onReply?.(reply);
    });
    const { timeoutMs, signal } = this.#waiting(options);
    const request = outgoing(broadcastTarget, 'cmd', { ...options, specifier: command }, dialect);
    try {
      await this.#options.bus.request(this.#message(request, dialect), {
        timeoutMs,
        signal,
        gather: true,
        replyQueue: dialect === 'v3' ? 'broker-named' : 'request_reply',
        isLast: (delivery) => {
          collector.add(delivery);
          return false;
        },
      });
    } catch (error) {
      // Nobody there is no failure of a question to all.
      if (!isAlidadeError(error, 'ALI_BUS_UNROUTABLE')) throw error;
    } finally {
      collector.close();
    }
    return collector.replies;
  }

  /** Tells everybody who listens. On a broker the dialect has to be told, as for a broadcast. */
  async alert(
    routingKey: string,
    payload: Answer,
    { wire }: { readonly wire?: Dialect } = {},
  ): Promise<void> {
    const dialect = this.#broadcastDialect(wire);
    const signature = {
      sender: this.#sender,
      timeMs: this.#clock.nowMs(),
      maxPayloadBytes: defaultMaxPayloadBytes,
    };
    for (const message of alertMessages({ routingKey, payload }, dialect, signature)) {
      await this.#options.bus.send(message);
    }
  }

  /** Learns from alerts which dialect each service and endpoint speaks, from now on until the client is closed. */
  async listen(): Promise<void> {
    this.#listener ??= await this.#options.bus.consume({
      queue: `listener_${randomUUID()}`,
      bindings: [{ exchange: 'alerts', key: '#' }],
      onMessage: (delivery: Delivery) => {
        const incoming = readMessage(delivery, { wire: 'v1' });
        if (incoming.kind === 'alert') this.dialects.hearAlert(delivery.routingKey, incoming.alert);
      },
    });
  }

  async close(): Promise<void> {
    await this.#listener?.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #message(request: OutgoingRequest, dialect: Dialect) {
    return requestMessage(request, dialect, { sender: this.#sender, timeMs: this.#clock.nowMs() });
  }

  #waiting({ timeoutMs = this.#options.timeoutMs ?? 10_000, signal }: CallOptions) {
    return { timeoutMs, signal };
  }

  #dialectOf(target: string, told: Dialect | undefined): Dialect {
    const { targets = {}, wire, bus } = this.#options;
    const named = Object.hasOwn(targets, target) ? targets[target] : undefined;
    const dialect = told ?? named ?? this.dialects.of(target) ?? wire ?? (isOwnBus(bus) ? 'v3' : undefined);
    if (dialect !== undefined) return dialect;
    throw new AlidadeError(
      'ALI_USAGE',
      `which dialect '${target}' on ${bus.location} speaks is not known: give --wire v1, v2 or v3 (wire: in instrument.yaml); nothing was sent, because a message in the wrong one can end a service`,
    );
  }

  #broadcastDialect(told: Dialect | undefined): Dialect {
    const { wire, bus } = this.#options;
    const dialect = told ?? wire ?? (isOwnBus(bus) ? 'v3' : undefined);
    if (dialect === undefined) {
      throw new AlidadeError(
        'ALI_USAGE',
        `what goes to all on ${bus.location} needs a dialect that all understand: give --wire v1, v2 or v3; nothing was sent`,
      );
    }
    const stranger = dialect === 'v3' ? this.dialects.strangerTo(dialect) : undefined;
    if (stranger === undefined) return dialect;
    throw new AlidadeError(
      'ALI_USAGE',
      `'${stranger}' speaks ${this.dialects.of(stranger)} and would end at a message of v3 to all; ask the services one by one. Nothing was sent`,
    );
  }
}

/** What is sent for a call; `config` as get or set where there is no such operation. */
function outgoing(
  target: string,
  operation: Operation,
  options: CallOptions,
  dialect: Dialect,
): OutgoingRequest {
  const { specifier = '', values = [], keyed, lockoutKey = '' } = options;
  if (operation === 'config' && dialect !== 'v1') {
    const [attribute, ...rest] = values;
    if (typeof attribute !== 'string') {
      throw new AlidadeError('ALI_USAGE', 'config takes the name of an attribute, and a value to write it');
    }
    return outgoing(
      target,
      rest.length === 0 ? 'get' : 'set',
      { ...options, specifier: attribute, values: rest },
      dialect,
    );
  }
  const named = keyed instanceof Map ? [...keyed] : Object.entries(keyed ?? {});
  if (named.some(([key]) => key === 'values')) {
    throw new AlidadeError(
      'ALI_USAGE',
      "no argument can be called 'values': on the wire that is the list of all without names",
    );
  }
  const isListed = dialect !== 'v3' || values.length > 0 || operation === 'set';
  const payload = Object.fromEntries([...(isListed ? [['values', values] as const] : []), ...named]);
  return { target, operation, specifier, payload, lockoutKey };
}

function explained(error: unknown, target: string, timeoutMs: number, bus: Bus): unknown {
  if (isAlidadeError(error, 'ALI_TIMEOUT')) {
    return new AlidadeError('ALI_TIMEOUT', `'${target}' did not answer within ${timeoutMs / 1000} s`, {
      cause: error,
    });
  }
  if (isAlidadeError(error, 'ALI_BUS_UNROUTABLE')) {
    const near = nearTarget(target, bus);
    const hint = near === undefined ? '' : `; did you mean '${near}'?`;
    const message = `no endpoint or service '${target}' is on the bus${hint}`;
    return new AlidadeError('ALI_BUS_UNROUTABLE', message, { cause: error });
  }
  return error;
}
