import type { Sender, StreamRecord } from '../../bsread/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { AlidadeError } from '../../shared/errors.ts';

/** @throws ALI_USAGE when it is neither a number above 0 nor `max` */
export function parseSpeed(text: string): number {
  const speed = text === 'max' ? Number.POSITIVE_INFINITY : Number(text);
  if (text.trim() !== '' && speed > 0) return speed;
  throw new AlidadeError(
    'ALI_USAGE',
    `'${text}' is no speed: give a number above 0, such as 0.5 or 10, or max`,
  );
}

/** How often to look whether somebody has subscribed: a publisher is not told before it sends. */
const subscriberPollMs = 20;

/**
 * Sends records as far apart as they were, divided by `speed`; what is late is not made up for by skipping. Calls
 * `onUnwanted` for each that nobody was there for any more.
 *
 * @throws ALI_ABORTED by the signal
 */
export async function replayInTime(
  records: AsyncIterable<StreamRecord>,
  sender: Sender,
  speed: number,
  signal: AbortSignal,
  onUnwanted: () => void,
): Promise<void> {
  let start: { readonly timeNs: bigint; readonly nowMs: number } | undefined;
  for await (const { timeNs, frames } of records) {
    if (start !== undefined) {
      const dueMs = start.nowMs + Number(timeNs - start.timeNs) / 1e6 / speed;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await pause(waitMs, signal);
    }
    // The first one waits for somebody to be there.
    while ((await sender.sendFrames(frames, { signal })) === 'unwanted') {
      if (start !== undefined) {
        onUnwanted();
        break;
      }
      await pause(subscriberPollMs, signal);
    }
    start ??= { timeNs, nowMs: performance.now() };
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel();
      reject(new AlidadeError('ALI_ABORTED', 'given up by its signal'));
    };
    const cancel = systemClock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}
