import type { Clock } from '../../src/instrument/index.ts';

/** A clock that stands until it is put forward; timers that are due then are called in their order. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Puts the clock forward through every timer on the way. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      this.#timers.delete(due);
      due.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Sets the clock at once, as a machine that slept, or whose time was corrected: timers come late, or early. */
  jump(ms: number): void {
    this.#nowMs += ms;
    for (const timer of [...this.#timers]) {
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}
