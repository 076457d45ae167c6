import { messageOf } from '../../shared/errors.ts';
import { Provider, type ProviderOptions } from '../provider.ts';
import { ReplyError } from '../reply-error.ts';
import type { Answer } from '../value.ts';
import { ScpiConnection } from './scpi-connection.ts';

export interface ScpiProviderOptions extends ProviderOptions {
  readonly host: string;
  readonly port: number;
  readonly timeoutSeconds?: number | undefined;
  readonly commandTerminator?: string | undefined;
  readonly replyTerminator?: string | undefined;
  /** Whether the device begins each reply with the command. */
  readonly echoesCommand?: boolean | undefined;
  /** What is asked whenever the connection has been made. */
  readonly commandsAtReconnect?: readonly string[] | undefined;
  /** What the last of these must be answered with. */
  readonly reconnectTest?: string | undefined;
}

/**
 * A device that speaks SCPI over TCP: each command is answered with one line. The connection is made when it is first
 * needed. When it breaks while a command is under way, it is made again once and the command is repeated once.
 */
export class ScpiProvider extends Provider {
  readonly #options: ScpiProviderOptions;
  #connection: ScpiConnection | undefined;
  /** Endpoints ask at the same time; the device is asked for one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isStopped = false;

  constructor(options: ScpiProviderOptions) {
    super(options);
    this.#options = options;
    this.command('send_to_device', ['commands'], (commands) => {
      const list = Array.isArray(commands) ? commands : [commands];
      return this.send(list.map(String));
    });
  }

  /**
   * Replies of several commands are joined by ';'.
   *
   * @throws ReplyError also 305, for what waited too long behind the commands of others; nothing of it was sent
   */
  override send(commands: readonly string[]): Promise<Answer> {
    const { clock, queueWaitMs } = this.context;
    const sinceMs = clock.nowMs();
    const replies = this.#last.then(() => {
      if (clock.nowMs() - sinceMs < queueWaitMs) return this.#ask(commands);
      const text = `${this.name} was busy for ${queueWaitMs / 1000} s with the commands of others: this was not sent`;
      throw new ReplyError('service_error_timeout', text);
    });
    this.#last = replies.catch(() => {});
    return replies;
  }

  override onStop(): void {
    this.#isStopped = true;
    this.#connection?.close();
  }

  async #ask(commands: readonly string[]): Promise<string> {
    const replies: string[] = [];
    for (const command of commands) replies.push(await this.#askOne(command));
    return replies.join(';');
  }

  async #askOne(command: string): Promise<string> {
    try {
      return this.#withoutEcho(command, await (await this.#connected()).ask(command));
    } catch (error) {
      if (error instanceof ReplyError) throw error;
      const { host, port } = this.#options;
      this.context.log.warning(`the connection to ${host}:${port} broke: ${messageOf(error)}`, {
        endpoint: this.name,
      });
      const reply = await this.#again(command);
      this.context.log.critical(`the connection to ${host}:${port} broke and was made again`, {
        endpoint: this.name,
      });
      return reply;
    }
  }

  async #again(command: string): Promise<string> {
    try {
      return this.#withoutEcho(command, await (await this.#connected()).ask(command));
    } catch (error) {
      if (error instanceof ReplyError) throw error;
      throw new ReplyError('resource_error_connection', `the connection broke again: ${messageOf(error)}`);
    }
  }

  async #connected(): Promise<ScpiConnection> {
    if (this.#isStopped) throw new ReplyError('resource_error_connection', 'the service is stopping');
    if (this.#connection?.isOpen) return this.#connection;
    const {
      host,
      port,
      timeoutSeconds = 1,
      commandTerminator = '\n',
      replyTerminator = '\n',
      commandsAtReconnect = [],
      reconnectTest,
    } = this.#options;
    const { clock } = this.context;
    const timeoutMs = timeoutSeconds * 1000;
    const opened = await ScpiConnection.open({
      host,
      port,
      timeoutMs,
      commandTerminator,
      replyTerminator,
      clock,
    });
    this.#connection = opened;
    if (this.#isStopped) opened.close();
    let last: string | undefined;
    for (const command of commandsAtReconnect) {
      last = this.#withoutEcho(command, await opened.ask(command));
    }
    if (reconnectTest !== undefined && last !== undefined && last.trim() !== reconnectTest) {
      opened.close();
      throw new ReplyError(
        'resource_error_connection',
        `${host}:${port} answered ${JSON.stringify(last.slice(0, 100))} after connecting, not ${JSON.stringify(reconnectTest)}`,
      );
    }
    return opened;
  }

  #withoutEcho(command: string, reply: string): string {
    const line = reply.replace(/\r$/, '');
    return this.#options.echoesCommand && line.startsWith(command)
      ? line.slice(command.length).trimStart()
      : line;
  }
}
