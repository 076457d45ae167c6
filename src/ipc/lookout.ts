/** About as long as a processor that sleeps takes to wake up, and more than most answers take. */
const awakeMs = 0.1;

/** Without an answer for so long it is in vain, also where sends follow each other closely: a process may only send. */
const vainMs = 1;

/** After looking out in vain again and again, at most so many sends go by until it is tried once more. */
const mostSkipped = 63;

/**
 * Keeps this process awake for a moment after it has sent something. An answer that comes meanwhile is read at once; else
 * the process would be asleep by then, and most of the time of a round trip would go by until it is awake. Where answers
 * do not come so soon (a slow device, a busy processor, nobody who answers) it is tried less and less often, which in the
 * end costs less than 2 µs for a send. It costs more where something else comes all the time: whatever any process says is
 * taken for an answer.
 */
export class Lookout {
  readonly #nowMs: () => number;
  #isAwake = false;
  #isTurning = false;
  #sinceMs = 0;
  #untilMs = 0;
  #skipped = 0;
  /** Sends that go by before it is tried again. */
  #skipping = 0;

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get isAwake(): boolean {
    return this.#isAwake;
  }

  /** Something was sent: an answer may follow. */
  sent(): void {
    if (this.#skipped < this.#skipping) {
      this.#skipped++;
      return;
    }
    const nowMs = this.#nowMs();
    if (!this.#isAwake) this.#sinceMs = nowMs;
    this.#isAwake = true;
    this.#untilMs = Math.min(nowMs + awakeMs, this.#sinceMs + vainMs);
    if (this.#isTurning) return;
    this.#isTurning = true;
    setImmediate(this.#look);
  }

  /** Something has come. */
  heard(): void {
    if (!this.#isAwake) return;
    this.#isAwake = false;
    this.#skipping = 0;
  }

  /** Once in each turn of the event loop, which does not sleep while there is one to come. */
  readonly #look = (): void => {
    if (this.#isAwake && this.#nowMs() >= this.#untilMs) {
      this.#isAwake = false;
      this.#skipped = 0;
      this.#skipping = Math.min(2 * this.#skipping + 1, mostSkipped);
    }
    this.#isTurning = this.#isAwake;
    if (this.#isAwake) setImmediate(this.#look);
  };
}
