import type { Frames } from '../message.ts';
import { long, longHeaderBytes, more } from './frame.ts';

/**
 * A stretch of encoded bytes. Small frames of one message, and of messages after it, lie side by side in the same
 * memory, so that {@link Joined} makes one stretch of them again.
 */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A message as it goes over the wire. */
export interface EncodedMessage {
  readonly pieces: readonly Piece[];
  /** The sum of its frames. */
  readonly sizeBytes: number;
  /** With the headers of its frames. */
  readonly wireBytes: number;
  /** Called when its bytes are with the system: {@link Frames} of its sender are no longer looked at. */
  readonly onWritten?: (() => void) | undefined;
}

const blockBytes = 64 * 1024;

/** A frame of this size or more is written from where it is; copying a smaller one costs less than a write of its own. */
export const referencedBytes = 16 * 1024;

/**
 * Encodes messages into blocks of memory of its own. A block is filled once and then left to whoever still has pieces
 * of it, so encoded messages may be kept, sent to several peers, and handed from one to another.
 */
export class Encoder {
  #block = Buffer.allocUnsafeSlow(blockBytes);
  #end = 0;
  #start = 0;

  /** Frames of {@link referencedBytes} or more are not copied: whoever sends them leaves them as they are. */
  encode(frames: Frames, onWritten?: () => void): EncodedMessage {
    const pieces: Piece[] = [];
    let sizeBytes = 0;
    this.#start = this.#end;
    if (typeof frames === 'string' || frames instanceof Uint8Array)
      sizeBytes = this.#frame(frames, 0, pieces);
    else {
      const last = frames.length - 1;
      for (let i = 0; i <= last; i++) {
        sizeBytes += this.#frame(frames[i] as Uint8Array | string, i === last ? 0 : more, pieces);
      }
    }
    this.#cut(pieces);
    let wireBytes = 0;
    for (const { start, end } of pieces) wireBytes += end - start;
    return { pieces, sizeBytes, wireBytes, onWritten };
  }

  #frame(frame: Uint8Array | string, flags: number, pieces: Piece[]): number {
    const body = typeof frame === 'string' ? Buffer.from(frame) : frame;
    const length = body.length;
    if (length >= referencedBytes) {
      this.#header(flags | long, length, longHeaderBytes, pieces);
      this.#cut(pieces);
      pieces.push({ bytes: body, start: 0, end: length });
      return length;
    }
    if (length > 255) {
      this.#header(flags | long, length, longHeaderBytes + length, pieces);
      this.#block.set(body, this.#end);
      this.#end += length;
      return length;
    }
    this.#room(2 + length, pieces);
    const block = this.#block;
    let at = this.#end;
    block[at++] = flags;
    block[at++] = length;
    // Below this size a loop beats the call.
    if (length <= 24) for (let i = 0; i < length; i++) block[at + i] = body[i] as number;
    else block.set(body, at);
    this.#end = at + length;
    return length;
  }

  #header(flags: number, length: number, neededBytes: number, pieces: Piece[]): void {
    this.#room(neededBytes, pieces);
    const block = this.#block;
    const at = this.#end;
    block[at] = flags;
    block.writeUInt32BE(Math.floor(length / 2 ** 32), at + 1);
    block.writeUInt32BE(length >>> 0, at + 5);
    this.#end = at + longHeaderBytes;
  }

  #room(neededBytes: number, pieces: Piece[]): void {
    if (this.#end + neededBytes <= blockBytes) return;
    this.#cut(pieces);
    this.#block = Buffer.allocUnsafeSlow(blockBytes);
    this.#start = 0;
    this.#end = 0;
  }

  /** Ends the piece that is being filled. */
  #cut(pieces: Piece[]): void {
    if (this.#end > this.#start) pieces.push({ bytes: this.#block, start: this.#start, end: this.#end });
    this.#start = this.#end;
  }
}

/** The first frame of a message; its bytes lie in one piece, or are one. */
export function firstFrame({ pieces }: EncodedMessage): Uint8Array {
  const { bytes, start } = pieces[0] as Piece;
  const isLong = ((bytes[start] as number) & long) !== 0;
  if (!isLong) return bytes.subarray(start + 2, start + 2 + (bytes[start + 1] as number));
  const length = Buffer.from(bytes.buffer, bytes.byteOffset + start + 5, 4).readUInt32BE();
  if (length >= referencedBytes) return (pieces[1] as Piece).bytes;
  return bytes.subarray(start + longHeaderBytes, start + longHeaderBytes + length);
}

/** The bytes of pieces in their order, neighbours in one stretch. */
export class Joined {
  readonly chunks: Uint8Array[] = [];
  #bytes: Uint8Array | undefined;
  #start = 0;
  #end = 0;

  add(piece: Piece): void {
    if (piece.bytes === this.#bytes && piece.start === this.#end) {
      this.#end = piece.end;
      return;
    }
    this.finish();
    this.#bytes = piece.bytes;
    this.#start = piece.start;
    this.#end = piece.end;
  }

  finish(): Uint8Array[] {
    if (this.#bytes !== undefined) this.chunks.push(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = undefined;
    return this.chunks;
  }
}
