/**
 * The requests of one endpoint: they run one after the other, in the order of their arrival. One that never ends holds
 * up those behind it and nobody else.
 */
export class RequestQueue {
  readonly #limit: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  readonly #idle: (() => void)[] = [];
  #isBusy = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many wait, without the one that runs. */
  get length(): number {
    return this.#waiting.length;
  }

  /** @param job never rejects @returns false when as many wait already as may */
  add(job: () => Promise<void>): boolean {
    if (this.#waiting.length >= this.#limit) return false;
    this.#waiting.push(job);
    if (!this.#isBusy) void this.#work();
    return true;
  }

  /** Runs what waits at once, beside the one that runs: for jobs that by now only say that it is over. */
  hurry(): void {
    for (const job of this.#waiting.splice(0)) void job();
  }

  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) await job();
    this.#isBusy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
