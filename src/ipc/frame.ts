import { ByteWriter } from './byte-writer.ts';

/** What processes send each other: a length of four bytes, a kind of one, and what the kind says. Numbers are big-endian. */
export const frameHeadBytes = 5;

/** Called with a frame that has come whole. `content` is a view of what was read, and may be kept. */
export type OnFrame = (kind: number, content: Buffer) => void;

/** Cuts what comes from a socket into frames. */
export class FrameReader {
  #maxBytes: number;
  #onFrame: OnFrame;
  /** The beginning of a frame that is not whole yet, in the pieces in which it came. */
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = frameHeadBytes;

  constructor(maxBytes: number, onFrame: OnFrame) {
    this.#maxBytes = maxBytes;
    this.#onFrame = onFrame;
  }

  /** @throws an error when a frame is larger than allowed, and what `onFrame` throws */
  read(bytes: Buffer): void {
    let rest = bytes;
    if (this.#heldBytes > 0) {
      this.#pieces.push(bytes);
      this.#heldBytes += bytes.length;
      if (this.#heldBytes < this.#neededBytes) return;
      rest = Buffer.concat(this.#pieces);
    }
    let at = 0;
    this.#neededBytes = frameHeadBytes;
    while (rest.length - at >= frameHeadBytes) {
      const size = rest.readUInt32BE(at);
      if (size > this.#maxBytes) throw new Error(`a frame of ${size} bytes (at most ${this.#maxBytes})`);
      this.#neededBytes = frameHeadBytes + size;
      if (rest.length - at < this.#neededBytes) break;
      const start = at + frameHeadBytes;
      at += this.#neededBytes;
      this.#neededBytes = frameHeadBytes;
      this.#onFrame(rest[start - 1] as number, rest.subarray(start, at));
    }
    this.#pieces = at < rest.length ? [rest.subarray(at)] : [];
    this.#heldBytes = rest.length - at;
  }
}

/** Writes one frame after the other. */
export class FrameWriter extends ByteWriter {
  begin(kind: number): this {
    this.clear();
    this.uint32(0);
    this.uint8(kind);
    return this;
  }

  /** The frame, in memory of its own. */
  end(): Buffer {
    const frame = this.copy();
    frame.writeUInt32BE(frame.length - frameHeadBytes, 0);
    return frame;
  }
}
