import { AlidadeError } from '../shared/errors.ts';
import { CancelledError, TimeoutError } from './errors.ts';

export interface EndingOptions {
  /** How long to wait at most, counted from the call; 0 looks at what is there now. Default: for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const longestTimerMs = 2 ** 31 - 1;

const nothing = (): void => undefined;

/**
 * What can end a wait early, which the process outlives until it is disposed: its signal at any moment, its time-out once {@link startTimeout} was called. `onEnd` is
 * called once when it does.
 */
export class Ending implements Disposable {
  onEnd: () => void = () => undefined;
  readonly #ended = new AbortController();
  readonly #name: string;
  readonly #options: EndingOptions;
  readonly #startedMs = performance.now();
  /** Node.js would end beside a wait in which nothing else is open: not even the timer of a signal keeps it. */
  readonly #alive: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #error: Error | undefined;
  #rejects = new Set<(error: Error) => void>();

  /** @throws CancelledError if the signal is aborted already; ALI_USAGE if the time-out is not a number. */
  constructor(name: string, options: EndingOptions) {
    this.#name = name;
    this.#options = options;
    const { timeoutMs, signal } = options;
    if (timeoutMs !== undefined && (typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs))) {
      throw new AlidadeError('ALI_USAGE', `timeoutMs is a number of milliseconds, not ${timeoutMs}`);
    }
    if (signal?.aborted) throw this.#cancelled();
    signal?.addEventListener('abort', this.#abort, { once: true });
    this.#alive = setInterval(nothing, longestTimerMs);
  }

  /** Aborted when the wait has ended, in whatever way. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Lets the time-out take effect from now on; it still counts from the beginning. */
  startTimeout(): void {
    const { timeoutMs } = this.#options;
    if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return;
    const leftMs = this.#startedMs + timeoutMs - performance.now();
    if (leftMs <= 0) {
      this.#end(new TimeoutError(`Timed out waiting for ${this.#name} after ${timeoutMs / 1000} s`));
    } else {
      this.#timer = setTimeout(() => this.startTimeout(), Math.min(Math.ceil(leftMs), longestTimerMs));
    }
  }

  throwIfEnded(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  /** Settles as the promise does, unless the wait ends before. */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#error !== undefined) reject(this.#error);
      this.#rejects.add(reject);
      promise.then(resolve, reject).finally(() => this.#rejects.delete(reject));
    });
  }

  [Symbol.dispose](): void {
    this.#options.signal?.removeEventListener('abort', this.#abort);
    clearTimeout(this.#timer);
    clearInterval(this.#alive);
    this.onEnd = () => undefined;
    this.#ended.abort();
  }

  #abort = (): void => this.#end(this.#cancelled());

  #cancelled(): CancelledError {
    return new CancelledError(`Wait for ${this.#name} cancelled`, { cause: this.#options.signal?.reason });
  }

  #end(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    this.#ended.abort();
    for (const reject of this.#rejects) reject(error);
    this.onEnd();
  }
}
