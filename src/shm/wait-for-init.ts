import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import type { Space, StoreEvent, Subscription } from '../store/index.ts';

export interface WaitOptions {
  /** How long to wait at most; 0 looks once. Default: for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Programs in Python set the flag without a notice. */
const lookEveryMs = 250;

/** See {@link SharedMemory.waitForInit}. */
export async function waitForInit(
  space: Space,
  flag: string,
  { timeoutMs, signal }: WaitOptions,
): Promise<void> {
  if (timeoutMs !== undefined && !(timeoutMs >= 0)) {
    throw new AlidadeError('ALI_USAGE', `timeoutMs is a number of milliseconds, not ${timeoutMs}`);
  }
  const wait = new Wait(space, flag);
  const abort = () => wait.end(aborted(flag, signal));
  if (signal?.aborted) throw aborted(flag, signal);
  signal?.addEventListener('abort', abort, { once: true });
  // Without a timer the first look may take its time.
  const hasTimer = timeoutMs !== undefined && timeoutMs > 0 && timeoutMs <= longestTimerMs;
  const timer = hasTimer
    ? setTimeout(() => wait.end(timedOut(space, flag, timeoutMs)), timeoutMs)
    : undefined;
  try {
    if (await wait.isReady()) return;
    if (timeoutMs === 0) throw timedOut(space, flag, timeoutMs);
    do await wait.step();
    while (!(await wait.isReady()));
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await wait.close();
  }
}

const longestTimerMs = 2 ** 31 - 1;

/** A wait that can be ended at any moment. A store that cannot be reached may be there later. */
class Wait {
  readonly #space: Space;
  readonly #flag: string;
  readonly #ended: Promise<never>;
  #subscription: Subscription | undefined;
  #notice: Promise<IteratorResult<StoreEvent>> | undefined;
  #isOver = false;
  /** Rejects what is under way. */
  end: (error: AlidadeError) => void = () => undefined;

  constructor(space: Space, flag: string) {
    this.#space = space;
    this.#flag = flag;
    this.#ended = new Promise((_resolve, reject) => {
      this.end = reject;
    });
    this.#ended.catch(() => undefined);
  }

  /** Any value that is not empty counts. */
  async isReady(): Promise<boolean> {
    const value = await this.#reached(this.#space.read({ read: 'value', key: this.#flag }));
    return value !== undefined && value.length > 0;
  }

  /** Subscribes; or, where that is done, resolves with the next notice, or when it is time to look. */
  async step(): Promise<void> {
    if (this.#subscription === undefined) {
      const subscribing = this.#space.subscribe({ channels: [this.#flag] });
      subscribing
        .then(async (late) => {
          if (this.#isOver) await late.close();
        })
        .catch(() => undefined);
      this.#subscription = await this.#reached(subscribing);
      if (this.#subscription !== undefined) return;
    }
    this.#notice ??= this.#subscription?.next();
    this.#notice?.catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const look = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), lookEveryMs);
    });
    try {
      const heard = await Promise.race([this.#notice ?? look, look, this.#ended]);
      if (heard === undefined) return;
      this.#notice = undefined;
      if (!heard.done) return;
    } finally {
      clearTimeout(timer);
    }
    throw new AlidadeError(
      'ALI_STORE_CLOSED',
      `${this.#space.location} was closed while waiting for ${this.#flag}`,
    );
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#subscription?.close();
  }

  /** What the store gives; undefined where it cannot be reached. */
  async #reached<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await Promise.race([work, this.#ended]);
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_STORE_UNREACHABLE')) throw error;
      return undefined;
    }
  }
}

function aborted(flag: string, signal: AbortSignal | undefined): AlidadeError {
  return new AlidadeError('ALI_ABORTED', `waiting for ${flag} was given up`, { cause: signal?.reason });
}

function timedOut(space: Space, flag: string, timeoutMs: number | undefined): AlidadeError {
  return new AlidadeError(
    'ALI_TIMEOUT',
    `${flag} was not set in ${space.location} within ${(timeoutMs ?? 0) / 1000} s; has 'alidade shm init' been run?`,
  );
}
