import { isHostLittle } from './items.ts';

const words = new BigInt64Array(2);
const bytes = new Uint8Array(words.buffer);

/** The channels of a source mostly have the same time: its bytes are compared before big integers are made again. */
let lastSeconds = 0n;
let lastNanoseconds = 0n;
let lastNs = 0n;

/** Nanoseconds of Unix time of a timestamp frame (16 bytes at least): seconds and nanoseconds as int64. */
export function readTimestamp(frame: Uint8Array, isBig: boolean): bigint {
  const flip = isBig === isHostLittle ? 7 : 0;
  for (let i = 0; i < 16; i++) bytes[i ^ flip] = frame[i] as number;
  const seconds = words[0] as bigint;
  const nanoseconds = words[1] as bigint;
  if (seconds !== lastSeconds || nanoseconds !== lastNanoseconds) {
    lastNs = seconds * nsPerSecond + nanoseconds;
    lastSeconds = seconds;
    lastNanoseconds = nanoseconds;
  }
  return lastNs;
}

/** The timestamp frame for nanoseconds of Unix time. */
export function writeTimestamp(timeNs: bigint, isBig: boolean): Uint8Array {
  const frame = new Uint8Array(16);
  const view = new DataView(frame.buffer);
  const [seconds, nanoseconds] = splitTime(timeNs);
  view.setBigInt64(0, seconds, !isBig);
  view.setBigInt64(8, nanoseconds, !isBig);
  return frame;
}

const nsPerSecond = 1_000_000_000n;

/** Whole seconds and the nanoseconds beyond them, which are never negative. */
export function splitTime(timeNs: bigint): [bigint, bigint] {
  const nanoseconds = ((timeNs % nsPerSecond) + nsPerSecond) % nsPerSecond;
  return [(timeNs - nanoseconds) / nsPerSecond, nanoseconds];
}

/** Whether a timestamp frame has a length that the reference takes: none, or whole words, two at least. */
export function isTimestampLength(length: number): boolean {
  return length === 16 || length === 0 || (length > 16 && length % 8 === 0);
}
