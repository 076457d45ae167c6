import type { Clock } from '../shared/clock.ts';
import type { Bound } from './bound.ts';

/** Until two messages tell it. */
const usualPulseMs = 10;

interface Seen {
  pulseId: bigint;
  timeNs: bigint | undefined;
}

/**
 * Ends a recording whose stop no message reaches, as the stream ended at it or before: when nothing has come for some
 * time after the stop, or after the moment in which, by the times of the messages so far, its pulse would have come. The
 * clock of this machine may jump meanwhile.
 */
export class StopDeadline {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #reached: () => void;
  #stop: Bound | undefined;
  #cancel: (() => void) | undefined;
  #first: Seen | undefined;
  #last: Seen | undefined;
  /** Whether a message has come since the timer was set. */
  #isFresh = false;

  constructor(clock: Clock, graceMs: number, reached: () => void) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#reached = reached;
  }

  /** Called with each message. */
  see(pulseId: bigint, timeNs: bigint | undefined): void {
    this.#isFresh = true;
    this.#first ??= { pulseId, timeNs };
    if (this.#last === undefined) this.#last = { pulseId, timeNs };
    else {
      this.#last.pulseId = pulseId;
      this.#last.timeNs = timeNs;
    }
    if (this.#cancel === undefined && this.#stop !== undefined) this.#wait();
  }

  set(stop: Bound | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#stop = stop;
    if (stop !== undefined) this.#wait();
  }

  #wait(): void {
    const leftMs = this.#leftMs();
    if (leftMs === undefined) return;
    this.#isFresh = false;
    // In two parts: behind the first one the machine may have slept, and the stream has the second one to go on.
    this.#after(leftMs + this.#graceMs / 2, () => this.#after(this.#graceMs / 2, this.#reached));
  }

  #after(delayMs: number, silent: () => void): void {
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined;
      const isEarly = this.#stop !== undefined && 'timeNs' in this.#stop && this.#leftMs() !== 0;
      if (this.#isFresh || isEarly) this.#wait();
      else silent();
    });
  }

  /** Until the stop; undefined while nothing has come that could tell. */
  #leftMs(): number | undefined {
    const stop = this.#stop;
    if (stop === undefined) return undefined;
    if ('timeNs' in stop) return Math.max(0, Number(stop.timeNs / 1_000_000n) - this.#clock.nowMs());
    if (this.#last === undefined) return undefined;
    return Math.max(0, Number(stop.pulseId - this.#last.pulseId)) * this.#pulseMs();
  }

  #pulseMs(): number {
    const [first, last] = [this.#first, this.#last];
    if (first?.timeNs === undefined || last?.timeNs === undefined) return usualPulseMs;
    const pulses = Number(last.pulseId - first.pulseId);
    const elapsedMs = Number(last.timeNs - first.timeNs) / 1e6;
    return pulses > 0 && elapsedMs > 0 ? elapsedMs / pulses : usualPulseMs;
  }
}
