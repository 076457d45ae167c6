import { type ChannelModel, connect, type RecoveringChannelModel } from 'amqplib';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import type { BusEvent } from '../bus.ts';
import { connectFailure } from './failures.ts';
import { Session } from './session.ts';
import type { AmqpBroker } from './target.ts';

/** Silence of two of these is the end of a connection, on either side. */
const heartbeatSeconds = 4;
const connectMs = 5000;
const firstRetryMs = 100;
const lastRetryMs = 5000;
/** What closing may take, where the broker does not answer. */
const closeMs = 1000;

export interface LinkEvents {
  /** A connection was made again: brings back what hung on the last one. What it throws has it tried again. */
  restore(session: Session): Promise<void>;
  onLost(error: AlidadeError): void;
  onMalformed(reason: string): void;
  tell(event: BusEvent): void;
}

/** The one connection of a bus to its broker, made again for ever (by amqplib) when it is lost. */
export class Link {
  readonly #target: AmqpBroker;
  readonly #events: LinkEvents;
  #recovering!: RecoveringChannelModel;
  #session: Session | undefined;
  #whyAway = 'it is being connected to';
  readonly #waiting = new Set<() => void>();
  #isClosed = false;

  private constructor(target: AmqpBroker, events: LinkEvents) {
    this.#target = target;
    this.#events = events;
  }

  /** @throws ALI_BUS_UNREACHABLE, ALI_BUS_LOGIN; here the first attempt is the only one */
  static async open(target: AmqpBroker, events: LinkEvents): Promise<Link> {
    const link = new Link(target, events);
    const { protocol, hostname, port, username, password, tls } = target;
    // amqplib takes the percent-encoding off once more.
    const vhost = encodeURIComponent(target.vhost);
    try {
      link.#recovering = await connect(
        { protocol, hostname, port, username, password, vhost, heartbeat: heartbeatSeconds },
        {
          ...tls,
          noDelay: true,
          timeout: connectMs,
          clientProperties: { connection_name: `alidade ${process.pid}` },
          recovery: {
            initialMaxRetries: 0,
            initialDelay: firstRetryMs,
            maxDelay: lastRetryMs,
            setup: (model: ChannelModel) => link.#setUp(model),
          },
        },
      );
    } catch (error) {
      throw connectFailure(error, target.location);
    }
    link.#listen();
    return link;
  }

  get state(): 'connected' | 'away' | 'blocked' {
    if (this.#session === undefined) return 'away';
    return this.#session.isBlocked ? 'blocked' : 'connected';
  }

  /** @throws ALI_BUS_UNREACHABLE when the broker is away */
  get session(): Session {
    if (this.#session === undefined) throw this.#away();
    return this.#session;
  }

  /** Waits for the broker, where it is away. @throws ALI_BUS_UNREACHABLE when it does not come in time */
  async within(timeoutMs: number): Promise<Session> {
    if (this.#session === undefined && !this.#isClosed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const timer = setTimeout(resolve, timeoutMs);
      await promise;
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    }
    return this.session;
  }

  /** Sends what waits, for about a second where the broker is silent, and ends. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wake();
    const session = this.#session;
    await session?.flush(closeMs);
    const closed = this.#recovering.close().catch(() => {});
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, closeMs);
    await Promise.race([closed, late]);
    clearTimeout(timer);
    session?.end(new AlidadeError('ALI_BUS_CLOSED', `the bus ${this.#target.location} is closed`));
  }

  async #setUp(model: ChannelModel): Promise<void> {
    const session = await Session.open(model, this.#target.location, this.#events);
    try {
      await this.#events.restore(session);
    } catch (error) {
      session.end(error);
      throw error;
    }
    model.once('close', (error?: Error) => this.#onClose(session, error));
    this.#session = session;
    this.#wake();
  }

  #listen(): void {
    this.#recovering.on('error', () => {});
    this.#recovering.on('connect', () => this.#events.tell({ event: 'connected' }));
    this.#recovering.on('connect-failed', (error: Error) => {
      this.#whyAway = messageOf(error);
      this.#events.tell({ event: 'away', reason: messageOf(error) });
    });
    this.#recovering.on('blocked', (reason: string) => {
      if (this.#session !== undefined) this.#session.isBlocked = true;
      this.#events.tell({ event: 'blocked', reason });
    });
    this.#recovering.on('unblocked', () => {
      if (this.#session !== undefined) this.#session.isBlocked = false;
      this.#events.tell({ event: 'unblocked' });
    });
  }

  #onClose(session: Session, error: Error | undefined): void {
    const reason = error === undefined ? 'closed' : messageOf(error);
    const lost = new AlidadeError(
      'ALI_BUS_CUT',
      `the connection to ${this.#target.location} was lost (${reason}) before an answer came; whether it was done is not known, and it is not repeated`,
      { cause: error },
    );
    session.end(lost);
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#whyAway = reason;
    if (this.#isClosed) return;
    this.#events.onLost(lost);
    this.#events.tell({ event: 'away', reason });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #away(): AlidadeError {
    return new AlidadeError(
      'ALI_BUS_UNREACHABLE',
      `${this.#target.location} is away (${this.#whyAway}) and is looked for; nothing was sent`,
    );
  }
}
