interface Write {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/**
 * The metadata of one commit in the steps in which it must reach the disk; the steps are parted by syncs.
 *
 * - `hidden`: blocks that nothing on the disk leads to yet, and places that readers do not look at
 * - `index`: what leads from the index of a dataset to its new blocks and chunks
 * - `visible`: extents of datasets, links and attributes
 * - `turned`: links that lead to another object from now on, when what they led to has got its other name
 */
export type Step = 'hidden' | 'index' | 'visible' | 'turned';

export class CommitPlan {
  readonly #writes: Record<Step, Write[]> = {
    hidden: [],
    index: [],
    visible: [],
    turned: [],
  };
  readonly #afterwards: (() => void)[] = [];

  /** The bytes may not change before the commit ends. */
  write(step: Step, address: number, bytes: Uint8Array): void {
    this.#writes[step].push({ address, bytes });
  }

  /** Calls when the commit is on the disk. */
  afterwards(call: () => void): void {
    this.#afterwards.push(call);
  }

  isEmpty(step: Step): boolean {
    return this.#writes[step].length === 0;
  }

  /** In the order of their addresses, so that neighbours go to the disk together. */
  writesOf(step: Step): readonly Write[] {
    return this.#writes[step].toSorted((a, b) => a.address - b.address);
  }

  finish(): void {
    for (const call of this.#afterwards) call();
  }
}
