import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import { Opened } from '../shared/opened.ts';
import { type Key, openStore, type Space, type Store } from '../store/index.ts';
import { DataDict } from './data-dict.ts';
import type { Description } from './description.ts';
import type { AnyFrames, FrameTypes } from './field-value.ts';
import type { Frame } from './frame.ts';
import type { FrameLog } from './frame-log.ts';
import { type InitOptions, initFrames } from './init.ts';
import { Layout } from './layout.ts';
import type { Listener } from './listener.ts';
import { openPatternListener, type PatternOptions } from './pattern-listener.ts';
import { findFrames } from './reader.ts';
import { microseconds } from './time.ts';
import { type WaitOptions, waitForInit } from './wait-for-init.ts';
import type { Setting } from './written-frame.ts';

export interface SharedMemoryOptions {
  /** The sender of the frames that are set here. Default: `alidade`. */
  readonly appName?: string | undefined;
  /**
   * What the frames are: their fields are then checked whenever they are set, read, or declared. A type argument should
   * come from the same description, which nothing else holds it to.
   */
  readonly descriptions?: readonly Description[] | undefined;
  /** Refuse NaN and the infinities, which JSON has not and only Python reads. */
  readonly strict?: boolean | undefined;
  /** Gets a row for every set and every push. It is closed with this. */
  readonly log?: FrameLog | undefined;
  /** The time of what is set, in Unix seconds. Default: the wall clock. */
  readonly clock?: (() => number) | undefined;
}

export interface OpenSharedMemoryOptions extends SharedMemoryOptions {
  /** Make the folder of a `sqlite:` store when it is missing (default). */
  readonly create?: boolean | undefined;
  /** How long to wait for a Redis server that does not answer yet (default: the 5 seconds of one attempt). */
  readonly waitMs?: number | undefined;
  /** Gives up that waiting. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Frames: the small records that the processes of an instrument share, each the latest of its kind. On Redis they are
 * on the wire what SimpleSHM writes and reads.
 *
 * The type argument has the fields of each frame, as `alidade shm types` writes them.
 *
 * @example
 * interface RobotFrames {
 *   BATTERY__measures: { uBat: number };
 * }
 * const shm = new SharedMemory<RobotFrames>(space, { appName: 'BATTERY' });
 * const measures = await shm.dict().read('BATTERY__measures');
 * console.log(measures?.values.uBat);
 */
export class SharedMemory<T extends FrameTypes<T> = AnyFrames> implements AsyncDisposable {
  /** The space it stands on. */
  readonly space: Space;
  readonly appName: string;
  readonly #described: ReadonlyMap<string, Layout>;
  readonly #setting: Setting;
  readonly #options: SharedMemoryOptions;
  readonly #store: Store | undefined;
  readonly #listeners = new Set<Listener<unknown>>();

  /**
   * @param store is closed together with this, where it is given
   * @throws ALI_USAGE where the name of the application is empty
   */
  constructor(space: Space, options: SharedMemoryOptions = {}, store?: Store) {
    this.space = space;
    this.appName = options.appName ?? 'alidade';
    if (this.appName === '') {
      throw new AlidadeError(
        'ALI_USAGE',
        'the name of the application is empty: a frame without a sender counts as never set',
      );
    }
    this.#options = options;
    this.#store = store;
    this.#described = new Map(
      (options.descriptions ?? []).map((description) => [description.name, Layout.described(description)]),
    );
    const clock = options.clock ?? microseconds();
    const { log } = options;
    this.#setting = {
      sender: this.appName,
      strict: options.strict ?? false,
      clock,
      log: log && (({ name, sender, text }) => log.add(name, sender, text, clock())),
    };
  }

  /** The frames of one application, or of a part of it. Its listeners end with this at the latest. */
  dict(): DataDict<T> {
    return new DataDict<T>({
      space: this.space,
      described: this.#described,
      setting: this.#setting,
      listeners: this.#listeners,
    });
  }

  /** The frames whose names match a glob, in the order of their names, also those that were never set. */
  find(glob: Key = '*'): Promise<Frame[]> {
    return findFrames(this.space, glob);
  }

  /** Names of the frames, in their order. */
  async names(glob: Key = '*'): Promise<string[]> {
    return (await this.find(glob)).map(({ name }) => name);
  }

  /**
   * Puts frames into the space with their blank values, empties their FIFOs, and sets the flag, for which applications
   * wait; all in one atomic step. Nothing else is touched, unless `flush` says so.
   *
   * @param flag the name of the key that is set to `OK`: the value of an environment variable, as the applications have it
   * @throws ALI_USAGE when there are no descriptions, or the flag is one of the frames
   * @example
   * await new SharedMemory(space).init(await readDescriptions(['frames.json']), 'ROBOT_READY');
   */
  init(descriptions: readonly Description[], flag?: string, options: InitOptions = {}): Promise<void> {
    return initFrames(this.space, descriptions, flag, options);
  }

  /**
   * Waits until the flag is set. It wakes with the notice of {@link init}, and looks four times a second for programs
   * that send none. A store that goes away meanwhile is waited for as well.
   *
   * @throws ALI_TIMEOUT; ALI_ABORTED when the signal is aborted; ALI_STORE_CLOSED
   * @example await new SharedMemory(space).waitForInit('ROBOT_READY', { timeoutMs: 10_000 })
   */
  waitForInit(flag: string, options: WaitOptions = {}): Promise<void> {
    return waitForInit(this.space, flag, options);
  }

  /**
   * Listens to all frames whose names match a glob, also to those that come later, and gives each one that was written.
   * Resolves when nothing that is written later can be missed. Who is slower than the writers gets the latest of each.
   *
   * @throws the iteration ALI_DECODE and ALI_SHM_LAYOUT, where there is no `onFault`
   * @example
   * for await (const frame of await new SharedMemory(space).listenToMatching('BATTERY__*', { signal })) {
   *   console.log(frame.name, frame.text);
   * }
   */
  listenToMatching(glob: string, options: PatternOptions = {}): Promise<Listener<Frame>> {
    const owners = [this.#listeners];
    return openPatternListener(this.space, glob, this.#described, { ...options, owners });
  }

  /** Ends all listeners, closes the log when it is written, and the store if it was opened together with this. */
  async close(): Promise<void> {
    await using opened = new Opened();
    opened.defer(() => this.#store?.close());
    opened.defer(() => this.#options.log?.close());
    for (const listener of this.#listeners) opened.use(listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Opens frames on a store of their own, which is closed with them: `memory:`, `sqlite:FOLDER` or `redis://HOST`; without
 * a place the nearest `.alidade` folder.
 *
 * @throws what `openStore` throws; ALI_ABORTED
 * @example await using shm = await openSharedMemory('redis://localhost', { appName: 'BATTERY' })
 */
export async function openSharedMemory<T extends FrameTypes<T> = AnyFrames>(
  place?: string,
  { create, waitMs = 0, signal, ...options }: OpenSharedMemoryOptions = {},
): Promise<SharedMemory<T>> {
  const endMs = performance.now() + waitMs;
  const open = () => openStore(place, create === undefined ? {} : { create });
  const store = await whenReachable(open, endMs, signal);
  try {
    return new SharedMemory<T>(await store.space('shm'), options, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function whenReachable(
  open: () => Promise<Store>,
  endMs: number,
  signal: AbortSignal | undefined,
): Promise<Store> {
  for (;;) {
    if (signal?.aborted)
      throw new AlidadeError('ALI_ABORTED', 'waiting for the store was given up', { cause: signal.reason });
    try {
      return await open();
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_STORE_UNREACHABLE') || performance.now() >= endMs) throw error;
    }
  }
}
