import type { Finding } from './finding.ts';

/** So many pulses back a second of the same is known as one. */
const rememberedPulses = 1024;
/** A larger step in either direction is a new count: 2.7 hours at 100 Hz. */
const restartPulses = 1_000_000n;
/** A larger step that comes so often in a row is the step of the stream from now on. */
const newStepAfter = 16;

export interface PulseOrderStatus {
  readonly firstPulseId: bigint | undefined;
  readonly lastPulseId: bigint | undefined;
  /** From one pulse to the next, as the stream shows it: 1 at the rate of the machine, 10 at a tenth of it. */
  readonly step: number | undefined;
  readonly gaps: number;
  /** That did not come; those that come late after all are taken off. */
  readonly missingPulses: number;
  readonly duplicates: number;
  readonly reordered: number;
  readonly restarts: number;
}

/** Follows the pulse ids of a stream. */
export class PulseOrder {
  #first: bigint | undefined;
  #last: bigint | undefined;
  #step: bigint | undefined;
  #wideSteps = { step: 0n, count: 0 };
  #seen = new Set<bigint>();
  #gaps = 0;
  #missing = 0;
  #duplicates = 0;
  #reordered = 0;
  #restarts = 0;

  /** @returns whether it is the newest in a count that goes on, and what is to be told */
  see(pulseId: bigint): { readonly isNext: boolean; readonly finding?: Finding | undefined } {
    const last = this.#last;
    if (last === undefined) {
      this.#first = pulseId;
      this.#remember(pulseId);
      return { isNext: false };
    }
    if (this.#seen.has(pulseId)) {
      this.#duplicates++;
      return { isNext: false, finding: { kind: 'duplicate', pulseId } };
    }
    const difference = pulseId - last;
    if (difference > restartPulses || difference < -BigInt(rememberedPulses) * (this.#step ?? 1n)) {
      this.#restarts++;
      this.#seen.clear();
      this.#remember(pulseId);
      return { isNext: false, finding: { kind: 'restart', pulseId, afterPulseId: last } };
    }
    if (difference < 0n) {
      this.#reordered++;
      if (this.#missing > 0) this.#missing--;
      this.#keep(pulseId);
      return { isNext: false, finding: { kind: 'reordered', pulseId, afterPulseId: last } };
    }
    const missingPulses = this.#missed(difference);
    this.#remember(pulseId);
    if (missingPulses === 0) return { isNext: true };
    this.#gaps++;
    this.#missing += missingPulses;
    return { isNext: true, finding: { kind: 'gap', afterPulseId: last, pulseId, missingPulses } };
  }

  status(): PulseOrderStatus {
    return {
      firstPulseId: this.#first,
      lastPulseId: this.#last,
      step: this.#step === undefined ? undefined : Number(this.#step),
      gaps: this.#gaps,
      missingPulses: this.#missing,
      duplicates: this.#duplicates,
      reordered: this.#reordered,
      restarts: this.#restarts,
    };
  }

  #missed(difference: bigint): number {
    const wide = this.#wideSteps;
    if (this.#step === undefined || difference < this.#step) this.#step = difference;
    if (difference === this.#step) {
      wide.count = 0;
      return 0;
    }
    if (wide.step === difference) wide.count++;
    else this.#wideSteps = { step: difference, count: 1 };
    if (this.#wideSteps.count >= newStepAfter) {
      this.#step = difference;
      return 0;
    }
    return Math.max(1, Number(difference / this.#step) - 1);
  }

  #remember(pulseId: bigint): void {
    this.#last = pulseId;
    this.#keep(pulseId);
  }

  #keep(pulseId: bigint): void {
    this.#seen.add(pulseId);
    if (this.#seen.size <= rememberedPulses) return;
    for (const oldest of this.#seen) {
      this.#seen.delete(oldest);
      return;
    }
  }
}
