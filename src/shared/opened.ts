/**
 * What was opened on the way, to be closed in reverse order: as much of JavaScript's AsyncDisposableStack as is used
 * here, which Node.js 22 does not have.
 *
 * @example
 * await using opened = new Opened();
 * const store = opened.use(await openStore('memory:'));
 * const space = await store.space('state'); // should this throw, the store is closed
 * const close = opened.move(); // from here on nothing is closed at the end of the block
 */
export class Opened implements AsyncDisposable {
  #closers: (() => void | PromiseLike<void>)[] = [];

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  defer(close: () => void | PromiseLike<void>): void {
    this.#closers.push(close);
  }

  /** Leaves the closing to the caller, who calls what this gives, as often as he likes. */
  move(): () => Promise<void> {
    const moved = new Opened();
    moved.#closers = this.#closers;
    this.#closers = [];
    let closing: Promise<void> | undefined;
    return () => {
      closing ??= moved[Symbol.asyncDispose]();
      return closing;
    };
  }

  /** Closes everything, also where some of it fails. @throws the first failure */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
