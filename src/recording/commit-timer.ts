import type { Clock } from '../shared/clock.ts';

/**
 * Calls for a commit so early that no row is on the disk later than an interval after it came: the time that the last
 * commit took is taken off. The first one is early for all that it may have to make.
 */
export class CommitTimer {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #commit: () => Promise<void>;
  #cancel: (() => void) | undefined;
  #lastCommitMs: number;

  constructor(clock: Clock, intervalMs: number, commit: () => Promise<void>) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#commit = commit;
    this.#lastCommitMs = intervalMs;
  }

  /** Called with each row. */
  start(): void {
    if (this.#cancel !== undefined) return;
    const delayMs = Math.max(this.#intervalMs / 4, this.#intervalMs - 2 * this.#lastCommitMs);
    this.#cancel = this.#clock.after(delayMs, () => {
      this.#cancel = undefined;
      const startMs = performance.now();
      void this.#commit().then(() => {
        this.#lastCommitMs = performance.now() - startMs;
      });
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
