import { DecodeError, InvalidTimestampError } from './errors.ts';

/** Bytes of a packed time at the beginning of each member of a sensor. */
export const timeBytes = 8;

/** Seconds since 1970 (Unix time), UTC. */
export type Clock = () => number;

/**
 * A time as the wire has it: a big-endian IEEE double, so that the order of the bytes is the order of the times. -0
 * is packed as 0.
 *
 * @throws InvalidTimestampError on anything but a finite number that is not negative.
 * @example packTime(1.5) // 3f f8 00 00 00 00 00 00
 */
export function packTime(timeSeconds: number): Uint8Array {
  return memberOf(timeSeconds, new Uint8Array());
}

/** A member of a sensor's series: the packed time, then the encoded value. */
export function memberOf(timeSeconds: number, encoded: Uint8Array): Uint8Array {
  if (typeof timeSeconds !== 'number') {
    throw new InvalidTimestampError(
      `A timestamp is a number of seconds, not a ${timeSeconds === null ? 'null' : typeof timeSeconds}`,
    );
  }
  if (!Number.isFinite(timeSeconds)) {
    throw new InvalidTimestampError(`Non-finite timestamps (${timeText(timeSeconds)}) are not supported`);
  }
  if (timeSeconds < 0) {
    throw new InvalidTimestampError(`Negative timestamps (${timeText(timeSeconds)}) are not supported`);
  }
  const member = Buffer.allocUnsafe(timeBytes + encoded.length);
  member.writeDoubleBE(Math.abs(timeSeconds));
  member.set(encoded, timeBytes);
  return member;
}

const unpacked = new Float64Array(1);
const packed = new Uint8Array(unpacked.buffer);
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** @throws DecodeError if there are fewer than 8 bytes, as in a sorted set that telescope state did not write. */
export function unpackTime(member: Uint8Array): number {
  if (member.length < timeBytes) {
    throw new DecodeError(`a sample of ${member.length} bytes is too short to hold a time`);
  }
  // Through two shared words: a view for each sample would cost more than all else that is done with it.
  for (let i = 0; i < timeBytes; i++) packed[littleEndian ? timeBytes - 1 - i : i] = member[i] as number;
  return unpacked[0] as number;
}

/** The time and the encoded value of a member, which shares its bytes. */
export function splitMember(member: Uint8Array): { timeSeconds: number; encoded: Uint8Array } {
  return { timeSeconds: unpackTime(member), encoded: member.subarray(timeBytes) };
}

/** The bytes that follow those of `timeSeconds` in byte order: all its samples are below, all later ones are not. */
export function packTimeAfter(timeSeconds: number): Uint8Array {
  const packed = packTime(timeSeconds);
  const view = new DataView(packed.buffer, packed.byteOffset, timeBytes);
  view.setBigUint64(0, view.getBigUint64(0) + 1n);
  return packed;
}

/** Numbers as Python prints them, for messages. */
function timeText(timeSeconds: number): string {
  if (Number.isNaN(timeSeconds)) return 'nan';
  if (!Number.isFinite(timeSeconds)) return timeSeconds > 0 ? 'inf' : '-inf';
  return Number.isInteger(timeSeconds) && Math.abs(timeSeconds) < 1e16
    ? timeSeconds.toFixed(1)
    : String(timeSeconds);
}

/**
 * A clock that tells the time of day more finely than `Date.now`, and never differs from it by more than its
 * millisecond: two equal samples in one millisecond would otherwise be one and the same sample.
 */
export function wallClock(
  wallMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
): Clock {
  let offsetMs = wallMs() - monotonicMs();
  return () => {
    const monotonic = monotonicMs();
    const wall = wallMs();
    const fine = monotonic + offsetMs;
    if (fine < wall || fine >= wall + 1) offsetMs = wall - monotonic;
    return (monotonic + offsetMs) / 1000;
  };
}
