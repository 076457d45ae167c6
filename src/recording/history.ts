import type { PulseMessage } from '../bsread/index.ts';

/** The last messages of a stream, so that a recording can begin in the past. */
export class History {
  readonly #mostMessages: number;
  readonly #mostBytes: number;
  #messages: PulseMessage[] = [];
  #sizeBytes = 0;
  /** How many messages came before the first that is kept. */
  #gone = 0;

  constructor(mostMessages: number, mostBytes: number) {
    this.#mostMessages = mostMessages;
    this.#mostBytes = mostBytes;
  }

  get isKept(): boolean {
    return this.#mostMessages > 0;
  }

  add(message: PulseMessage): void {
    if (!this.isKept) return;
    this.#messages.push(message);
    this.#sizeBytes += sizeOf(message);
    let excess = 0;
    while (this.#messages.length - excess > this.#mostMessages || this.#sizeBytes > this.#mostBytes) {
      const oldest = this.#messages[excess];
      if (oldest === undefined) break;
      this.#sizeBytes -= sizeOf(oldest);
      excess++;
    }
    if (excess === 0) return;
    this.#messages =
      excess === 1 && this.#messages.shift() !== undefined ? this.#messages : this.#messages.slice(excess);
    this.#gone += excess;
  }

  /** All that are kept, and those that come meanwhile. */
  *fromOldest(): Generator<PulseMessage, void> {
    for (let next = this.#gone; ; next++) {
      next = Math.max(next, this.#gone);
      const message = this.#messages[next - this.#gone];
      if (message === undefined) return;
      yield message;
    }
  }
}

function sizeOf({ frames }: PulseMessage): number {
  let sum = 0;
  for (const { length } of frames) sum += length + 128;
  return sum;
}
