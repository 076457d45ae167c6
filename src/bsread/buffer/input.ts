import type { Clock } from '../../shared/clock.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import type { MonitorEvent } from '../../zmtp/index.ts';
import { type Analysis, Analyzer } from '../analyzer/analyzer.ts';
import { FindingLog } from '../analyzer/finding-log.ts';
import { type ConnectionNews, type ConnectionStatus, ConnectionWatch, logNews } from '../connection-watch.ts';
import type { PulseMessage } from '../message.ts';
import type { DecoderStatistics } from '../message-decoder.ts';
import { Source } from '../source.ts';

export interface InputOptions {
  readonly address: string;
  /** What the source is: PUSH (`pull` from it) or PUB (`sub`). */
  readonly pattern: 'pull' | 'sub';
  readonly log: Log;
  readonly clock: Clock;
  /** Whether findings are written into the log. */
  readonly logFindings: boolean;
  readonly onMessage: (message: PulseMessage) => void;
  /** Where the source is now; asked while it is away. */
  readonly renew: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** After so many messages whoever else has something to do gets a turn. */
  readonly messagesPerTurn: number;
}

export interface InputStatus extends ConnectionStatus {
  readonly address: string;
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

/** So long a source is away before it is asked for again; twice as long before each next time, up to the most. */
const renewAfterMs = 3000;
const renewAfterMostMs = 60_000;

/** One source of the buffer: connected again whenever it is gone, analysed, its messages handed on undecoded. */
export class Input {
  #address: string;
  readonly #source: Source;
  readonly #analyzer: Analyzer;
  readonly #findings: FindingLog | undefined;
  readonly #options: InputOptions;
  readonly #connection: ConnectionWatch;
  #isReceiving = true;
  readonly #received: Promise<void>;
  readonly #stopMonitor: () => void;
  #stopWaiting: (() => void) | undefined;
  #renewal: Promise<void> | undefined;
  /** Since it was there last. */
  #renewals = 0;
  readonly #closing = new AbortController();
  readonly counts = { late: 0, duplicate: 0, missingPulses: 0 };

  /** @throws ALI_ENDPOINT when the address is none */
  static async open(options: InputOptions): Promise<Input> {
    const { address, pattern, log, clock, logFindings } = options;
    const findings = logFindings ? new FindingLog(log, clock, { input: address }) : undefined;
    const source = await Source.open({
      addresses: address,
      pattern,
      onDrop: ({ reason, detail, pulseId }) => {
        log.debug(`a message was dropped: ${detail}`, { input: address, reason, pulse_id: pulseId });
        findings?.add({ kind: 'undecodable', pulseId, detail });
      },
    });
    return new Input(source, findings, options);
  }

  private constructor(source: Source, findings: FindingLog | undefined, options: InputOptions) {
    const { address, clock, log } = options;
    this.#source = source;
    this.#findings = findings;
    this.#options = options;
    this.#address = address;
    this.#analyzer = new Analyzer({ clock, onFinding: (finding) => findings?.add(finding) });
    const onNews = (news: ConnectionNews) => logNews(log, news, { input: this.#address });
    this.#connection = new ConnectionWatch(source, { clock, onNews });
    this.#stopMonitor = source.monitor((event) => this.#onEvent(event));
    this.#received = source
      .forEachBatch((batch) => this.#take(batch))
      .finally(() => {
        this.#isReceiving = false;
      });
  }

  status(): InputStatus {
    const { receivedMessages, receivedBytes, dropped } = this.#source.statistics();
    return {
      address: this.#address,
      ...this.#connection.status(),
      receivedMessages,
      receivedBytes,
      undecodable: dropped,
      ...this.counts,
      analysis: this.#analyzer.status(),
    };
  }

  /** Takes nothing more off the wire; what has come as whole messages is still handed on. */
  async close(): Promise<void> {
    this.#stopMonitor();
    this.#connection[Symbol.dispose]();
    this.#stopWaiting?.();
    this.#closing.abort();
    this.#source.disconnect();
    while (this.#isReceiving && this.#unreadMessages > 0)
      await new Promise((resolve) => setImmediate(resolve));
    await this.#source.close();
    await this.#received;
    this.#findings?.[Symbol.dispose]();
    await this.#renewal;
  }

  /** They are taken turn by turn. */
  get #unreadMessages(): number {
    const { receivedMessages, socket } = this.#source.statistics();
    return socket.receivedMessages - socket.unwantedMessages - receivedMessages;
  }

  async #take(batch: readonly PulseMessage[]): Promise<void> {
    const { messagesPerTurn, onMessage } = this.#options;
    let inTurn = 0;
    for (const message of batch) {
      this.#analyzer.see(message);
      onMessage(message);
      if (++inTurn < messagesPerTurn) continue;
      inTurn = 0;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #onEvent({ event }: MonitorEvent): void {
    if (event === 'disconnected' || event === 'retry') {
      if (!this.#connection.status().connected) this.#waitToRenew();
    }
    if (event !== 'connected') return;
    this.#renewals = 0;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  #waitToRenew(): void {
    const { renew, clock } = this.#options;
    if (renew === undefined || this.#renewal !== undefined || this.#closing.signal.aborted) return;
    const delayMs = Math.min(renewAfterMostMs, renewAfterMs * 2 ** this.#renewals);
    this.#stopWaiting ??= clock.after(delayMs, () => {
      this.#renewals++;
      this.#stopWaiting = undefined;
      this.#renewal = this.#renew(renew).finally(() => {
        this.#renewal = undefined;
        if (!this.#connection.status().connected) this.#waitToRenew();
      });
    });
  }

  /** Never rejects. */
  async #renew(renew: (signal: AbortSignal) => Promise<string>): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#closing;
    try {
      const address = await renew(signal);
      if (signal.aborted) return;
      this.#source.move(this.#address, address);
      this.#address = address;
      log.info('the stream was asked for again', { input: address });
    } catch (error) {
      if (signal.aborted) return;
      log.warning(`the stream was asked for again in vain: ${messageOf(error)}`, { input: this.#address });
    }
  }
}
