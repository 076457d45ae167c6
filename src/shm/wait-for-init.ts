import { AlidadeError, isAlidadeError } from '../shared/errors.ts';
import type { Space } from '../store/index.ts';

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
  const endMs = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  assertGoing(flag, signal);
  if (await isReady(space, flag)) return;
  if (timeoutMs === 0) throw timedOut(space, flag, timeoutMs);
  await using subscription = await space.subscribe({ channels: [flag] });
  let notice = subscription.next();
  notice.catch(() => undefined);
  while (!(await isReady(space, flag))) {
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) throw timedOut(space, flag, timeoutMs);
    const waking = new Wake(Math.min(lookEveryMs, leftMs), signal);
    const heard = await Promise.race([notice, waking.promise]).finally(() => waking.clear());
    assertGoing(flag, signal);
    if (heard === undefined) continue;
    if (heard.done) {
      throw new AlidadeError('ALI_STORE_CLOSED', `${space.location} was closed while waiting for ${flag}`);
    }
    notice = subscription.next();
    notice.catch(() => undefined);
  }
}

/** A moment that comes after some time, or when a signal is aborted. */
class Wake {
  readonly promise: Promise<undefined>;
  readonly #signal: AbortSignal | undefined;
  #wake: () => void = () => undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(afterMs: number, signal: AbortSignal | undefined) {
    this.promise = new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
    });
    this.#signal = signal;
    this.#timer = setTimeout(this.#wake, afterMs);
    signal?.addEventListener('abort', this.#wake, { once: true });
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#wake);
  }
}

/** Any value that is not empty counts. A store that cannot be reached at the moment may be so later. */
async function isReady(space: Space, flag: string): Promise<boolean> {
  try {
    const value = await space.read({ read: 'value', key: flag });
    return value !== undefined && value.length > 0;
  } catch (error) {
    if (!isAlidadeError(error, 'ALI_STORE_UNREACHABLE')) throw error;
    return false;
  }
}

function assertGoing(flag: string, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw new AlidadeError('ALI_ABORTED', `waiting for ${flag} was given up`, { cause: signal.reason });
}

function timedOut(space: Space, flag: string, timeoutMs: number | undefined): AlidadeError {
  return new AlidadeError(
    'ALI_TIMEOUT',
    `${flag} was not set in ${space.location} within ${(timeoutMs ?? 0) / 1000} s; has 'alidade shm init' been run?`,
  );
}
