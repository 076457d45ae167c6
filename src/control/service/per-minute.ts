import type { Clock } from '../../shared/clock.ts';

const minuteMs = 60_000;

/** Lets so many through in each minute, and tells with the next how many were held back. */
export class PerMinute {
  readonly #clock: Clock;
  readonly #limit: number;
  #minute = 0;
  #passed = 0;
  #held = 0;

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** How many were held back since the last that passed; undefined when this one is held back too. */
  pass(): number | undefined {
    const minute = Math.floor(this.#clock.nowMs() / minuteMs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#passed = 0;
    }
    if (this.#passed >= this.#limit) {
      this.#held += 1;
      return undefined;
    }
    this.#passed += 1;
    const held = this.#held;
    this.#held = 0;
    return held;
  }
}
