import { type Clock, systemClock } from '../shared/clock.ts';
import { Opened } from '../shared/opened.ts';
import {
  type Frames,
  type MonitorListener,
  PubSocket,
  type PushOptions,
  PushSocket,
  type SendOptions,
  type SocketOptions,
  type SocketStatistics,
} from '../zmtp/index.ts';
import { attach } from './attach.ts';
import { type EncoderOptions, MessageEncoder, type SentValues } from './message-encoder.ts';
import { releaseMemory } from './release-memory.ts';

export interface SenderOptions extends EncoderOptions {
  /** One or more of `tcp://HOST:PORT` or `ipc://PATH`; bound, the port may be `*` (`tcp://127.0.0.1:9999`). */
  readonly addresses?: string | readonly string[] | undefined;
  /** `push` shares the messages among the receivers; `pub` gives all of them to each (`push`). */
  readonly pattern?: 'push' | 'pub' | undefined;
  /** Who waits for whom (`bind`). */
  readonly mode?: 'bind' | 'connect' | undefined;
  /** Messages that may wait for one receiver (10). */
  readonly queueMessages?: number | undefined;
  /** The pulse id of the first message that is given none (0). */
  readonly startPulseId?: bigint | undefined;
  /** Anything else of the socket. */
  readonly socket?: SocketOptions | undefined;
  readonly clock?: Clock | undefined;
}

export interface SendMessageOptions extends SendOptions {
  /** One more than that of the message before, which counts also when that was dropped. */
  readonly pulseId?: bigint | undefined;
  /** Nanoseconds of Unix time (now). */
  readonly timestampNs?: bigint | undefined;
  /** Nanoseconds of Unix time of single channels, else that of the message. */
  readonly channelTimestampsNs?: Readonly<Record<string, bigint>> | undefined;
}

/**
 * `sent`: queued for a receiver, of `pub` for each one. `dropped`: no receiver had room in time, of `pub` some had none;
 * the message is gone, as a whole. `unwanted`: of `pub`, nobody is there.
 */
export type SendResult = 'sent' | 'dropped' | 'unwanted';

export interface SenderStatistics {
  readonly sentMessages: number;
  readonly droppedMessages: number;
  readonly unwantedMessages: number;
  readonly socket: SocketStatistics;
}

/**
 * Sends pulse after pulse. A message is encoded as a whole before anything of it leaves: a value that cannot be encoded
 * costs its own message only.
 *
 * @example
 * await using sender = await Sender.open({ addresses: 'tcp://127.0.0.1:9999' });
 * await sender.send({ SIN: Math.sin(1), COUNT: 5n, WAVE: new Float32Array(2048) });
 */
export class Sender implements AsyncDisposable {
  /** Where it listens, with real ports, or is to be connected to. */
  readonly endpoints: readonly string[];
  readonly #socket: PushSocket | PubSocket;
  readonly #encoder: MessageEncoder;
  readonly #clock: Clock;
  readonly #counts: Record<SendResult, number> = { sent: 0, dropped: 0, unwanted: 0 };
  #nextPulseId: bigint;

  private constructor(
    socket: PushSocket | PubSocket,
    endpoints: readonly string[],
    encoder: MessageEncoder,
    { clock = systemClock, startPulseId = 0n }: SenderOptions,
  ) {
    this.#socket = socket;
    this.endpoints = endpoints;
    this.#encoder = encoder;
    this.#clock = clock;
    this.#nextPulseId = startPulseId;
  }

  /**
   * Does not wait for a receiver to be there.
   *
   * @throws ALI_ENDPOINT when an address is none; ALI_ADDRESS when the system does not let us listen there; ALI_ENCODE
   *   when a channel cannot be declared so; ALI_USAGE when an option is not in its range
   */
  static async open(options: SenderOptions = {}): Promise<Sender> {
    const {
      addresses = 'tcp://127.0.0.1:9999',
      pattern = 'push',
      mode = 'bind',
      queueMessages = 10,
    } = options;
    const encoder = new MessageEncoder(options);
    const settings: SocketOptions = { sendHighWaterMessages: queueMessages, ...options.socket };
    await using opened = new Opened();
    const socket = opened.use(pattern === 'pub' ? new PubSocket(settings) : new PushSocket(settings));
    const endpoints = await attach(socket, addresses, mode);
    opened.move();
    return new Sender(socket, endpoints, encoder, options);
  }

  /**
   * Sends a value for each channel that has one with this pulse. To push waits for a receiver with room, for up to
   * `timeoutMs`: 0 for not at all, undefined for ever. To publish never waits.
   *
   * @throws ALI_ENCODE when a value does not fit its channel, and then nothing was sent; ALI_SOCKET_CLOSED; ALI_ABORTED by
   *   the signal
   */
  async send(values: SentValues, options: SendMessageOptions = {}): Promise<SendResult> {
    const pulseId = options.pulseId ?? this.#nextPulseId;
    const timestampNs = options.timestampNs ?? BigInt(Math.round(this.#clock.nowMs() * 1000)) * 1000n;
    const { channelTimestampsNs } = options;
    const frames = this.#encoder.encode(values, { pulseId, timestampNs, channelTimestampsNs });
    this.#nextPulseId = pulseId + 1n;
    return this.#send(frames, { ...options, onWritten: () => releaseData(frames) });
  }

  /**
   * Sends frames as they are, such as those of a message that was received: times, compression and header stay what
   * they were, byte for byte.
   *
   * @throws ALI_SOCKET_CLOSED; ALI_ABORTED by the signal
   */
  sendFrames(frames: Frames, options: SendOptions = {}): Promise<SendResult> {
    return this.#send(frames, options);
  }

  async #send(frames: Frames, options: PushOptions): Promise<SendResult> {
    const socket = this.#socket;
    const result =
      socket instanceof PubSocket
        ? await socket.send(frames, options.onWritten)
        : await socket.send(frames, options);
    const outcome = result === 'timed-out' ? 'dropped' : result;
    this.#counts[outcome]++;
    return outcome;
  }

  /** Counts since the sender was opened. */
  statistics(): SenderStatistics {
    const { sent, dropped, unwanted } = this.#counts;
    return {
      sentMessages: sent,
      droppedMessages: dropped,
      unwantedMessages: unwanted,
      socket: this.#socket.statistics(),
    };
  }

  /** Calls `listener` when connections come and go. @returns what ends that */
  monitor(listener: MonitorListener): () => void {
    return this.#socket.monitor(listener);
  }

  /** What waits is sent for up to `lingerMs` (1000), and given up then. */
  close(options: { readonly lingerMs?: number | undefined } = {}): Promise<void> {
    return this.#socket.close(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Frees the data frames, which were made for this message alone; the header is used again. */
function releaseData(frames: readonly Uint8Array[]): void {
  for (let at = 2; at < frames.length; at += 2) releaseMemory(frames[at] as Uint8Array);
}
