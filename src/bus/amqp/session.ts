import type { Message as AmqpMessage, Channel, ChannelModel, ConfirmChannel, ConsumeMessage } from 'amqplib';
import { AlidadeError } from '../../shared/errors.ts';
import type { Properties } from '../bus.ts';
import { refusedProperties } from '../check-message.ts';
import type { WireBinding } from '../wire/binding.ts';
import { Confirms, type Outcome } from './confirms.ts';
import { Content, type MalformedProperties, type PublishedMessage } from './content.ts';
import { declareFailure } from './failures.ts';
import { numberOf } from './inside.ts';

/** Bindings are made one after the other on a channel; several channels make them faster. */
const bindingChannels = 8;
/** A broker that has not confirmed a message for so long is told to be in trouble. */
const confirmMs = 10_000;
/** More unconfirmed messages than this are not accepted: whoever sends them does not wait for what becomes of them. */
const maxUnconfirmed = 100_000;

export interface QueueMessage {
  readonly exchange: string;
  readonly routingKey: string;
  readonly properties: Properties;
  readonly body: Uint8Array;
}

export interface QueueOptions {
  /** Empty where the broker is to name it. */
  readonly name: string;
  /** A binding without a key has the name of the queue as its key. */
  readonly bindings: readonly (Omit<WireBinding, 'key'> & { readonly key?: string | undefined })[];
  /** Replies are not acknowledged, as the reference does it. */
  readonly noAck: boolean;
  readonly onMessage: (message: QueueMessage) => void;
  /** The broker took the queue away. */
  readonly onCancelled: () => void;
}

export interface SessionQueue {
  readonly name: string;
  close(): Promise<void>;
}

export interface SessionEvents {
  /** A message came whose properties cannot be read. */
  onMalformed(reason: string): void;
}

/** Everything of one connection to a broker; it ends with the connection. */
export class Session {
  readonly #model: ChannelModel;
  readonly #location: string;
  readonly #events: SessionEvents;
  readonly #content: Content;
  readonly #confirms = new Confirms();
  readonly #exchanges = new Map<string, Promise<void>>();
  readonly #known = new Set<string>();
  readonly #watch: NodeJS.Timeout;
  #channel!: ConfirmChannel;
  #number = 0;
  #requestNumber = 0;
  /** Requests that the broker may give back, by where they went. */
  readonly #requests = new Map<string, () => void>();
  #isEnded = false;
  #isBlocked = false;
  /** What waits for an answer of the broker, to be given up when that takes nothing any more. */
  readonly #asking = new Set<(error: unknown) => void>();

  private constructor(model: ChannelModel, location: string, events: SessionEvents) {
    this.#model = model;
    this.#location = location;
    this.#events = events;
    this.#content = new Content(model);
    this.#watch = setInterval(() => this.#checkConfirms(), 1000);
    // Whoever made the connection hears of its end; without a listener an error would end the process.
    model.on('error', () => {});
  }

  static async open(model: ChannelModel, location: string, events: SessionEvents): Promise<Session> {
    const session = new Session(model, location, events);
    try {
      session.#channel = await model.createConfirmChannel();
      session.#number = numberOf(session.#channel);
      const requests = await model.createChannel();
      session.#requestNumber = numberOf(requests);
      session.#listen(session.#channel, requests);
      return session;
    } catch (error) {
      session.end(error);
      throw error;
    }
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** The broker reads nothing from a connection that it has blocked, so it answers nothing either. */
  set isBlocked(isBlocked: boolean) {
    this.#isBlocked = isBlocked;
    if (isBlocked) for (const reject of this.#asking) reject(this.#blocked('it is short of memory or disk'));
  }

  /** Whether a message to this exchange can be published at once. */
  hasExchange(name: string): boolean {
    return this.#known.has(name);
  }

  /** Declares an exchange, once. @throws ALI_BUS_REFUSED, ALI_BUS_CUT */
  exchange(name: string): Promise<void> {
    const known = this.#exchanges.get(name);
    if (known !== undefined) return known;
    const declared = this.#onChannel(`the exchange '${name}'`, async (channel) => {
      await channel.assertExchange(name, 'topic', { durable: false, autoDelete: false, internal: false });
    });
    this.#exchanges.set(name, declared);
    // Heard of before those who wait for it, so that what they send is not overtaken.
    declared.then(
      () => this.#known.add(name),
      () => this.#exchanges.delete(name),
    );
    return declared;
  }

  /** Makes a queue, binds it and consumes it. @throws ALI_BUS_NAME_TAKEN, ALI_BUS_REFUSED, ALI_BUS_CUT */
  async queue({ name, bindings, noAck, onMessage, onCancelled }: QueueOptions): Promise<SessionQueue> {
    for (const exchange of new Set(bindings.map(({ exchange }) => exchange))) await this.exchange(exchange);
    const what = `'${name}'`;
    const { queue } = await this.#onChannel(what, (channel) =>
      channel.assertQueue(name, { durable: false, exclusive: true, autoDelete: true }),
    );
    await this.#bind(queue, bindings);
    let isOpen = true;
    const onDelivery = (message: ConsumeMessage | null) => {
      if (message === null) {
        if (isOpen) onCancelled();
        return;
      }
      if (!noAck) this.#content.acknowledge(this.#number, message.fields.deliveryTag);
      if (isOpen) this.#deliver(message, onMessage);
    };
    const { consumerTag } = await this.#channel.consume(queue, onDelivery, { noAck }).catch((error) => {
      throw declareFailure(error, what, this.#location);
    });
    return {
      name: queue,
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        // The queue goes with its last consumer. A connection that is lost takes it as well.
        if (!this.#isEnded) await this.#channel.cancel(consumerTag).catch(() => {});
      },
    };
  }

  /**
   * Sends a message. `onOutcome` or `onLost` is called once, later.
   *
   * @throws ALI_BUS_MESSAGE, ALI_BUS_BLOCKED, ALI_BUS_UNREACHABLE when the connection has ended
   */
  publish(
    message: PublishedMessage,
    onOutcome: (outcome: Outcome) => void,
    onLost: (error: unknown) => void,
  ): void {
    if (this.#confirms.size >= maxUnconfirmed) throw this.#blocked(`${maxUnconfirmed} messages wait`);
    this.#write(this.#number, message);
    const address = message.mandatory
      ? addressOf(message.exchange, message.routingKey, message.properties)
      : undefined;
    this.#confirms.add(address, performance.now(), onOutcome, onLost);
  }

  /**
   * Sends a request. It goes without a confirmation, which would cost the broker as much as the request: the reply is
   * one. What this gives forgets the request, when it has its outcome.
   *
   * @throws ALI_BUS_MESSAGE, ALI_BUS_BLOCKED, ALI_BUS_UNREACHABLE when the connection has ended
   */
  request(message: Omit<PublishedMessage, 'mandatory'>, onReturned: () => void): () => void {
    this.#write(this.#requestNumber, { ...message, mandatory: true });
    const address = addressOf(message.exchange, message.routingKey, message.properties);
    this.#requests.set(address, onReturned);
    return () => this.#requests.delete(address);
  }

  #write(channel: number, message: PublishedMessage): void {
    if (this.#isEnded) throw this.#gone();
    if (this.#isBlocked) throw this.#blocked('it is short of memory or disk');
    try {
      this.#content.publish(channel, message);
    } catch (error) {
      throw refusedProperties(message.routingKey, error);
    }
  }

  /** Resolves when every message is confirmed, or after `patienceMs`. */
  async flush(patienceMs: number): Promise<void> {
    const endMs = performance.now() + patienceMs;
    while (!this.#isEnded && this.#confirms.size > 0 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** The connection is gone: what was not confirmed is lost. */
  end(reason: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearInterval(this.#watch);
    this.#confirms.loseAll(reason);
    // Only of an error amqplib takes note; its heartbeats would go on without the connection.
    this.#content.destroy(new Error('the session has ended', { cause: reason }));
  }

  #listen(channel: ConfirmChannel, requests: Channel): void {
    type Confirm = { readonly deliveryTag: number; readonly multiple: boolean };
    channel.on('ack', (fields: Confirm) =>
      this.#confirms.onConfirm(fields.deliveryTag, fields.multiple, true),
    );
    channel.on('nack', (fields: Confirm) =>
      this.#confirms.onConfirm(fields.deliveryTag, fields.multiple, false),
    );
    const address = ({ fields, properties }: AmqpMessage) =>
      addressOf(fields.exchange, fields.routingKey, properties as Properties);
    channel.on('return', (message) => this.#confirms.onReturn(address(message)));
    requests.on('return', (message) => this.#requests.get(address(message))?.());
    // The broker closes a channel on what it does not allow; everything hangs on these two.
    for (const one of [channel, requests]) {
      one.on('error', (error: Error) => this.#content.destroy(error));
      one.on('close', () => this.#content.destroy());
    }
  }

  #deliver(message: ConsumeMessage, onMessage: (message: QueueMessage) => void): void {
    const properties = message.properties as unknown as Properties | MalformedProperties;
    if ('malformed' in properties) {
      this.#events.onMalformed(properties.malformed);
      return;
    }
    const { exchange, routingKey } = message.fields;
    onMessage({ exchange, routingKey, properties, body: message.content });
  }

  async #bind(queue: string, bindings: QueueOptions['bindings']): Promise<void> {
    let next = 0;
    const bindSome = () =>
      this.#onChannel(`a binding of '${queue}'`, async (channel) => {
        for (let binding = bindings[next++]; binding !== undefined; binding = bindings[next++]) {
          await channel.bindQueue(queue, binding.exchange, binding.key ?? queue);
        }
      });
    const channels = Math.min(bindingChannels, Math.ceil(bindings.length / 10));
    await Promise.all(Array.from({ length: channels }, bindSome));
  }

  /** Does what the broker may refuse on a channel of its own, which dies of it alone. */
  #onChannel<T>(what: string, use: (channel: Channel) => Promise<T>): Promise<T> {
    if (this.#isBlocked) return Promise.reject(this.#blocked('it is short of memory or disk'));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const ask = async () => {
      const channel = await this.#model.createChannel();
      channel.on('error', () => {});
      const result = await use(channel);
      await channel.close();
      return result;
    };
    this.#asking.add(reject);
    ask()
      .then(resolve, (error) => reject(declareFailure(error, what, this.#location)))
      .finally(() => this.#asking.delete(reject));
    return promise;
  }

  #checkConfirms(): void {
    if (this.#confirms.oldestMs(performance.now()) < confirmMs) return;
    this.#confirms.loseAll(
      new AlidadeError(
        'ALI_TIMEOUT',
        `${this.#location} has not confirmed a message within ${confirmMs / 1000} s${this.isBlocked ? ': it is short of memory or disk' : ''}; whether it arrives is not known`,
      ),
    );
  }

  #gone(): AlidadeError {
    return new AlidadeError(
      'ALI_BUS_UNREACHABLE',
      `the connection to ${this.#location} was lost; nothing was sent`,
    );
  }

  #blocked(why: string): AlidadeError {
    return new AlidadeError(
      'ALI_BUS_BLOCKED',
      `${this.#location} takes no messages now (${why}); the message was not sent. rabbitmqctl status shows its alarms.`,
    );
  }
}

function addressOf(exchange: string, routingKey: string, { correlationId, messageId }: Properties): string {
  return [exchange, routingKey, correlationId, messageId].join('\0');
}
