import { crc32 } from 'node:zlib';
import type { Message } from '../../zmtp/index.ts';

/** The first eight bytes of a stream file: its kind, and its version. */
export const fileHead = Buffer.from('ALISTRM1', 'latin1');

/** The length of what follows and its checksum, both uint32. */
export const recordHeadBytes = 8;
/** The time and the number of frames. */
const bodyHeadBytes = 12;
/** No message of a stream is larger, nor has more frames. */
export const maxBodyBytes = 512 * 1024 * 1024;
const maxFrames = 65_536;

/** A message, and when it was received. */
export interface StreamRecord {
  /** Nanoseconds of Unix time. */
  readonly timeNs: bigint;
  readonly frames: Message;
}

/**
 * One record of a stream file, as pieces that are to be written one after the other; frames are not copied. All numbers
 * are little-endian:
 *
 *     uint32  bytes of the body        uint32  CRC-32 of the body
 *     body:   int64 time in nanoseconds, uint32 frames, uint32 length of each, then the frames themselves
 */
export function encodeRecord({ timeNs, frames }: StreamRecord): readonly Uint8Array[] {
  const lengthsBytes = bodyHeadBytes + 4 * frames.length;
  const head = Buffer.allocUnsafe(recordHeadBytes + lengthsBytes);
  head.writeBigInt64LE(timeNs, recordHeadBytes);
  head.writeUInt32LE(frames.length, recordHeadBytes + 8);
  let bodyBytes = lengthsBytes;
  for (const [index, { length }] of frames.entries()) {
    head.writeUInt32LE(length, recordHeadBytes + bodyHeadBytes + 4 * index);
    bodyBytes += length;
  }
  let checksum = crc32(head.subarray(recordHeadBytes));
  for (const frame of frames) checksum = crc32(frame, checksum);
  head.writeUInt32LE(bodyBytes, 0);
  head.writeUInt32LE(checksum, 4);
  return [head, ...frames];
}

/** The body's length and checksum; undefined where no record begins like this. */
export function decodeHead(
  head: Buffer,
): { readonly bodyBytes: number; readonly checksum: number } | undefined {
  const bodyBytes = head.readUInt32LE(0);
  if (bodyBytes < bodyHeadBytes || bodyBytes > maxBodyBytes) return undefined;
  return { bodyBytes, checksum: head.readUInt32LE(4) };
}

/** The record of a body; undefined where the checksum or the lengths are not right. */
export function decodeBody(body: Buffer, checksum: number): StreamRecord | undefined {
  if (crc32(body) !== checksum) return undefined;
  const count = body.readUInt32LE(8);
  let at = bodyHeadBytes + 4 * count;
  if (count > maxFrames || at > body.length) return undefined;
  const frames: Uint8Array[] = [];
  for (let index = 0; index < count; index++) {
    const end = at + body.readUInt32LE(bodyHeadBytes + 4 * index);
    if (end > body.length) return undefined;
    frames.push(body.subarray(at, end));
    at = end;
  }
  return at === body.length ? { timeNs: body.readBigInt64LE(0), frames } : undefined;
}
