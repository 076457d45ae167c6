import { AlidadeError } from '../shared/errors.ts';
import { Opened } from '../shared/opened.ts';
import {
  type Message,
  type MonitorListener,
  PullSocket,
  type ReceiveOptions,
  type SocketOptions,
  type SocketStatistics,
  SubSocket,
  waitingTime,
} from '../zmtp/index.ts';
import { attach } from './attach.ts';
import type { Drop } from './drop.ts';
import type { PulseMessage } from './message.ts';
import { type DecoderOptions, type DecoderStatistics, MessageDecoder } from './message-decoder.ts';

export interface SourceOptions extends DecoderOptions {
  /** One or more of `tcp://HOST:PORT` or `ipc://PATH`. Messages of several senders come in turn. */
  readonly addresses: string | readonly string[];
  /** `pull` shares the messages of a sender with its other receivers; `sub` gets all of them (`pull`). */
  readonly pattern?: 'pull' | 'sub' | undefined;
  /** Who waits for whom (`connect`). */
  readonly mode?: 'connect' | 'bind' | undefined;
  /** Messages of one sender that may wait for the program (100); a sender that pushes then waits itself. */
  readonly queueMessages?: number | undefined;
  /** Anything else of the socket. */
  readonly socket?: SocketOptions | undefined;
  /**
   * Told of each message that is dropped. While a promise that it gives is pending, the messages behind wait; one that
   * rejects is what receiving throws.
   */
  readonly onDrop?: ((drop: Drop) => void) | ((drop: Drop) => PromiseLike<void>) | undefined;
}

export interface ReceiveMessageOptions extends ReceiveOptions {
  /** For how long to wait; undefined for ever. */
  readonly timeoutMs?: number | undefined;
}

export interface SourceStatistics extends DecoderStatistics {
  readonly socket: SocketStatistics;
}

/** Takes the messages that came together, at least one. While a promise that it gives is pending, the others wait. */
export type MessageBatchCallback = (batch: readonly PulseMessage[]) => void | PromiseLike<void>;

/**
 * Receives pulse after pulse. A message that cannot be read is dropped, counted and told to `onDrop`; the next one is not
 * touched by it. A connection that is lost is made again.
 *
 * @example
 * await using source = await Source.open({ addresses: 'tcp://127.0.0.1:9999', channels: ['SIN'] });
 * for await (const message of source) {
 *   const sin = message.channel('SIN');
 *   console.log(message.pulseId, sin?.timestampNs, sin?.value());
 * }
 */
export class Source implements AsyncIterable<PulseMessage>, AsyncDisposable {
  readonly #socket: PullSocket | SubSocket;
  readonly #decoder: MessageDecoder;
  #endpoints: readonly string[];
  /** What `onDrop` gave at the last message that was dropped. */
  #told: unknown;

  private constructor(socket: PullSocket | SubSocket, endpoints: readonly string[], options: SourceOptions) {
    this.#socket = socket;
    this.#endpoints = endpoints;
    this.#decoder = new MessageDecoder({
      ...options,
      onDrop: (drop) => {
        this.#told = options.onDrop?.(drop);
      },
    });
  }

  /**
   * Does not wait for a sender to be there.
   *
   * @throws ALI_ENDPOINT when an address is none; ALI_ADDRESS when the system does not let us listen there; ALI_USAGE when
   *   an option is not in its range
   */
  static async open(options: SourceOptions): Promise<Source> {
    const { addresses, pattern = 'pull', mode = 'connect', queueMessages = 100 } = options;
    const settings: SocketOptions = { receiveHighWaterMessages: queueMessages, ...options.socket };
    await using opened = new Opened();
    const socket = opened.use(pattern === 'sub' ? new SubSocket(settings) : new PullSocket(settings));
    if (socket instanceof SubSocket) socket.subscribe('');
    const endpoints = await attach(socket, addresses, mode);
    opened.move();
    return new Source(socket, endpoints, options);
  }

  /** Where it listens, with real ports, or is to be connected to. */
  get endpoints(): readonly string[] {
    return this.#endpoints;
  }

  /**
   * Receives from `to` instead of `from`, where it was to be connected. What has come stays.
   *
   * @throws ALI_NOT_FOUND when it was not to be connected to `from`; ALI_ENDPOINT when `to` is no address. Nothing has
   *   changed then.
   */
  move(from: string, to: string): void {
    if (from === to) return;
    const isNew = !this.#endpoints.includes(to);
    this.#socket.connect(to);
    try {
      this.#socket.disconnect(from);
    } catch (error) {
      if (isNew) this.#socket.disconnect(to);
      throw error;
    }
    // They may have been two spellings of one address.
    this.#socket.connect(to);
    this.#endpoints = this.#endpoints.map((endpoint) => (endpoint === from ? to : endpoint));
  }

  /**
   * Receives nothing more of where it was to be connected. What has come stays, to be received before it is closed.
   *
   * @throws ALI_NOT_FOUND when it listens instead
   */
  disconnect(): void {
    for (const endpoint of this.#endpoints) this.#socket.disconnect(endpoint);
    this.#endpoints = [];
  }

  /** The messages as they come, until the source is closed. To leave the loop leaves the source open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<PulseMessage> {
    return this.messages();
  }

  /**
   * The messages as they come, until the source is closed.
   *
   * @throws ALI_ABORTED by the signal; ALI_USAGE when somebody else is receiving
   */
  async *messages(options: ReceiveOptions = {}): AsyncGenerator<PulseMessage, void, undefined> {
    for await (const frames of this.#socket.messages(options)) {
      const message = this.#decoder.decode(frames);
      if (message === undefined) await this.#told;
      else yield message;
    }
  }

  /**
   * The next message.
   *
   * @returns undefined when none came in time
   * @throws ALI_SOCKET_CLOSED; ALI_ABORTED by the signal; ALI_USAGE when somebody else is receiving, or for a `timeoutMs`
   *   that is not a whole number in its range
   */
  async receive({ timeoutMs, signal }: ReceiveMessageOptions = {}): Promise<PulseMessage | undefined> {
    if (timeoutMs === undefined) return this.#next(signal);
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), waitingTime('timeoutMs', timeoutMs));
    try {
      return await this.#next(
        signal === undefined ? patience.signal : AbortSignal.any([signal, patience.signal]),
      );
    } catch (error) {
      if (patience.signal.aborted && signal?.aborted !== true) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Calls back with all messages that have come, in the turn in which they came: the fastest way to receive.
   *
   * @returns when the source is closed, and the last promise of the callback is settled
   * @throws what the callback throws; ALI_ABORTED by the signal; ALI_USAGE when somebody else is receiving
   * @example
   * await using source = await Source.open({ addresses: 'tcp://127.0.0.1:9999' });
   * await source.forEachBatch((batch) => {
   *   for (const message of batch) console.log(message.pulseId);
   * });
   */
  forEachBatch(callback: MessageBatchCallback, options: ReceiveOptions = {}): Promise<void> {
    return this.#socket.receive((batch: readonly Message[]) => {
      const messages: PulseMessage[] = [];
      const told: unknown[] = [];
      for (const frames of batch) {
        const message = this.#decoder.decode(frames);
        if (message !== undefined) messages.push(message);
        else if (this.#told !== undefined) told.push(this.#told);
      }
      const handOver = () => (messages.length > 0 ? callback(messages) : undefined);
      return told.length > 0 ? Promise.all(told).then(handOver) : handOver();
    }, options);
  }

  /** Counts since the source was opened. */
  statistics(): SourceStatistics {
    return { ...this.#decoder.statistics(), socket: this.#socket.statistics() };
  }

  /** Calls `listener` when connections come and go. @returns what ends that */
  monitor(listener: MonitorListener): () => void {
    return this.#socket.monitor(listener);
  }

  /** What has come and was not received is gone then. */
  close(): Promise<void> {
    return this.#socket.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #next(signal: AbortSignal | undefined): Promise<PulseMessage | undefined> {
    const messages = this.#socket.messages({ signal });
    for (;;) {
      const { done, value } = await messages.next();
      if (done === true) throw new AlidadeError('ALI_SOCKET_CLOSED', 'the source is closed');
      const message = this.#decoder.decode(value);
      if (message !== undefined) return message;
      await this.#told;
    }
  }
}
