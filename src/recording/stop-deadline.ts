import type { Clock } from '../shared/clock.ts';
import type { Bound } from './bound.ts';

/** Until two messages tell it. */
const usualPulseMs = 10;

/**
 * Ends a recording whose stop no message reaches, as the stream ended at it or before: some time after the stop itself,
 * or after the moment in which, at the rate so far, its pulse would have come.
 */
export class StopDeadline {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #reached: () => void;
  #stop: Bound | undefined;
  #cancel: (() => void) | undefined;
  #first: { readonly pulseId: bigint; readonly atMs: number } | undefined;
  #last: { pulseId: bigint; atMs: number } | undefined;

  constructor(clock: Clock, graceMs: number, reached: () => void) {
    this.#clock = clock;
    this.#graceMs = graceMs;
    this.#reached = reached;
  }

  see(pulseId: bigint): void {
    if (this.#stop === undefined) return;
    const atMs = this.#clock.nowMs();
    this.#first ??= { pulseId, atMs };
    if (this.#last === undefined) this.#last = { pulseId, atMs };
    else {
      this.#last.pulseId = pulseId;
      this.#last.atMs = atMs;
    }
    if (this.#cancel === undefined) this.#wait();
  }

  set(stop: Bound | undefined): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#stop = stop;
    if (stop !== undefined) this.#wait();
  }

  #wait(): void {
    const dueMs = this.#dueMs();
    if (dueMs === undefined) return;
    this.#cancel = this.#clock.after(Math.max(0, dueMs - this.#clock.nowMs()), () => {
      this.#cancel = undefined;
      // Messages that came meanwhile have put it off.
      const nowDueMs = this.#dueMs();
      if (nowDueMs !== undefined && this.#clock.nowMs() < nowDueMs) this.#wait();
      else this.#reached();
    });
  }

  #dueMs(): number | undefined {
    const stop = this.#stop;
    if (stop === undefined) return undefined;
    if ('timeNs' in stop) {
      // A stream may be late.
      return Math.max(Number(stop.timeNs / 1_000_000n), this.#last?.atMs ?? 0) + this.#graceMs;
    }
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const pulses = Number(this.#last.pulseId - this.#first.pulseId);
    const elapsedMs = this.#last.atMs - this.#first.atMs;
    const pulseMs = pulses > 0 && elapsedMs > 0 ? elapsedMs / pulses : usualPulseMs;
    const leftMs = Math.max(0, Number(stop.pulseId - this.#last.pulseId)) * pulseMs;
    return this.#last.atMs + leftMs + this.#graceMs;
  }
}
