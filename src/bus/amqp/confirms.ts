/** What became of a message: a queue has it, no queue is bound to its key, or the broker could not take it. */
export type Outcome = 'taken' | 'returned' | 'refused';

interface Unconfirmed {
  /** Where it was to go, when a return is wished for. */
  readonly address: string | undefined;
  readonly sinceMs: number;
  outcome: Outcome;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onLost: (error: unknown) => void;
}

/** Messages that the broker has not confirmed. A return comes before the confirmation of its message. */
export class Confirms {
  readonly #unconfirmed = new Map<number, Unconfirmed>();
  readonly #returnable = new Map<string, Unconfirmed[]>();
  #last = 0;

  get size(): number {
    return this.#unconfirmed.size;
  }

  /** How long the oldest waits. */
  oldestMs(nowMs: number): number {
    for (const { sinceMs } of this.#unconfirmed.values()) return nowMs - sinceMs;
    return 0;
  }

  /** In the order in which messages are sent: the broker counts them too. */
  add(
    address: string | undefined,
    nowMs: number,
    onOutcome: (outcome: Outcome) => void,
    onLost: (error: unknown) => void,
  ): void {
    const entry: Unconfirmed = { address, sinceMs: nowMs, outcome: 'taken', onOutcome, onLost };
    this.#unconfirmed.set(++this.#last, entry);
    if (address === undefined) return;
    const same = this.#returnable.get(address);
    if (same === undefined) this.#returnable.set(address, [entry]);
    else same.push(entry);
  }

  onReturn(address: string): void {
    const entry = this.#returnable.get(address)?.find(({ outcome }) => outcome === 'taken');
    if (entry !== undefined) entry.outcome = 'returned';
  }

  onConfirm(tag: number, isMultiple: boolean, isTaken: boolean): void {
    if (!isMultiple) {
      this.#end(tag, isTaken);
      return;
    }
    for (const older of this.#unconfirmed.keys()) {
      if (older > tag) break;
      this.#end(older, isTaken);
    }
  }

  /** The connection is gone, or they have waited too long. */
  loseAll(error: unknown): void {
    const lost = [...this.#unconfirmed.values()];
    this.#unconfirmed.clear();
    this.#returnable.clear();
    for (const { onLost } of lost) onLost(error);
  }

  #end(tag: number, isTaken: boolean): void {
    const entry = this.#unconfirmed.get(tag);
    if (entry === undefined) return;
    this.#unconfirmed.delete(tag);
    this.#forget(entry);
    entry.onOutcome(isTaken ? entry.outcome : 'refused');
  }

  #forget(entry: Unconfirmed): void {
    if (entry.address === undefined) return;
    const same = this.#returnable.get(entry.address);
    const index = same?.indexOf(entry) ?? -1;
    if (index >= 0) same?.splice(index, 1);
    if (same?.length === 0) this.#returnable.delete(entry.address);
  }
}
