const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Ctrl-C and its kin as a wish to end. A second one does not wait for the end. */
export class StopSignals implements Disposable {
  readonly #abort = new AbortController();
  /** Resolves with the first of them. */
  readonly stopped: Promise<undefined>;
  readonly #onSignal: () => void;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.stopped = promise;
    this.#onSignal = () => {
      if (this.#abort.signal.aborted) process.exit(1);
      this.#abort.abort();
      resolve(undefined);
    };
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}
