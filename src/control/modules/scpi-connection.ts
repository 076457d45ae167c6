import { connect, type Socket } from 'node:net';
import type { Clock } from '../../shared/clock.ts';
import { ReplyError } from '../reply-error.ts';

export interface ScpiConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** What ends a command. */
  readonly commandTerminator: string;
  /** What ends a reply. */
  readonly replyTerminator: string;
  readonly clock: Clock;
}

/** More than any device says in a line: beyond it, something else is at the other end. */
const maxReplyLength = 1024 * 1024;

/** A connection to a device that answers each command with one line. */
export class ScpiConnection {
  readonly #socket: Socket;
  readonly #options: ScpiConnectionOptions;
  #received = '';
  #waiting: { resolve: (reply: string) => void; reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;

  /** @throws ReplyError 201 when the device cannot be reached within the timeout */
  static async open(options: ScpiConnectionOptions): Promise<ScpiConnection> {
    const { host, port, timeoutMs, clock } = options;
    const socket = connect({ host, port, noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = clock.after(timeoutMs, () => reject(new Error(`no answer within ${timeoutMs} ms`)));
    socket.once('connect', resolve);
    socket.once('error', reject);
    try {
      await promise;
    } catch (error) {
      socket.destroy();
      const reason = error instanceof Error ? error.message : String(error);
      throw new ReplyError('resource_error_connection', `no connection to ${host}:${port}: ${reason}`);
    } finally {
      cancel();
      socket.off('error', reject);
    }
    return new ScpiConnection(socket, options);
  }

  private constructor(socket: Socket, options: ScpiConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the device closed the connection')));
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /**
   * Sends one command and gives its reply.
   *
   * @throws ReplyError 202 when none comes in time; then the connection is closed, so that a late one is not taken for that of the
   * next command. Another Error when the connection broke.
   */
  async ask(command: string): Promise<string> {
    if (this.#failure !== undefined) throw this.#failure;
    const { commandTerminator, timeoutMs, clock, host, port } = this.#options;
    this.#received = '';
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#waiting = { resolve, reject };
    const cancel = clock.after(timeoutMs, () => {
      reject(
        new ReplyError(
          'resource_error_no_response',
          `${host}:${port} did not answer ${JSON.stringify(command.slice(0, 100))} within ${timeoutMs} ms`,
        ),
      );
      this.close();
    });
    this.#socket.write(command + commandTerminator);
    try {
      return await promise;
    } finally {
      cancel();
      this.#waiting = undefined;
    }
  }

  close(): void {
    this.#failure ??= new Error('the connection is closed');
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf(this.#options.replyTerminator);
    if (end >= 0) {
      this.#waiting?.resolve(this.#received.slice(0, end));
      this.#received = this.#received.slice(end + this.#options.replyTerminator.length);
    } else if (this.#received.length > maxReplyLength) {
      this.#fail(new Error(`the device sent more than ${maxReplyLength} characters without an end`));
      this.close();
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(error);
  }
}
