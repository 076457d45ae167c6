import { connect, type Socket } from 'node:net';
import { messageOf } from '../shared/errors.ts';
import type { ZmtpEndpoint } from './endpoint.ts';
import { Intake } from './intake.ts';
import type { Monitor } from './monitor.ts';
import type { Settings } from './options.ts';

export interface ConnectorOptions {
  readonly endpoint: ZmtpEndpoint;
  /** How the endpoint was written. */
  readonly text: string;
  readonly settings: Settings;
  readonly monitor: Monitor;
  /** Takes the connection; when it ends, {@link Connector.lost} is to be called. */
  readonly onSocket: (socket: Socket, intake: Intake) => void;
}

/**
 * Connects, for ever again, until it is closed. With the presets it waits, after 0, 1, 2, … times in vain, 100, 200,
 * 400, 800, 1600, 3200, 5000, 5000, … ms, each less up to a quarter, so that many do not come at once.
 */
export class Connector {
  readonly text: string;
  #options: ConnectorOptions;
  #inVain = 0;
  #timer: NodeJS.Timeout | undefined;
  #socket: Socket | undefined;
  #isClosed = false;

  constructor(options: ConnectorOptions) {
    this.#options = options;
    this.text = options.text;
    this.#connect();
  }

  /** The connection is gone. One that was of use begins the back-off anew. */
  lost(reason: string, wasOfUse: boolean): void {
    if (this.#isClosed) return;
    if (wasOfUse) this.#inVain = 0;
    const { settings, monitor } = this.#options;
    const mostMs = Math.min(settings.reconnectMaxMs, settings.reconnectMs * 2 ** this.#inVain++);
    const delayMs = Math.round(mostMs * (1 - Math.random() / 4));
    this.#timer = setTimeout(() => this.#connect(), delayMs);
    monitor.tell({ event: 'retry', endpoint: this.text, delayMs, reason });
  }

  /** Tries no more; a connection that was handed over stays. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const { endpoint, settings, onSocket } = this.#options;
    const intake = new Intake();
    const { onread } = intake;
    const socket =
      endpoint.transport === 'tcp'
        ? connect({ host: endpoint.host, port: endpoint.port, noDelay: true, onread })
        : connect({ path: endpoint.path, onread });
    this.#socket = socket;
    let reason = 'connecting was given up';
    const timer = setTimeout(() => {
      socket.destroy(
        new Error(`no connection within ${settings.handshakeTimeoutMs} ms (handshakeTimeoutMs)`),
      );
    }, settings.handshakeTimeoutMs);
    const failed = (error: Error) => {
      reason = messageOf(error);
    };
    const closed = () => {
      clearTimeout(timer);
      this.lost(reason, false);
    };
    socket.once('error', failed);
    socket.once('close', closed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', failed);
      socket.off('close', closed);
      this.#socket = undefined;
      onSocket(socket, intake);
    });
  }
}
