import type { Value } from './value.ts';

/** A Python tuple: on the wire another thing than a list. Immutable; it takes the array over, so do not change that. */
export class Tuple<T = Value> implements Iterable<T> {
  readonly items: readonly T[];

  constructor(items: readonly T[]) {
    this.items = items;
  }

  get length(): number {
    return this.items.length;
  }

  /** The item at `index`, counted from the end when negative. */
  at(index: number): T | undefined {
    return this.items.at(index);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.items[Symbol.iterator]();
  }

  toJSON(): readonly T[] {
    return this.items;
  }
}

/**
 * A tuple of these items.
 *
 * @example await state.set('position', tuple(1, 2))
 */
export function tuple<T extends readonly unknown[]>(...items: T): Tuple<T[number]> {
  return new Tuple(items);
}
