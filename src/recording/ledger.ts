import type { DropReason } from '../bsread/index.ts';

/**
 * Why a message that was received is not in the file: what the decoder dropped, and
 *
 * - `before-start`, `after-stop`: outside of what was asked for
 * - `not-committed`: it was to be written, but the disk failed before it was safe
 */
export type LostMessageReason = DropReason | 'before-start' | 'after-stop' | 'not-committed';

/** Pulses that were to come between two that did. */
export interface Gap {
  readonly afterPulseId: bigint;
  readonly beforePulseId: bigint;
}

/** What a ledger says of the messages that were written. */
export type Written = Pick<
  Ledger,
  | 'written'
  | 'writtenBytes'
  | 'firstPulseId'
  | 'lastPulseId'
  | 'missingPulses'
  | 'gapCount'
  | 'repeatedPulses'
  | 'backwardPulses'
>;

/** What happened to every message: received = written + the sum of what was dropped. */
export class Ledger {
  written = 0;
  /** Of their frames. */
  writtenBytes = 0;
  firstPulseId: bigint | undefined;
  lastPulseId: bigint | undefined;
  /** Of any message, written or not. */
  lastSeenPulseId: bigint | undefined;
  lastSeenTimeNs: bigint | undefined;
  /** Pulses from one message to the next, as far as known: the least that was seen. */
  pulseStep: bigint | undefined;
  missingPulses = 0n;
  gapCount = 0;
  repeatedPulses = 0;
  /** Pulses that came after a later one. */
  backwardPulses = 0;
  readonly #dropped = new Map<LostMessageReason, number>();
  #newGaps: Gap[] = [];

  get received(): number {
    return this.written + this.droppedCount;
  }

  get droppedCount(): number {
    let sum = 0;
    for (const count of this.#dropped.values()) sum += count;
    return sum;
  }

  /** Of each reason that there was. */
  get dropped(): Readonly<Partial<Record<LostMessageReason, number>>> {
    return Object.fromEntries(this.#dropped);
  }

  drop(reason: LostMessageReason, count = 1): void {
    if (count > 0) this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
  }

  see(pulseId: bigint, timeNs: bigint | undefined): void {
    this.lastSeenPulseId = pulseId;
    if (timeNs !== undefined) this.lastSeenTimeNs = timeNs;
  }

  write(pulseId: bigint, sizeBytes: number): void {
    this.written++;
    this.writtenBytes += sizeBytes;
    const last = this.lastPulseId;
    this.firstPulseId ??= pulseId;
    this.lastPulseId = pulseId;
    if (last === undefined) return;
    const step = pulseId - last;
    if (step === this.pulseStep) return;
    if (step === 0n) this.repeatedPulses++;
    else if (step < 0n) this.backwardPulses++;
    else if (this.pulseStep === undefined || step < this.pulseStep) this.pulseStep = step;
    else {
      this.gapCount++;
      this.missingPulses += step / this.pulseStep - 1n;
      this.#newGaps.push({ afterPulseId: last, beforePulseId: pulseId });
    }
  }

  /** What was written until now, for {@link unwrite}. */
  mark(): Written {
    const { written, writtenBytes, firstPulseId, lastPulseId } = this;
    const { missingPulses, gapCount, repeatedPulses, backwardPulses } = this;
    return {
      written,
      writtenBytes,
      firstPulseId,
      lastPulseId,
      missingPulses,
      gapCount,
      repeatedPulses,
      backwardPulses,
    };
  }

  /** What was thought to be written after `mark`, and is not. */
  unwrite(mark: Written): void {
    this.drop('not-committed', this.written - mark.written);
    Object.assign(this, mark);
  }

  /** Those found since it was asked last. */
  takeGaps(): readonly Gap[] {
    const gaps = this.#newGaps;
    this.#newGaps = [];
    return gaps;
  }
}
