import type { AlidadeError } from '../shared/errors.ts';
import { isAlidadeError } from '../shared/errors.ts';
import type { Space } from '../store/index.ts';
import { type Frame, textOf } from './frame.ts';
import type { Layout } from './layout.ts';
import { type Listener, type ListenerParts, openListener } from './listener.ts';
import { type FoundText, readValues, setFrame } from './reader.ts';

export interface ListenOptions {
  /** What is news: the `first` frame was written (default), `any` of them, or `all` of them since the last time. */
  readonly mode?: 'first' | 'any' | 'all' | undefined;
  /**
   * `current` (default): begins with the frames as they are, where they were ever set. `declared`: with what was written
   * since they were declared, so that a command of yesterday is not obeyed today.
   */
  readonly from?: 'current' | 'declared' | undefined;
  /** Ends the listening: its iteration ends, and throws nothing. */
  readonly signal?: AbortSignal | undefined;
  /** Gets what is no frame, or not as described, whose place is then undefined; without this the iteration throws. */
  readonly onFault?: ((error: AlidadeError) => void) | undefined;
}

export interface Member {
  readonly layout: Layout;
  /** What it was when it was declared. */
  readonly text: FoundText;
}

interface OpenOptions extends ListenOptions {
  readonly owners: ListenerParts<unknown>['owners'];
}

/** A member as it was seen last. */
interface Seen {
  readonly layout: Layout;
  readonly value: Uint8Array | undefined;
  readonly frame: Frame | undefined;
  /** Whether it was written since the group was given last. */
  readonly isNews: boolean;
}

/** Listens to a group of frames. What is news is told by comparing values; notices only say that it is time to look. */
export class GroupListener {
  readonly #space: Space;
  readonly #options: OpenOptions;
  readonly #names: readonly string[];
  /** How many of the members count. */
  readonly #counting: number;
  #seen: readonly Seen[];

  private constructor(space: Space, members: readonly Member[], options: OpenOptions) {
    this.#space = space;
    this.#options = options;
    this.#names = members.map(({ layout }) => layout.name);
    this.#counting = options.mode === 'any' || options.mode === 'all' ? members.length : 1;
    const isKnown = options.from === 'declared';
    this.#seen = members.map(({ layout, text }) => ({
      layout,
      value: isKnown && text !== undefined ? Buffer.from(text) : undefined,
      frame: isKnown ? setFrame(layout.name, text, layout) : undefined,
      isNews: false,
    }));
  }

  static open(
    space: Space,
    members: readonly Member[],
    options: OpenOptions,
  ): Promise<Listener<readonly (Frame | undefined)[]>> {
    const group = new GroupListener(space, members, options);
    const look = () => group.#look();
    const filter = { channels: group.#names.slice(0, group.#counting) };
    return openListener(space, filter, {
      look,
      heard: look,
      signal: options.signal,
      owners: options.owners,
    });
  }

  /** The frames, if they are news. */
  async #look(): Promise<(readonly (Frame | undefined)[])[]> {
    const values = await readValues(this.#space, this.#names);
    this.#seen = this.#seen.map((seen, i) => this.#seenNow(seen, values[i]));
    const counting = this.#seen.slice(0, this.#counting);
    const isNews =
      this.#options.mode === 'all'
        ? counting.every((seen) => seen.isNews)
        : counting.some((seen) => seen.isNews);
    if (!isNews) return [];
    this.#seen = this.#seen.map((seen) => ({ ...seen, isNews: false }));
    return [this.#seen.map(({ frame }) => frame)];
  }

  #seenNow(before: Seen, value: Uint8Array | undefined): Seen {
    if (isSame(value, before.value)) return before;
    const { layout } = before;
    try {
      const frame = setFrame(layout.name, value && textOf(layout.name, value), layout);
      return { layout, value, frame, isNews: frame !== undefined };
    } catch (error) {
      if (this.#options.onFault === undefined || !isAlidadeError(error)) throw error;
      this.#options.onFault(error);
      return { layout, value, frame: undefined, isNews: false };
    }
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : Buffer.compare(a, b) === 0;
}
