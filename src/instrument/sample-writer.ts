import type { Clock } from '../shared/clock.ts';
import { isAlidadeError, messageOf } from '../shared/errors.ts';
import type { KeyedSample, TelescopeState } from '../telstate/index.ts';
import type { Losses } from './simulator.ts';
import { meansUnreachable, type StoreContact } from './store-contact.ts';

/** What came of samples that were to be written. */
export interface SampleWriterStatus {
  /** Samples that were written since the start. */
  readonly written: number;
  /** Of `late` there are none. */
  readonly losses: Losses;
  readonly lastLossSeconds: number | undefined;
  /** Why samples failed last. */
  readonly lastFault: string | undefined;
}

/** Samples that may wait for the store. */
const maxWaiting = 10_000;

/** Writes samples as they come, all that wait in one step; those that a slow store has no room for are counted. */
export class SampleWriter {
  readonly #state: TelescopeState;
  readonly #contact: StoreContact;
  readonly #clock: Clock;
  readonly #losses = { slow: 0, late: 0, failed: 0, unreachable: 0 };
  #waiting: KeyedSample[] = [];
  #writing: Promise<void> | undefined;
  #written = 0;
  #lastLossSeconds: number | undefined;
  #lastFault: string | undefined;

  constructor(state: TelescopeState, contact: StoreContact, clock: Clock) {
    this.#state = state;
    this.#contact = contact;
    this.#clock = clock;
  }

  get status(): SampleWriterStatus {
    return {
      written: this.#written,
      losses: { ...this.#losses },
      lastLossSeconds: this.#lastLossSeconds,
      lastFault: this.#lastFault,
    };
  }

  /** Takes samples; what becomes of them the status tells. */
  add(samples: readonly KeyedSample[]): void {
    if (samples.length === 0) return;
    if (this.#waiting.length + samples.length > maxWaiting) {
      this.#lose(this.#contact.away?.error === undefined ? 'slow' : 'unreachable', samples.length);
      return;
    }
    this.#waiting.push(...samples);
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** What should have been a sample is none. */
  refuse(fault: string): void {
    this.#lastFault = fault;
    this.#lose('failed', 1);
  }

  /** Resolves when all that was taken is written, or given up. */
  async stop(): Promise<void> {
    await this.#writing;
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const samples = this.#waiting;
      this.#waiting = [];
      if (await this.#tryWrite(samples)) continue;
      // One of them cannot be stored; the others shall not go with it.
      for (const sample of samples) {
        if (!(await this.#tryWrite([sample]))) this.#lose('failed', 1);
      }
    }
  }

  /** Whether that is settled: written, or lost with the store away. */
  async #tryWrite(samples: readonly KeyedSample[]): Promise<boolean> {
    try {
      await this.#contact.ask(() => this.#state.addMany(samples));
      this.#written += samples.length;
      return true;
    } catch (error) {
      this.#lastFault = isAlidadeError(error) ? `${error.message} (${error.code})` : messageOf(error);
      if (!meansUnreachable(error)) return false;
      this.#lose('unreachable', samples.length);
      return true;
    }
  }

  #lose(reason: keyof Losses, samples: number): void {
    this.#losses[reason] += samples;
    this.#lastLossSeconds = this.#clock.nowMs() / 1000;
  }
}
