import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'vitest';
import { numbered, summaryOf } from './message.ts';
import type { Party } from './party.ts';

/** Checks that a message of such a stream is whole. @returns its number */
export function numberOf(frames: readonly Uint8Array[], sizesBytes: readonly number[]): number {
  const i = Number.parseInt(Buffer.from(frames[0]?.subarray(0, 10) ?? []).toString('latin1'), 10);
  const wanted = numbered(i, sizesBytes);
  const isWhole = frames.length === wanted.length && wanted.every((one, k) => one.equals(frames[k] ?? one));
  if (!isWhole) expect(summaryOf(frames)).toBe(summaryOf(wanted));
  return i;
}

/** Sends numbered messages from 0 until it is told to stop. */
export class NumberedStream implements Disposable {
  sentCount = 0;
  #isOver = false;

  constructor(party: Party, sizesBytes: readonly number[]) {
    const sending = (async () => {
      while (!this.#isOver) {
        await party.send(numbered(this.sentCount, sizesBytes));
        this.sentCount += 1;
        await turn();
      }
    })();
    // A send that waits when the party is closed is refused; that is how a stream may end.
    sending.catch(() => undefined);
  }

  /** Sends no more; what waits in a send ends when the party is closed. */
  [Symbol.dispose](): void {
    this.#isOver = true;
  }
}
