import { setTimeout as delay } from 'node:timers/promises';
import { isAlidadeError } from '../shared/errors.ts';

const firstRetryMs = 50;
const longestRetryMs = 2000;

/** Does it again while the store cannot be reached, which reconnects for ever. Rejects when the signal is aborted. */
export async function patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isAlidadeError(error, 'ALI_STORE_UNREACHABLE')) throw error;
      await delay(waitMs, undefined, { signal });
    }
  }
}
