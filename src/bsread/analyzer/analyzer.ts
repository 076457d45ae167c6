import { type Clock, systemClock } from '../../shared/clock.ts';
import type { Message } from '../../zmtp/index.ts';
import type { DataHeader } from '../data-header.ts';
import { ClockWatch } from './clock-watch.ts';
import type { Finding } from './finding.ts';
import { headerDifference } from './header-difference.ts';
import { PulseOrder, type PulseOrderStatus } from './pulse-order.ts';
import { RateMeter } from './rate-meter.ts';

/** What is looked at of a message. */
export interface AnalyzedMessage {
  readonly pulseId: bigint;
  readonly globalTimestampNs: bigint | undefined;
  readonly dataHeader: DataHeader;
  readonly frames: Message;
}

export interface Analysis extends PulseOrderStatus {
  readonly messages: number;
  readonly messagesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly channels: number;
  /** Values that should have been there and were not. */
  readonly missingValues: number;
  /** The same of the channels that miss most, most first. */
  readonly missingByChannel: Readonly<Record<string, number>>;
  readonly headerChanges: number;
  readonly clockJumps: number;
}

/** Names are counted one by one up to so many characters of them, and so many shown. */
const countedCharacters = 4_000_000;
const shownChannels = 20;

/**
 * Watches a stream without decoding its values: gaps, duplicates and reordering of pulses, channels without value,
 * changes of the header, jumps of the source's time, rates.
 *
 * @example
 * const analyzer = new Analyzer({ onFinding: (finding) => console.warn(finding.kind, finding.pulseId) });
 * const source = await Source.open({ addresses: 'tcp://127.0.0.1:9999' });
 * for await (const message of source) analyzer.see(message);
 * console.log(analyzer.status().missingPulses);
 */
export class Analyzer {
  readonly #clock: Clock;
  readonly #onFinding: ((finding: Finding) => void) | undefined;
  readonly #order = new PulseOrder();
  readonly #clockWatch = new ClockWatch();
  readonly #rate: RateMeter;
  #header: DataHeader | undefined;
  #messages = 0;
  #headerChanges = 0;
  #missingValues = 0;
  #missingByChannel = new Map<string, number>();
  #missingCharacters = 0;

  constructor({
    clock = systemClock,
    onFinding,
  }: {
    readonly clock?: Clock | undefined;
    readonly onFinding?: ((finding: Finding) => void) | undefined;
  } = {}) {
    this.#clock = clock;
    this.#onFinding = onFinding;
    this.#rate = new RateMeter(() => clock.nowMs());
  }

  see(message: AnalyzedMessage): void {
    const { pulseId, dataHeader } = message;
    this.#messages++;
    const { isNext, finding } = this.#order.see(pulseId);
    if (finding !== undefined) this.#onFinding?.(finding);
    if (finding?.kind === 'restart') this.#clockWatch.reset();
    if (isNext || this.#messages === 1 || finding?.kind === 'restart') this.#watchClock(message);
    if (dataHeader !== this.#header) this.#changeHeader(dataHeader, pulseId);
    this.#lookForMissing(message);
  }

  status(): Analysis {
    const most = [...this.#missingByChannel].sort(([, a], [, b]) => b - a).slice(0, shownChannels);
    return {
      messages: this.#messages,
      ...this.#rate.rates(),
      ...this.#order.status(),
      channels: this.#header?.channels.length ?? 0,
      missingValues: this.#missingValues,
      missingByChannel: Object.fromEntries(most),
      headerChanges: this.#headerChanges,
      clockJumps: this.#clockWatch.jumps,
    };
  }

  #watchClock({ pulseId, globalTimestampNs }: AnalyzedMessage): void {
    const jumpSeconds = this.#clockWatch.see(pulseId, globalTimestampNs, this.#clock.nowMs());
    if (jumpSeconds !== undefined) this.#onFinding?.({ kind: 'clock-jump', pulseId, jumpSeconds });
  }

  #changeHeader(header: DataHeader, pulseId: bigint): void {
    const before = this.#header;
    this.#header = header;
    if (before === undefined) return;
    this.#headerChanges++;
    this.#onFinding?.({ kind: 'header-change', pulseId, ...headerDifference(before, header) });
  }

  #lookForMissing({ pulseId, dataHeader, frames }: AnalyzedMessage): void {
    let missing: string[] | undefined;
    let sizeBytes = 0;
    for (const frame of frames) sizeBytes += frame.length;
    this.#rate.add(sizeBytes);
    const { channels } = dataHeader;
    for (let index = 0; index < channels.length; index++) {
      if (frames[2 + 2 * index]?.length !== 0) continue;
      const { name, modulo, offset } = channels[index] as (typeof channels)[number];
      if (modulo > 1 && (pulseId - BigInt(offset)) % BigInt(modulo) !== 0n) continue;
      missing ??= [];
      missing.push(name);
      this.#countMissing(name);
    }
    if (missing !== undefined) this.#onFinding?.({ kind: 'missing-channel', pulseId, channels: missing });
  }

  #countMissing(name: string): void {
    this.#missingValues++;
    const count = this.#missingByChannel.get(name);
    if (count !== undefined) this.#missingByChannel.set(name, count + 1);
    else if (this.#missingCharacters + name.length <= countedCharacters) {
      this.#missingCharacters += name.length;
      this.#missingByChannel.set(name, 1);
    }
  }
}
