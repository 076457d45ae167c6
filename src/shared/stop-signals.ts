const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C may come as two signals: from the terminal, and once more from npm, which passes it on. */
const sameWishMs = 500;

/** Ctrl-C and its kin as a wish to end. Whoever wishes again does not wait for the end. */
export class StopSignals implements Disposable {
  readonly #abort = new AbortController();
  /** Resolves with the first of them. */
  readonly stopped: Promise<undefined>;
  readonly #onSignal: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.stopped = promise;
    let wishedMs: number | undefined;
    this.#onSignal = () => {
      wishedMs ??= performance.now();
      if (performance.now() - wishedMs > sameWishMs) process.exit(1);
      this.#abort.abort();
      resolve(undefined);
    };
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Signals end the process again, as they do by default. */
  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}
