/** Rates are of the last seconds, of which so many are kept. */
const keptSeconds = 10;

/** Messages and bytes a second, over the last seconds. */
export class RateMeter {
  readonly #nowMs: () => number;
  #messages = new Float64Array(keptSeconds + 1);
  #bytes = new Float64Array(keptSeconds + 1);
  #second = 0;
  #startMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  add(sizeBytes: number): void {
    const slot = this.#advance();
    this.#messages[slot] = (this.#messages[slot] ?? 0) + 1;
    this.#bytes[slot] = (this.#bytes[slot] ?? 0) + sizeBytes;
  }

  /** Of the whole seconds that are over; of the time since the start while there is none. */
  rates(): { readonly messagesPerSecond: number; readonly bytesPerSecond: number } {
    const current = this.#advance();
    const elapsed = Math.min(keptSeconds, this.#second);
    const isYoung = elapsed === 0;
    const over = isYoung ? Math.max(1, this.#nowMs() - this.#startMs) / 1000 : elapsed;
    const sum = (counts: Float64Array) => {
      const all = counts.reduce((total, count) => total + count, 0);
      return Math.round(((isYoung ? all : all - (counts[current] ?? 0)) / over) * 100) / 100;
    };
    return { messagesPerSecond: sum(this.#messages), bytesPerSecond: sum(this.#bytes) };
  }

  #advance(): number {
    const nowMs = this.#nowMs();
    // A clock that was set back would hold the rates as they are for as long.
    this.#startMs = Math.min(this.#startMs, nowMs - this.#second * 1000);
    const second = Math.floor((nowMs - this.#startMs) / 1000);
    const slots = keptSeconds + 1;
    for (let at = Math.max(this.#second + 1, second - keptSeconds); at <= second; at++) {
      this.#messages[at % slots] = 0;
      this.#bytes[at % slots] = 0;
    }
    this.#second = second;
    return second % slots;
  }
}
