import { AlidadeError } from '../shared/errors.ts';
import { Monitor, type MonitorListener } from './monitor.ts';
import { type Settings, waitingTime } from './options.ts';
import type { Pattern } from './peer.ts';
import { Peers } from './peers.ts';
import type { SocketStatistics } from './statistics.ts';

/** A {@link Pattern} and what it has to do with the end of its socket. */
export interface SocketPattern extends Pattern {
  /** Whether there is something to send that no peer has in its queue yet. */
  readonly hasUnsent: boolean;
  /** Nothing more is taken in, of peers or of the program. */
  onClosing(): void;
  /** Every connection is ended. @returns how many messages are given up that no peer had */
  onClosed(): number;
}

/**
 * What the four kinds of sockets have in common: endpoints, peers and the end. A socket may be bound to several
 * endpoints and connected to several more, in any order; all of its peers are alike.
 */
export abstract class ZmtpSocket implements AsyncDisposable {
  #pattern: SocketPattern;
  #monitor = new Monitor();
  #peers: Peers;
  #lingerMs: number;
  #closed: Promise<void> | undefined;

  protected constructor(settings: Settings, pattern: SocketPattern) {
    this.#pattern = pattern;
    this.#peers = new Peers(settings, pattern, this.#monitor);
    this.#lingerMs = settings.lingerMs;
  }

  /**
   * Listens on `tcp://HOST:PORT` or `ipc://PATH`. The host may be `*` (every IPv4 address of this machine), the port
   * `*` or 0 (a free one). A socket file that a dead process left is replaced.
   *
   * @returns the endpoint with its real port, as others connect to it
   * @throws ALI_ENDPOINT when the text is no endpoint; ALI_ADDRESS when the system does not let us listen there
   * @example
   * const pull = new PullSocket();
   * const endpoint = await pull.bind('tcp://127.0.0.1:*'); // 'tcp://127.0.0.1:43117'
   */
  async bind(endpoint: string): Promise<string> {
    this.#mustBeOpen();
    return this.#peers.bind(endpoint);
  }

  /**
   * Stops listening on what `bind` gave back, and ends the connections that came in there.
   *
   * @throws ALI_NOT_FOUND when this socket does not listen there
   */
  unbind(endpoint: string): void {
    this.#peers.unbind(endpoint);
  }

  /**
   * Connects, and connects again whenever that is in vain or the connection is lost, until `disconnect` or `close`.
   * Returns at once; whether it succeeds is told to {@link monitor}. An endpoint that it is connected to already is let be.
   *
   * @throws ALI_ENDPOINT when the text is no endpoint
   */
  connect(endpoint: string): void {
    this.#mustBeOpen();
    this.#peers.connect(endpoint);
  }

  /**
   * Ends the connection to this endpoint, and connects there no more.
   *
   * @throws ALI_NOT_FOUND when this socket was not connected there
   */
  disconnect(endpoint: string): void {
    this.#peers.disconnect(endpoint);
  }

  /**
   * Calls `listener` at every {@link MonitorEvent} from now on.
   *
   * @returns what ends that
   * @example
   * const push = new PushSocket();
   * const stop = push.monitor((event) => {
   *   if (event.event === 'refused') console.error(event.reason);
   * });
   */
  monitor(listener: MonitorListener): () => void {
    return this.#monitor.add(listener);
  }

  /** Counts since the socket was made, in all and for each peer of now. */
  statistics(): SocketStatistics {
    return this.#peers.statistics();
  }

  /**
   * Closes the socket. Nothing more is received or taken to be sent; what waits to be sent is sent for up to
   * `lingerMs` (else the option of the socket), and dropped then. Calling it again waits for the first call.
   *
   * @throws ALI_USAGE when `lingerMs` is not a whole number in its range; the socket is open then
   */
  async close(options: { readonly lingerMs?: number | undefined } = {}): Promise<void> {
    const lingerMs = waitingTime('lingerMs', options.lingerMs ?? this.#lingerMs);
    this.#closed ??= this.#close(lingerMs);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(lingerMs: number): Promise<void> {
    const pattern = this.#pattern;
    const endMs = performance.now() + lingerMs;
    pattern.onClosing();
    await this.#peers.drained(() => !pattern.hasUnsent, lingerMs);
    await this.#peers.close(Math.max(0, endMs - performance.now()));
    this.#peers.countLost(pattern.onClosed());
  }

  #mustBeOpen(): void {
    if (this.#closed !== undefined) throw socketClosed();
  }
}

export function socketClosed(): AlidadeError {
  return new AlidadeError('ALI_SOCKET_CLOSED', 'the socket is closed; make a new one');
}

export function noFrames(): AlidadeError {
  return new AlidadeError('ALI_USAGE', 'a message has at least one frame (it may be empty)');
}
