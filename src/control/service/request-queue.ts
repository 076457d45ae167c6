import type { Clock } from '../../shared/clock.ts';

export interface RequestQueueOptions {
  readonly clock: Clock;
  /** How many may wait. */
  readonly limit: number;
  /** How long each may wait, where it can be given up. */
  readonly waitMs: number;
}

/** Why a job is not done: it waited too long, or the service ends. */
export type Refusal = 'too-late' | 'ending';

/** What is to be done in turn. */
export interface Job {
  /** Never rejects. */
  run(): Promise<void>;
  /** Called in place of `run`; left out: it is done however late, but for the end of the service. */
  refuse?(why: Refusal): void;
  /** When it came, where that is not now. */
  readonly sinceMs?: number | undefined;
}

interface Waiting {
  readonly job: Job;
  readonly sinceMs: number;
  cancel: () => void;
}

/**
 * The requests of one endpoint: they run one after the other, in the order of their arrival. One that never ends holds
 * up those behind it and nobody else; and these are given up after their time, so that none is done when whoever asked
 * has long gone.
 */
export class RequestQueue {
  readonly #options: RequestQueueOptions;
  readonly #waiting: Waiting[] = [];
  readonly #idle: (() => void)[] = [];
  #isBusy = false;
  #isEnded = false;

  constructor(options: RequestQueueOptions) {
    this.#options = options;
  }

  /** How many wait, without the one that runs. */
  get length(): number {
    return this.#waiting.length;
  }

  /** @returns false when as many wait already as may */
  add(job: Job): boolean {
    const { clock, limit, waitMs } = this.#options;
    if (this.#isEnded) {
      job.refuse?.('ending');
      return true;
    }
    if (this.#waiting.length >= limit) return false;
    const waiting: Waiting = { job, sinceMs: job.sinceMs ?? clock.nowMs(), cancel: () => {} };
    this.#waiting.push(waiting);
    if (!this.#isBusy) void this.#work();
    else if (job.refuse !== undefined) waiting.cancel = clock.after(waitMs, () => this.#giveUp(waiting));
    return true;
  }

  /** Refuses what waits and what comes yet; the one that runs goes on. */
  end(): void {
    this.#isEnded = true;
    for (const { job, cancel } of this.#waiting.splice(0)) {
      cancel();
      job.refuse?.('ending');
    }
  }

  /** Resolves when nothing runs and nothing waits. */
  idle(): Promise<void> {
    if (!this.#isBusy) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #giveUp(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
    waiting.job.refuse?.('too-late');
  }

  async #work(): Promise<void> {
    const { clock, waitMs } = this.#options;
    this.#isBusy = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { job, sinceMs, cancel } = next;
      cancel();
      // A process that stood still comes here before its timers do.
      if (job.refuse !== undefined && clock.nowMs() - sinceMs >= waitMs) job.refuse('too-late');
      else await job.run();
    }
    this.#isBusy = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
