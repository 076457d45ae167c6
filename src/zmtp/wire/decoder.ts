import type { Message } from '../message.ts';
import { type Command, decodeCommand } from './command.ts';
import { command, long, longHeaderBytes, more } from './frame.ts';
import { type Greeting, GreetingReader } from './greeting.ts';
import { ProtocolError } from './protocol-error.ts';

export interface DecoderLimits {
  readonly maxFrameBytes: number;
  readonly maxMessageBytes: number;
  readonly maxFramesPerMessage: number;
}

/** Who hears what the decoder finds. What one of them throws comes out of {@link Decoder.push}. */
export interface DecoderListener {
  onGreeting(greeting: Greeting): void;
  onCommand(command: Command): void;
  /** A whole message. `sizeBytes` is the sum of its frames. */
  onMessage(message: Message, sizeBytes: number): void;
}

/** Nobody has a topic, or metadata, as long as this. */
export const maxCommandBytes = 64 * 1024;

/** A frame that has begun is given its whole memory up to here; beyond, memory grows with what has arrived. */
const trustedBytes = 8 * 1024 * 1024;

const none = new Uint8Array(0);

/**
 * Turns the bytes of a peer, cut as they come, into its greeting, commands and messages. No I/O, no clock: the same
 * bytes give the same calls however they are cut.
 *
 * Frames are views of the chunks that were pushed, except those that lie across chunks: so a chunk must not be written to
 * again by others. A long frame is moved to where a typed array may begin. After an error the decoder is of no further use.
 */
export class Decoder {
  #limits: DecoderLimits;
  #listener: DecoderListener;
  #greeting: GreetingReader | undefined = new GreetingReader();

  /** The frames of a message whose last one has not come. */
  #frames: Uint8Array[] = [];
  #messageBytes = 0;

  /** The part of a header that a chunk ended in. */
  #header = Buffer.alloc(longHeaderBytes);
  #headerLength = 0;

  /** The frame whose body a chunk ended in: `#body` holds `#bodyLength` of `#bodyBytes` bytes. */
  #body: Uint8Array | undefined;
  #bodyLength = 0;
  #bodyBytes = 0;
  #bodyFlags = 0;

  constructor(limits: DecoderLimits, listener: DecoderListener) {
    this.#limits = limits;
    this.#listener = listener;
  }

  /** @throws ProtocolError when the bytes are none that this protocol knows, or go beyond the limits */
  push(chunk: Uint8Array): void {
    let at = 0;
    if (this.#greeting !== undefined) {
      at = this.#greeting.take(chunk);
      const { greeting } = this.#greeting;
      if (greeting === undefined) return;
      this.#greeting = undefined;
      this.#listener.onGreeting(greeting);
    }
    if (this.#body !== undefined) at = this.#continueBody(chunk, at);
    else if (this.#headerLength > 0) at = this.#continueHeader(chunk, at);
    this.#pushFrames(chunk, at);
  }

  /**
   * Where the bytes of a frame that has begun belong, if at least `leastBytes` of it are wanted: whoever reads may put
   * them there, and then says so with {@link arrivedInBody} instead of a push.
   */
  roomInBody(leastBytes: number): Uint8Array | undefined {
    if (this.#body === undefined || this.#bodyBytes - this.#bodyLength < leastBytes) return undefined;
    return this.#bodyWithRoom(this.#bodyLength + 1).subarray(this.#bodyLength);
  }

  /** @throws as {@link push} does */
  arrivedInBody(length: number): void {
    this.#bodyLength += length;
    this.#finishBody();
  }

  /** The hot loop: frames from `at`, where one begins, to the end of the chunk. */
  #pushFrames(chunk: Uint8Array, start: number): void {
    const end = chunk.length;
    let at = start;
    while (at < end) {
      const flags = chunk[at] as number;
      let bodyAt = at + 2;
      let length = 0;
      if ((flags & long) === 0) {
        if (bodyAt > end) break;
        length = chunk[at + 1] as number;
      } else {
        bodyAt = at + 9;
        if (bodyAt > end) break;
        length = longLength(chunk, at + 1);
      }
      this.#judge(flags, length);
      at = bodyAt + length;
      if (at > end) {
        this.#keepBody(chunk, bodyAt, flags, length);
        return;
      }
      if ((flags & long) !== 0) this.#frame(flags, aligned(chunk, bodyAt, at));
      else this.#frame(flags, length === 0 ? none : chunk.subarray(bodyAt, at));
    }
    if (at < end) this.#keepHeader(chunk, at);
  }

  #frame(flags: number, body: Uint8Array): void {
    if (flags === 0 || flags === long) {
      const frames = this.#frames;
      const sizeBytes = this.#messageBytes;
      frames.push(body);
      this.#frames = [];
      this.#messageBytes = 0;
      this.#listener.onMessage(frames, sizeBytes);
    } else if ((flags & command) === 0) this.#frames.push(body);
    // libzmq may put a PING between the frames of a message.
    else this.#listener.onCommand(decodeCommand(body));
  }

  /** Refuses a frame by its header, before anything is kept for its body. */
  #judge(flags: number, length: number): void {
    if (flags > 7 || (flags & (command | more)) === (command | more)) {
      throw new ProtocolError('malformed', `a frame has the flags 0x${flags.toString(16)}`);
    }
    if ((flags & command) !== 0) {
      if (length > maxCommandBytes) throw tooLarge('a command', length, 'the most is', maxCommandBytes);
      return;
    }
    const { maxFrameBytes, maxMessageBytes, maxFramesPerMessage } = this.#limits;
    if (length > maxFrameBytes) throw tooLarge('a frame', length, 'maxFrameBytes is', maxFrameBytes);
    this.#messageBytes += length;
    if (this.#messageBytes > maxMessageBytes) {
      throw tooLarge('a message', this.#messageBytes, 'maxMessageBytes is', maxMessageBytes);
    }
    if (this.#frames.length >= maxFramesPerMessage) {
      throw new ProtocolError(
        'limit',
        `the peer sends a message of more than ${maxFramesPerMessage} frames (maxFramesPerMessage)`,
      );
    }
  }

  #keepHeader(chunk: Uint8Array, at: number): void {
    this.#header.set(chunk.subarray(at));
    this.#headerLength = chunk.length - at;
  }

  #continueHeader(chunk: Uint8Array, start: number): number {
    const header = this.#header;
    const needed = ((header[0] as number) & long) === 0 ? 2 : 9;
    const taken = Math.min(needed - this.#headerLength, chunk.length - start);
    header.set(chunk.subarray(start, start + taken), this.#headerLength);
    this.#headerLength += taken;
    const at = start + taken;
    if (this.#headerLength < needed) return at;
    this.#headerLength = 0;
    const flags = header[0] as number;
    const length = needed === 2 ? (header[1] as number) : longLength(header, 1);
    this.#judge(flags, length);
    if (at + length > chunk.length) {
      this.#keepBody(chunk, at, flags, length);
      return chunk.length;
    }
    this.#frame(flags, length === 0 ? none : chunk.subarray(at, at + length));
    return at + length;
  }

  #keepBody(chunk: Uint8Array, at: number, flags: number, length: number): void {
    const arrived = chunk.length - at;
    const body = Buffer.allocUnsafeSlow(Math.min(length, Math.max(trustedBytes, arrived)));
    body.set(chunk.subarray(at));
    this.#body = body;
    this.#bodyLength = arrived;
    this.#bodyBytes = length;
    this.#bodyFlags = flags;
  }

  #continueBody(chunk: Uint8Array, start: number): number {
    const taken = Math.min(this.#bodyBytes - this.#bodyLength, chunk.length - start);
    const length = this.#bodyLength + taken;
    const body = this.#bodyWithRoom(length);
    body.set(taken === chunk.length ? chunk : chunk.subarray(start, start + taken), this.#bodyLength);
    this.#bodyLength = length;
    this.#finishBody();
    return start + taken;
  }

  #finishBody(): void {
    const body = this.#body;
    if (body === undefined || this.#bodyLength < this.#bodyBytes) return;
    this.#body = undefined;
    this.#frame(this.#bodyFlags, body);
  }

  /** The body so far in a buffer of at least `length` bytes: it doubles, and ends at the size of the frame. */
  #bodyWithRoom(length: number): Uint8Array {
    const body = this.#body ?? none;
    if (length <= body.length) return body;
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#bodyBytes, Math.max(length, body.length * 2)));
    grown.set(body.subarray(0, this.#bodyLength));
    this.#body = grown;
    return grown;
  }
}

/**
 * The body of a long frame, moved over the end of its own header to a multiple of 8 bytes of its memory. Whoever makes a
 * typed array of it then needs no copy, which costs much more: not the moving does, the memory for it.
 */
function aligned(chunk: Uint8Array, bodyAt: number, end: number): Uint8Array {
  const by = (chunk.byteOffset + bodyAt) % 8;
  if (by > 0) chunk.copyWithin(bodyAt - by, bodyAt, end);
  return chunk.subarray(bodyAt - by, end - by);
}

/** Beyond 2^53 it is not exact, and refused all the same. */
function longLength(bytes: Uint8Array, at: number): number {
  let length = 0;
  for (let i = at; i < at + 8; i++) length = length * 256 + (bytes[i] as number);
  return length;
}

function tooLarge(what: string, sizeBytes: number, limit: string, limitBytes: number): ProtocolError {
  return new ProtocolError(
    'limit',
    `the peer sends ${what} of ${sizeBytes} bytes or more; ${limit} ${limitBytes}`,
  );
}
