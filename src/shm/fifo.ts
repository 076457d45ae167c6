import type { AlidadeError } from '../shared/errors.ts';
import { isAlidadeError } from '../shared/errors.ts';
import type { Space } from '../store/index.ts';
import type { AnyFields, SettableFields, SettableValue } from './field-value.ts';
import { Frame, textOf } from './frame.ts';
import { Layout } from './layout.ts';
import { frameOrNone, type Learnt, learn } from './reader.ts';
import { type SetOptions, type Setting, WrittenFrame } from './written-frame.ts';

export interface FifoOptions {
  /** Gets every item that is no frame, or not as described. It is taken off the list, and counted as malformed. */
  readonly onFault?: ((error: AlidadeError) => void) | undefined;
}

/** The list of a FIFO, beside the frame itself, which keeps its blank value and says what the fields are. */
export function fifoKey(name: string): string {
  return `${name}:fifo`;
}

/**
 * The layout of a FIFO's frame; where that has expired, as the first item has it.
 *
 * @throws as {@link learn}
 */
export async function learnFifo(
  space: Space,
  name: string,
  described: ReadonlyMap<string, Layout>,
): Promise<Layout> {
  try {
    const [learnt] = await learn(space, [name], described);
    return (learnt as Learnt).layout;
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_NOT_FOUND')) throw error;
    const [item] = await space.read({ read: 'items', key: fifoKey(name), limit: 1 });
    const frame = frameOrNone(name, item);
    if (frame === undefined) throw error;
    return Layout.found(name, frame.exact);
  }
}

/**
 * Frames in a row: what one process pushes another pops, in order and each only once, whoever else does the same.
 *
 * @example
 * const fifo = await new SharedMemory(space, { appName: 'PROP' }).dict().fifo('PROP__fifo');
 * await fifo.push({ n: 1 });
 * const frame = await fifo.pop(); // undefined when it is empty
 */
export class Fifo<F = AnyFields> {
  /** Items that were taken off the list and were no frames. */
  malformed = 0;
  readonly #space: Space;
  readonly #layout: Layout;
  readonly #key: string;
  readonly #options: FifoOptions;
  readonly #frame: WrittenFrame<F>;

  /** @internal Made by {@link DataDict.fifo}. */
  constructor(
    { space, setting }: { readonly space: Space; readonly setting: Setting },
    layout: Layout,
    options: FifoOptions,
  ) {
    this.#space = space;
    this.#layout = layout;
    this.#key = fifoKey(layout.name);
    this.#options = options;
    this.#frame = new WrittenFrame<F>(layout, layout.initial, setting);
  }

  get name(): string {
    return this.#layout.name;
  }

  /**
   * Appends a frame, whose time is now unless it is given. Fields that are not named are as in the last push.
   *
   * @throws as {@link WrittenFrame.set}, and what the store throws
   */
  async push(
    values: SettableFields<F> | readonly SettableValue[],
    options: Pick<SetOptions, 'ts'> = {},
  ): Promise<void> {
    const item = Buffer.from(this.#frame.textWith(values, options));
    await this.#space.write({ do: 'push', key: this.#key, items: [item] }, { durability: 'fast' });
  }

  /** Takes the first frame; undefined when there is none. */
  async pop(): Promise<Frame<F> | undefined> {
    for (;;) {
      const { items = [] } = await this.#space.write({ do: 'pop', key: this.#key }, { durability: 'fast' });
      const [item] = items;
      const frame = item && this.#frameOf(item);
      if (item === undefined || frame !== undefined) return frame;
    }
  }

  /** Takes all frames at once. */
  async drain(): Promise<Frame<F>[]> {
    const { items = [] } = await this.#space.write({ do: 'drain', key: this.#key }, { durability: 'fast' });
    return items.map((item) => this.#frameOf(item)).filter((frame) => frame !== undefined);
  }

  #frameOf(item: Uint8Array): Frame<F> | undefined {
    try {
      return new Frame<F>(this.name, textOf(this.name, item), this.#layout);
    } catch (error) {
      if (!isAlidadeError(error)) throw error;
      this.malformed++;
      this.#options.onFault?.(error);
      return undefined;
    }
  }
}
