import { AlidadeError } from '../shared/errors.ts';
import type { Space, WriteOptions } from '../store/index.ts';
import type { AnyFrames, FrameTypes, NameOf } from './field-value.ts';
import { Fifo, type FifoOptions, learnFifo } from './fifo.ts';
import type { Frame } from './frame.ts';
import { GroupListener, type ListenOptions } from './group-listener.ts';
import type { Layout } from './layout.ts';
import type { Listener } from './listener.ts';
import { frameWrite } from './notice.ts';
import { type FoundText, type Learnt, learn, readTexts, setFrame } from './reader.ts';
import { type Setting, WrittenFrame } from './written-frame.ts';

/** Frames in the order of their names; undefined where there is none, or one that was never set. */
export type FramesOf<T, N extends readonly NameOf<T>[]> = {
  -readonly [I in keyof N]: Frame<T[N[I]]> | undefined;
};

export type WrittenFramesOf<T, N extends readonly NameOf<T>[]> = {
  -readonly [I in keyof N]: WrittenFrame<T[N[I]]>;
};

/** What a dict is made of. */
export interface DictContext {
  readonly space: Space;
  readonly described: ReadonlyMap<string, Layout>;
  readonly setting: Setting;
  /** The listeners of all dicts. */
  readonly listeners: Set<Listener<unknown>>;
}

/**
 * The frames that an application works with: those that it reads, those that it writes, and those that it listens to.
 * It is iterated over and over: each step reads what was declared to be read. Closing it ends its listeners.
 *
 * @example
 * await using dict = new SharedMemory(space, { appName: 'BATTERY' }).dict();
 * const [measures, state] = await dict.declareToWrite(['BATTERY__measures', 'BATTERY__state']);
 * measures.set({ uBat: 12.5 });
 * state.set({ charging: true });
 * await dict.flush(); // both at once, each with its notice
 */
export class DataDict<T extends FrameTypes<T> = AnyFrames> implements AsyncDisposable {
  readonly #context: DictContext;
  readonly #read = new Map<string, Layout>();
  readonly #written = new Map<string, WrittenFrame<never>>();
  readonly #listened = new Map<string, { readonly layout: Layout; readonly text: FoundText }>();
  readonly #listeners = new Set<Listener<unknown>>();

  /** @internal Made by {@link SharedMemory.dict}. */
  constructor(context: DictContext) {
    this.#context = context;
  }

  /**
   * Declares frames that {@link next} reads.
   *
   * @throws ALI_NOT_FOUND where a frame is neither described nor in the store; ALI_DECODE; ALI_SHM_LAYOUT
   */
  async declareToRead(names: NameOf<T> | readonly NameOf<T>[]): Promise<void> {
    for (const { layout } of await this.#learn(listOf(names))) this.#read.set(layout.name, layout);
  }

  /**
   * Declares frames that {@link flush} writes. Each begins with the values that it has in the store, so that a program
   * can set some of the fields; declared once more it is the same frame.
   *
   * @throws ALI_NOT_FOUND, ALI_DECODE; ALI_SHM_LAYOUT also where the store has fields that the description has not
   */
  async declareToWrite<N extends NameOf<T>>(name: N): Promise<WrittenFrame<T[N]>>;
  async declareToWrite<const N extends readonly NameOf<T>[]>(names: N): Promise<WrittenFramesOf<T, N>>;
  async declareToWrite(names: NameOf<T> | readonly NameOf<T>[]): Promise<unknown> {
    const learnt = await this.#learn(listOf(names));
    for (const { layout, frame } of learnt) if (frame !== undefined) layout.assertSame(frame.exact);
    const frames = learnt.map(({ layout, frame }) => this.#writtenOf(layout, frame));
    return typeof names === 'string' ? frames[0] : frames;
  }

  /**
   * Declares frames to listen to. {@link listenTo} with `from: 'declared'` gives what is written from now on.
   *
   * @throws ALI_NOT_FOUND, ALI_DECODE, ALI_SHM_LAYOUT
   */
  async declareToListen(names: NameOf<T> | readonly NameOf<T>[]): Promise<void> {
    for (const { layout, frame } of await this.#learn(listOf(names))) {
      this.#listened.set(layout.name, { layout, text: frame?.text });
    }
  }

  /** A frame that was declared to be written. @throws ALI_NOT_FOUND when it was not */
  frame<N extends NameOf<T>>(name: N): WrittenFrame<T[N]> {
    const frame = this.#written.get(name);
    if (frame !== undefined) return frame as unknown as WrittenFrame<T[N]>;
    const declared = [...this.#written.keys()].join(', ') || 'none';
    throw new AlidadeError('ALI_NOT_FOUND', `${name} was not declared to be written; declared: ${declared}`);
  }

  /**
   * Frames as they are in the store at one moment.
   *
   * @throws ALI_NOT_FOUND when one is neither declared, described nor in the store; ALI_DECODE, ALI_SHM_LAYOUT
   * @example const [command] = await new SharedMemory(space).dict().read(['BATTERY__command']);
   */
  async read<N extends NameOf<T>>(name: N): Promise<Frame<T[N]> | undefined>;
  async read<const N extends readonly NameOf<T>[]>(names: N): Promise<FramesOf<T, N>>;
  async read(names: NameOf<T> | readonly NameOf<T>[]): Promise<unknown> {
    const list = listOf(names);
    const unknown = list.filter((name) => !this.#layoutOf(name));
    if (unknown.length > 0) await this.#learn(unknown);
    const texts = await readTexts(this.#context.space, list);
    const frames = list.map((name, i) => setFrame(name, texts[i], this.#layoutOf(name)));
    return typeof names === 'string' ? frames[0] : frames;
  }

  /**
   * The frames that were declared to be read, in the order of their declaration, as they are in the store at one moment.
   *
   * @throws ALI_DECODE, ALI_SHM_LAYOUT
   */
  async next(): Promise<readonly (Frame<T[NameOf<T>]> | undefined)[]> {
    const declared = [...this.#read.values()];
    const texts = await readTexts(
      this.#context.space,
      declared.map(({ name }) => name),
    );
    // The layouts were made from the descriptions that T stands for.
    return declared.map((layout, i) => setFrame(layout.name, texts[i], layout)) as (
      | Frame<T[NameOf<T>]>
      | undefined
    )[];
  }

  /** {@link next} again and again, as fast as the loop takes them; other work of the process comes to its turn between. */
  async *[Symbol.asyncIterator](): AsyncGenerator<readonly (Frame<T[NameOf<T>]> | undefined)[], never> {
    for (;;) {
      yield await this.next();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /**
   * Writes all frames that were set since the last flush, in one atomic step, each with its notice; nothing when there
   * are none. Several flushes may be under way at once, and are done in their order. `fast` unless asked otherwise: it
   * resolves when every process sees the frames, and a power cut may lose the last ones.
   *
   * @throws what the store throws. What was not set again meanwhile is then flushed with the next flush.
   */
  async flush({ durability = 'fast' }: WriteOptions = {}): Promise<void> {
    const taken = Array.from(this.#written, ([name, frame]) => ({ name, outgoing: frame.take() })).filter(
      ({ outgoing }) => outgoing !== undefined,
    );
    if (taken.length === 0) return;
    const operations = taken.map(({ name, outgoing }) =>
      frameWrite(name, outgoing?.text ?? '', outgoing?.expireMs),
    );
    try {
      await this.#context.space.batch([], operations, { durability });
    } catch (error) {
      for (const { outgoing } of taken) outgoing?.restore();
      throw error;
    }
  }

  /** The other name of {@link flush}. */
  write(options: WriteOptions = {}): Promise<void> {
    return this.flush(options);
  }

  /**
   * Listens to a group of frames, and gives all of them as they are at one moment: first as they are now, then whenever
   * one of them was written. Resolves when nothing that is written later can be missed. Who is slower than the writers
   * gets the latest values, and so does who was away from the store. One value of a frame is given as news only once.
   *
   * @throws ALI_NOT_FOUND, ALI_DECODE, ALI_SHM_LAYOUT; the iteration throws the last two where there is no `onFault`
   * @example
   * const dict = new SharedMemory(space).dict();
   * for await (const [command] of await dict.listenTo(['BATTERY__command'], { signal })) {
   *   console.log(command?.values);
   * }
   */
  async listenTo<const N extends readonly NameOf<T>[]>(
    names: N,
    options: ListenOptions = {},
  ): Promise<Listener<FramesOf<T, N>>> {
    if (names.length === 0) throw new AlidadeError('ALI_USAGE', 'name the frames to listen to');
    const undeclared = names.filter((name) => !this.#listened.has(name));
    if (undeclared.length > 0) await this.declareToListen(undeclared);
    const members = names.flatMap((name) => this.#listened.get(name) ?? []);
    const owners = [this.#listeners, this.#context.listeners];
    const listener = await GroupListener.open(this.#context.space, members, { ...options, owners });
    // The members are in the order of the names.
    return listener as unknown as Listener<FramesOf<T, N>>;
  }

  /**
   * The FIFO of a frame.
   *
   * @throws ALI_NOT_FOUND, ALI_DECODE, ALI_SHM_LAYOUT
   */
  async fifo<N extends NameOf<T>>(name: N, options: FifoOptions = {}): Promise<Fifo<T[N]>> {
    const layout = await learnFifo(this.#context.space, name, this.#context.described);
    return new Fifo<T[N]>(this.#context, layout, options);
  }

  /** Ends the listeners. What was set and not flushed is not written. */
  async close(): Promise<void> {
    await Promise.all([...this.#listeners].map((listener) => listener.close()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #layoutOf(name: string): Layout | undefined {
    return this.#context.described.get(name) ?? this.#read.get(name) ?? this.#listened.get(name)?.layout;
  }

  #learn(names: readonly string[]): Promise<Learnt[]> {
    return learn(this.#context.space, names, this.#context.described);
  }

  #writtenOf(layout: Layout, frame: Frame | undefined): WrittenFrame<never> {
    let written = this.#written.get(layout.name);
    if (written === undefined) {
      written = new WrittenFrame<never>(layout, frame?.exact ?? layout.initial, this.#context.setting);
      this.#written.set(layout.name, written);
    }
    return written;
  }
}

function listOf<N>(names: N | readonly N[]): readonly N[] {
  return Array.isArray(names) ? (names as readonly N[]) : [names as N];
}
