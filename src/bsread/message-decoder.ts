import type { Message } from '../zmtp/index.ts';
import { type Drop, type DropReason, dropReasons } from './drop.ts';
import { HeaderCache, type KnownHeader } from './header-cache.ts';
import { JsonFault } from './json.ts';
import { type MainHeader, parseMainHeader } from './main-header.ts';
import { PulseMessage } from './message.ts';
import { isTimestampLength } from './timestamp.ts';

export interface DecoderOptions {
  /** Only these channels are given; the frames of the others stay as they are. */
  readonly channels?: readonly string[] | undefined;
  /** Drops a slowest dimension of 1 of shapes, as Python's bsread does: `[8, 1]` is then a list of 8 (false). */
  readonly strictPython?: boolean | undefined;
  /** Told of each message that is dropped. */
  readonly onDrop?: ((drop: Drop) => void) | undefined;
}

export interface DecoderStatistics {
  readonly receivedMessages: number;
  /** Of their frames. */
  readonly receivedBytes: number;
  readonly decodedMessages: number;
  /** Messages whose data header was another than that of the one before. */
  readonly headerChanges: number;
  /** Data headers whose hash was not the MD5 of their bytes. They were used: the bytes are what counts. */
  readonly unverifiedHeaders: number;
  /** received = decoded + the sum of these. */
  readonly dropped: Readonly<Record<DropReason, number>>;
}

/**
 * Reads messages of bsread. Nothing of the values is decoded before it is asked for.
 *
 * @example
 * await using pull = new PullSocket();
 * const decoder = new MessageDecoder({ onDrop: ({ reason, detail }) => console.warn(reason, detail) });
 * pull.connect('tcp://127.0.0.1:9999');
 * for await (const frames of pull) console.log(decoder.decode(frames)?.channel('SIN')?.value());
 */
export class MessageDecoder {
  readonly #strictPython: boolean;
  readonly #onDrop: ((drop: Drop) => void) | undefined;
  readonly #headers: HeaderCache;
  #last: KnownHeader | undefined;
  #receivedMessages = 0;
  #receivedBytes = 0;
  #decodedMessages = 0;
  #headerChanges = 0;
  #dropped = new Map<DropReason, number>(dropReasons.map((reason) => [reason, 0]));

  constructor({ channels, strictPython = false, onDrop }: DecoderOptions = {}) {
    this.#strictPython = strictPython;
    this.#onDrop = onDrop;
    this.#headers = new HeaderCache(channels);
  }

  /** @returns undefined when it was dropped, which is counted and told */
  decode(frames: Message): PulseMessage | undefined {
    this.#receivedMessages++;
    for (const frame of frames) this.#receivedBytes += frame.length;
    let main: MainHeader;
    try {
      main = parseMainHeader(frames[0] ?? noFrame);
    } catch (error) {
      if (isCommand(frames)) return this.#drop(frames, 'command', 'a command of one frame', error);
      return this.#drop(frames, 'main-header', 'the main header cannot be read', error);
    }
    let known: KnownHeader;
    try {
      if (frames.length < 2) throw new JsonFault('there is none');
      known = this.#headers.get(main, frames[1] as Uint8Array);
    } catch (error) {
      return this.#drop(frames, 'data-header', 'the data header cannot be read', error, main);
    }
    const fault = frameFault(frames, known);
    if (fault !== undefined) return this.#drop(frames, fault.reason, fault.detail, undefined, main);
    const isNewHeader = known !== this.#last;
    if (isNewHeader) this.#headerChanges++;
    this.#last = known;
    this.#decodedMessages++;
    return new PulseMessage(main, frames, known, isNewHeader, this.#strictPython);
  }

  statistics(): DecoderStatistics {
    return {
      receivedMessages: this.#receivedMessages,
      receivedBytes: this.#receivedBytes,
      decodedMessages: this.#decodedMessages,
      headerChanges: this.#headerChanges,
      unverifiedHeaders: this.#headers.unverified,
      dropped: Object.fromEntries(this.#dropped) as Record<DropReason, number>,
    };
  }

  #drop(frames: Message, reason: DropReason, what: string, cause: unknown, main?: MainHeader): undefined {
    if (cause !== undefined && !(cause instanceof JsonFault)) throw cause;
    this.#dropped.set(reason, (this.#dropped.get(reason) as number) + 1);
    const detail = cause === undefined ? what : `${what}: ${cause.message}`;
    this.#onDrop?.({ reason, detail, pulseId: main?.pulseId, frames });
    return undefined;
  }
}

const noFrame = new Uint8Array(0);

/** Java's senders put such messages of one frame between the others, as `bsr_stop-1.0` and `bsr_reconnect-1.0`. */
function isCommand(frames: Message): boolean {
  const [frame] = frames;
  if (frames.length !== 1 || frame === undefined) return false;
  return /^\s*\{\s*"htype"\s*:\s*"bsr_(?!m-)/.test(Buffer.from(frame.subarray(0, 64)).toString('latin1'));
}

function frameFault(
  frames: Message,
  { header }: KnownHeader,
): { readonly reason: DropReason; readonly detail: string } | undefined {
  const channels = header.channels.length;
  const expected = 2 + 2 * channels;
  // The reference takes a message without its very last frame, a timestamp.
  const isWhole = frames.length === expected || (channels > 0 && frames.length === expected - 1);
  if (!isWhole) {
    return {
      reason: 'frame-count',
      detail: `${frames.length} frames; ${channels} channels and two headers have ${expected}`,
    };
  }
  for (let at = 3; at < frames.length; at += 2) {
    const { length } = frames[at] as Uint8Array;
    if (isTimestampLength(length)) continue;
    const { name } = header.channels[(at - 3) / 2] as { readonly name: string };
    return { reason: 'timestamp', detail: `the timestamp of ${name} has ${length} bytes instead of 16` };
  }
  return undefined;
}
