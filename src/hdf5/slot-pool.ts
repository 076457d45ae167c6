/** Commits that pass before a slot is used again, for readers that still hold its address. */
const restCommits = 16;

/**
 * Places in which filtered chunks stand, unencoded, while they are being filled. Each is used again when the chunk has
 * moved to its final place, and the readers who may have known the slot had time to look anew.
 */
export class SlotPool {
  readonly #free: { readonly address: number; readonly fromCommit: number }[] = [];

  take(commitCount: number): number | undefined {
    const oldest = this.#free[0];
    return oldest === undefined || oldest.fromCommit > commitCount ? undefined : this.#free.shift()?.address;
  }

  give(address: number, commitCount: number): void {
    this.#free.push({ address, fromCommit: commitCount + restCommits });
  }
}
