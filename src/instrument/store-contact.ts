import type { Clock } from '../shared/clock.ts';
import { AlidadeError, isAlidadeError } from '../shared/errors.ts';

/** A store that does not answer. */
export interface StoreAway {
  /** Its last answer, in Unix seconds. */
  readonly sinceSeconds: number;
  /** What it means; undefined while it may be no more than slow. */
  readonly error: AlidadeError | undefined;
}

/** Longer than a store takes for what an instrument asks, even when its disk is busy. */
const silenceMs = 2000;

/** Whether the store answers, as seen by those who ask it. */
export class StoreContact {
  readonly #clock: Clock;
  #answeredMs: number;
  #underWay = 0;
  #error: AlidadeError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#answeredMs = clock.nowMs();
  }

  /** Asks the store, and notes whether it answered: an error that it gives is an answer too. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    // Who asks seldom hears seldom: silence begins with a question.
    if (this.#underWay === 0 && this.#error === undefined) this.#answeredMs = this.#clock.nowMs();
    this.#underWay += 1;
    try {
      const result = await work();
      this.#answered();
      return result;
    } catch (error) {
      if (meansUnreachable(error)) this.#error = error;
      else this.#answered();
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Undefined while it answers. */
  get away(): StoreAway | undefined {
    const silent = this.#underWay > 0 && this.#clock.nowMs() - this.#answeredMs > silenceMs;
    if (this.#error === undefined && !silent) return undefined;
    return { sinceSeconds: this.#answeredMs / 1000, error: this.#error };
  }

  #answered(): void {
    this.#answeredMs = this.#clock.nowMs();
    this.#error = undefined;
  }
}

/** Whether an error says that no answer came at all. */
export function meansUnreachable(error: unknown): error is AlidadeError {
  return error instanceof AlidadeError && isAlidadeError(error, 'ALI_STORE_UNREACHABLE');
}
