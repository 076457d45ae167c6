import type { OnReadOpts } from 'node:net';
import type { Decoder } from './wire/decoder.ts';

/** Memory for what is read at once. Frames are views of it, so it is filled once and never reused. */
const slabBytes = 64 * 1024;

/** With less left than this, a slab has had its time. */
const leastBytes = 16 * 1024;

/**
 * Where the bytes of a connection go when they are read: the rest of a large frame into its own memory, so that it is
 * never copied; everything else into slabs, of which the frames are views.
 *
 * This is Node's `onread`, which it has for those who connect. A connection that was accepted gets memory of Node's for
 * each 64 KiB, and a large frame is copied together from it, which takes as long again as receiving it.
 */
export class Intake {
  /** To be given to the socket that is read from. */
  readonly onread: OnReadOpts;
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  #used = 0;
  #decoder: Decoder | undefined;
  #onRead: (read: () => void) => void = () => {};
  #isInBody = false;

  constructor() {
    this.onread = {
      buffer: () => this.#next(),
      callback: (length) => {
        this.#onRead(() => this.#arrived(length));
        return true;
      },
    };
  }

  /** From now on, `onRead` is called for each read, and hands it to the decoder by calling what it is given. */
  start(decoder: Decoder, onRead: (read: () => void) => void): void {
    this.#decoder = decoder;
    this.#onRead = onRead;
  }

  #next(): Uint8Array {
    const room = this.#decoder?.roomInBody(leastBytes);
    this.#isInBody = room !== undefined;
    if (room !== undefined) return room;
    if (slabBytes - this.#used < leastBytes) {
      this.#slab = Buffer.allocUnsafeSlow(slabBytes);
      this.#used = 0;
    }
    return this.#used === 0 ? this.#slab : this.#slab.subarray(this.#used);
  }

  #arrived(length: number): void {
    if (this.#isInBody) {
      this.#decoder?.arrivedInBody(length);
      return;
    }
    const start = this.#used;
    this.#used += length;
    this.#decoder?.push(this.#slab.subarray(start, this.#used));
  }
}
