import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import { type Message, type MonitorEvent, PullSocket, SubSocket } from '../../zmtp/index.ts';
import { type Analysis, Analyzer } from '../analyzer/analyzer.ts';
import type { Finding } from '../analyzer/finding.ts';
import type { PulseMessage } from '../message.ts';
import { type DecoderStatistics, MessageDecoder } from '../message-decoder.ts';

export interface InputOptions {
  readonly address: string;
  /** What the source is: PUSH (`pull` from it) or PUB (`sub`). */
  readonly pattern: 'pull' | 'sub';
  readonly log: Log;
  readonly clock: Clock;
  readonly onFinding: ((finding: Finding) => void) | undefined;
  readonly onMessage: (message: PulseMessage) => void;
  /** After so many messages whoever else has something to do gets a turn. */
  readonly messagesPerTurn: number;
}

export interface InputStatus {
  readonly address: string;
  readonly connected: boolean;
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  /** Messages that could not be read, by what was wrong. */
  readonly undecodable: DecoderStatistics['dropped'];
  readonly late: number;
  readonly duplicate: number;
  /** Pulses that went on without this input. */
  readonly missingPulses: number;
  readonly analysis: Analysis;
}

/** One source of the buffer: connected again whenever it is gone, analysed, its messages handed on undecoded. */
export class Input {
  readonly address: string;
  readonly #socket: PullSocket | SubSocket;
  readonly #decoder: MessageDecoder;
  readonly #analyzer: Analyzer;
  readonly #options: InputOptions;
  #isConnected = false;
  /** It is said once that a source is away, not at each try. */
  #isAwaySaid = false;
  readonly #received: Promise<void>;
  readonly counts = { late: 0, duplicate: 0, missingPulses: 0 };

  /** @throws ALI_ENDPOINT when the address is none */
  constructor(options: InputOptions) {
    const { address, pattern, clock, log, onFinding } = options;
    this.#options = options;
    this.address = address;
    this.#socket = pattern === 'pull' ? new PullSocket() : new SubSocket();
    if (this.#socket instanceof SubSocket) this.#socket.subscribe('');
    this.#decoder = new MessageDecoder({
      onDrop: ({ reason, detail, pulseId }) =>
        log.debug(`a message was dropped: ${detail}`, { input: address, reason, pulse_id: pulseId }),
    });
    this.#analyzer = new Analyzer({ clock, onFinding });
    this.#socket.monitor((event) => this.#onEvent(event));
    this.#socket.connect(address);
    this.#received = this.#socket.receive((batch) => this.#take(batch));
  }

  status(): InputStatus {
    const { receivedMessages, receivedBytes, dropped } = this.#decoder.statistics();
    return {
      address: this.address,
      connected: this.#isConnected,
      receivedMessages,
      receivedBytes,
      undecodable: dropped,
      ...this.counts,
      analysis: this.#analyzer.status(),
    };
  }

  async close(): Promise<void> {
    await this.#socket.close({ lingerMs: 0 });
    await this.#received;
  }

  async #take(batch: readonly Message[]): Promise<void> {
    const { messagesPerTurn, onMessage } = this.#options;
    let inTurn = 0;
    for (const frames of batch) {
      const message = this.#decoder.decode(frames);
      if (message === undefined) continue;
      this.#analyzer.see(message);
      onMessage(message);
      if (++inTurn < messagesPerTurn) continue;
      inTurn = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #onEvent(event: MonitorEvent): void {
    const { log } = this.#options;
    const input = this.address;
    if (event.event === 'connected') {
      this.#isConnected = true;
      this.#isAwaySaid = false;
      log.info('source connected', { input });
    } else if (event.event === 'disconnected') {
      this.#isConnected = false;
      this.#isAwaySaid = true;
      log.warning(`source gone: ${event.reason}; it is connected again when it is back`, { input });
    } else if (event.event === 'refused') {
      log.error(`source refused: ${event.reason}`, { input });
    } else if (event.event === 'retry' && !this.#isAwaySaid) {
      this.#isAwaySaid = true;
      log.warning(`source not there: ${event.reason}; it is tried again until it is`, { input });
    }
  }
}
