import { messageOf } from '../../shared/errors.ts';
import type { CalibratedValue } from '../calibration/calibration.ts';
import type { EndpointContext } from '../endpoint.ts';
import type { Answer } from '../value.ts';
import { judge, type LogLimits, type LogReading, type LogRules } from './log-rule.ts';
import { startSchedule } from './schedule.ts';

/** What a reading comes from, and where it goes. */
export interface ReadingSource {
  readonly name: string;
  readonly context: EndpointContext;
  /** Reads in the endpoint's turn; null where there is nothing to be logged. */
  read(): Promise<CalibratedValue | null>;
  /** Resolves with whether it was sent. */
  send(payload: Answer): Promise<boolean>;
  limits(): LogLimits;
  readonly rules: LogRules;
}

/** The scheduled logging of one endpoint: when it reads, what of it is sent, and what went wrong. */
export class ReadingLog {
  readonly #source: ReadingSource;
  #last: LogReading | undefined;
  #end: (() => void) | undefined;
  #lastProblem: string | undefined;
  #skipped = 0;
  #failures = 0;

  constructor(source: ReadingSource) {
    this.#source = source;
  }

  get isOn(): boolean {
    return this.#end !== undefined;
  }

  /** Readings that fell out because the one before was still being made, or the process stood still. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Readings that could not be made or judged. */
  get failures(): number {
    return this.#failures;
  }

  /** Begins to read, at once or after one interval; what ran before ends. */
  start(isImmediate: boolean): void {
    this.stop();
    const { context, name } = this.#source;
    this.#end = startSchedule({
      clock: context.clock,
      intervalMs: this.#source.limits().logIntervalSeconds * 1000,
      isImmediate,
      action: () => this.logReading(),
      onSkipped: (count) => {
        if (this.#skipped === 0) {
          context.log.warning('a reading takes longer than log_interval; some are left out', {
            endpoint: name,
          });
        }
        this.#skipped += count;
      },
    });
  }

  stop(): void {
    this.#end?.();
    this.#end = undefined;
  }

  /** Makes one reading, and sends it if the rule says so. What goes wrong is logged once, until something else does. */
  async logReading(): Promise<void> {
    const { context, rules, name } = this.#source;
    try {
      const value = await this.#source.read();
      if (value !== null) {
        const { isDue, reading } = judge(
          rules,
          this.#source.limits(),
          value,
          context.clock.nowMs(),
          this.#last,
        );
        // One that nobody got is none that the next is compared with: the change would never be told.
        if (isDue && (await this.#source.send(value))) this.#last = reading;
      }
      if (this.#lastProblem !== undefined) context.log.info('readings are logged again', { endpoint: name });
      this.#lastProblem = undefined;
    } catch (error) {
      this.#failures += 1;
      const problem = messageOf(error);
      if (problem !== this.#lastProblem)
        context.log.warning(`a reading was not logged: ${problem}`, { endpoint: name });
      this.#lastProblem = problem;
    }
  }

  /** Takes note of a value that a set has sent. v1 and v2 do not. */
  noteSent(value: CalibratedValue): void {
    const { context, rules } = this.#source;
    if (rules === 'v1' || rules === 'v2') return;
    try {
      this.#last = judge(rules, this.#source.limits(), value, context.clock.nowMs(), undefined).reading;
    } catch {
      // A value that the rule cannot judge is nothing that the next could be compared with.
    }
  }
}
