/**
 * Timestamp frames as nanoseconds in two words of 32 bits, without a bigint for each of thousands of values a message.
 * The channels of a message mostly have the same time, so the frame before is remembered.
 */
export class TimestampWords {
  low = 0;
  high = 0;
  readonly #seen = new Int32Array(4);

  /** @param frame seconds and nanoseconds as 64-bit integers: 16 bytes at least */
  read(frame: Uint8Array, isBigEndian: boolean): void {
    const secondsLow = isBigEndian ? bigWord(frame, 4) : word(frame, 0);
    const secondsHigh = isBigEndian ? bigWord(frame, 0) : word(frame, 4);
    const nsLow = isBigEndian ? bigWord(frame, 12) : word(frame, 8);
    const nsHigh = isBigEndian ? bigWord(frame, 8) : word(frame, 12);
    const seen = this.#seen;
    if (secondsLow === seen[0] && secondsHigh === seen[1] && nsLow === seen[2] && nsHigh === seen[3]) return;
    seen[0] = secondsLow;
    seen[1] = secondsHigh;
    seen[2] = nsLow;
    seen[3] = nsHigh;
    this.set(join(secondsHigh, secondsLow) * 1_000_000_000n + join(nsHigh, nsLow));
  }

  set(timeNs: bigint): void {
    this.low = Number(BigInt.asUintN(32, timeNs));
    this.high = Number(BigInt.asIntN(32, timeNs >> 32n));
  }
}

function join(high: number, low: number): bigint {
  return (BigInt(high) << 32n) | BigInt(low >>> 0);
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function bigWord(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
