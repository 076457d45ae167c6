import type { Clock } from '../../shared/clock.ts';

/** How often it is looked whether the process goes on, and how late a look is when it stood still. */
const lookMs = 1000;
const stoodStillMs = 2 * lookMs;

/** What came while it stood still is read within this: whoever asks later asks a process that goes on. */
const readWithinMs = 100;

/**
 * Notices that the process stood still: it was stopped, its machine slept or had nothing left for it. What is received right
 * after that may have come at any time since, and whoever sent it may have gone.
 */
export class Standstill {
  readonly #clock: Clock;
  #lookedMs: number;
  /** When the process stood still at the last look, if it did. */
  #sinceMs: number | undefined;
  #cancel: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lookedMs = clock.nowMs();
    this.#lookAgain(lookMs);
  }

  /** The earliest time at which what is received now may have come. */
  cameMs(): number {
    const nowMs = this.#clock.nowMs();
    // The sockets may be read before the timers come, and a clock that was set forward calls none.
    if (this.#stoodStill(nowMs)) {
      this.#cancel();
      this.#look();
    }
    return this.#sinceMs ?? nowMs;
  }

  close(): void {
    this.#cancel();
  }

  #look(): void {
    const nowMs = this.#clock.nowMs();
    this.#sinceMs = this.#stoodStill(nowMs) ? this.#lookedMs : undefined;
    this.#lookedMs = nowMs;
    this.#lookAgain(this.#sinceMs === undefined ? lookMs : readWithinMs);
  }

  #lookAgain(delayMs: number): void {
    this.#cancel = this.#clock.after(delayMs, () => this.#look());
  }

  #stoodStill(nowMs: number): boolean {
    return nowMs - this.#lookedMs >= stoodStillMs;
  }
}
