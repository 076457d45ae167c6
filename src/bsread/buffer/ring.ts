import type { EncodedMessage } from '../../zmtp/index.ts';

/** A message that waits for consumers, as it goes over the wire. */
export interface BufferedPulse extends EncodedMessage {
  readonly pulseId: bigint;
  /** Its place among all messages that were ever buffered. */
  readonly order: number;
  /** Consumers that drew it (`pub`), but for those that left before a byte of it was written. */
  takers: number;
}

/** What a message takes of memory beside its bytes, and each of its pieces. */
const messageOverheadBytes = 512;
const pieceOverheadBytes = 128;

/**
 * The newest pulses, bounded in messages and in bytes; one message may stay however large it is. Each has a position,
 * which counts up with time.
 */
export class Ring {
  readonly maxMessages: number;
  readonly maxBytes: number;
  #slots: (BufferedPulse | undefined)[] = [];
  #first = 0;
  #end = 0;
  #sizeBytes = 0;
  #onOverrun: (pulse: BufferedPulse) => void;

  /** `onOverrun` is told what had to leave to make room, oldest first. */
  constructor(maxMessages: number, maxBytes: number, onOverrun: (pulse: BufferedPulse) => void) {
    this.maxMessages = maxMessages;
    this.maxBytes = maxBytes;
    this.#onOverrun = onOverrun;
  }

  get length(): number {
    return this.#end - this.#first;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The position of the oldest, or of the next to come when there is none. */
  get first(): number {
    return this.#first;
  }

  /** The position of the next to come. */
  get end(): number {
    return this.#end;
  }

  at(position: number): BufferedPulse | undefined {
    return position < this.#first || position >= this.#end
      ? undefined
      : this.#slots[position % this.maxMessages];
  }

  push(pulse: BufferedPulse): void {
    const size = costOf(pulse);
    while (this.length > 0 && (this.length >= this.maxMessages || this.#sizeBytes + size > this.maxBytes)) {
      const oldest = this.shift();
      if (oldest !== undefined) this.#onOverrun(oldest);
    }
    this.#slots[this.#end++ % this.maxMessages] = pulse;
    this.#sizeBytes += size;
  }

  /** Takes the oldest out. */
  shift(): BufferedPulse | undefined {
    if (this.length === 0) return undefined;
    const slot = this.#first++ % this.maxMessages;
    const pulse = this.#slots[slot] as BufferedPulse;
    this.#slots[slot] = undefined;
    this.#sizeBytes -= costOf(pulse);
    return pulse;
  }

  /** Puts back what {@link shift} gave, each in its place. What has no room any more is the oldest, and an overrun. */
  putBack(pulses: readonly BufferedPulse[]): void {
    const newest = Math.max(...pulses.map(({ order }) => order));
    const all = [...pulses];
    for (let next = this.at(this.#first); next !== undefined && next.order < newest; ) {
      all.push(next);
      this.shift();
      next = this.at(this.#first);
    }
    all.sort((a, b) => a.order - b.order);
    for (let pulse = all.pop(); pulse !== undefined; pulse = all.pop()) {
      const size = costOf(pulse);
      if (this.length >= this.maxMessages || (this.length > 0 && this.#sizeBytes + size > this.maxBytes)) {
        for (const overrun of [...all, pulse]) this.#onOverrun(overrun);
        return;
      }
      this.#slots[--this.#first % this.maxMessages] = pulse;
      this.#sizeBytes += size;
    }
  }
}

function costOf({ wireBytes, pieces }: BufferedPulse): number {
  return wireBytes + messageOverheadBytes + pieceOverheadBytes * pieces.length;
}
