import { expect, test } from 'vitest';
import { TimestampWords } from './timestamp-words.ts';

function frame(seconds: bigint, nanoseconds: bigint, isBigEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setBigInt64(0, seconds, !isBigEndian);
  view.setBigInt64(8, nanoseconds, !isBigEndian);
  return new Uint8Array(view.buffer);
}

function joined({ low, high }: TimestampWords): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, low, true);
  view.setInt32(4, high, true);
  return view.getBigInt64(0, true);
}

test.each([true, false])(
  'times are those of the frame, one after the other: big-endian %s',
  (isBigEndian) => {
    const words = new TimestampWords();
    for (const [seconds, nanoseconds] of [
      [0n, 0n],
      [1_700_000_000n, 999_999_999n],
      [1_700_000_000n, 0n],
      [1_700_000_000n, 0n],
      [4_294_967_296n, 1n],
      [-1n, 5n],
      [0n, 4_294_967_297n],
      [2n ** 62n, 2n ** 62n],
    ] as const) {
      words.read(frame(seconds, nanoseconds, isBigEndian), isBigEndian);
      expect(joined(words)).toBe(BigInt.asIntN(64, seconds * 1_000_000_000n + nanoseconds));
    }
  },
);
