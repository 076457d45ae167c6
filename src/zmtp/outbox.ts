import { Fifo } from './fifo.ts';
import { type EncodedMessage, Joined } from './wire/encoder.ts';

/** What one write takes at most, unless a single message is larger: what is being written is lost with a connection. */
const batchBytes = 256 * 1024;

export interface Written {
  readonly messages: number;
  /** The sum of their frames. */
  readonly bytes: number;
  /** With the headers. */
  readonly wireBytes: number;
}

const nothing: Written = { messages: 0, bytes: 0, wireBytes: 0 };

/**
 * What waits to be written to one peer: whole messages, and commands, which overtake the messages. What is being written
 * still counts as queued.
 */
export class Outbox {
  #limitMessages: number;
  #limitBytes: number;
  #messages = new Fifo<EncodedMessage>();
  #commands: Uint8Array[] = [];
  #writing: Written = nothing;
  /** Whom to tell when they are written. */
  #writers: (() => void)[] = [];
  #queuedBytes = 0;
  #commandBytes = 0;
  #answerBytes = 0;

  constructor(limitMessages: number, limitBytes: number) {
    this.#limitMessages = limitMessages;
    this.#limitBytes = limitBytes;
  }

  get queuedMessages(): number {
    return this.#messages.length + this.#writing.messages;
  }

  /** As they go over the wire. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Messages of the write that is under way. */
  get writingMessages(): number {
    return this.#writing.messages;
  }

  /** Of commands that wait. */
  get commandBytes(): number {
    return this.#commandBytes;
  }

  /** Of those of them that the peer asked for. */
  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** A message goes in, however large, while the queue is below both marks. */
  get hasRoom(): boolean {
    return this.queuedMessages < this.#limitMessages && this.#queuedBytes < this.#limitBytes;
  }

  push(message: EncodedMessage): void {
    this.#messages.push(message);
    this.#queuedBytes += message.wireBytes;
  }

  pushCommand(bytes: Uint8Array): void {
    this.#commands.push(bytes);
    this.#commandBytes += bytes.length;
  }

  /** A command that the peer asked for. */
  pushAnswer(bytes: Uint8Array): void {
    this.pushCommand(bytes);
    this.#answerBytes += bytes.length;
  }

  /** The bytes of the next write, none when there is nothing. The one before must have been {@link written}. */
  take(): readonly Uint8Array[] {
    const joined = new Joined();
    const commands = this.#commands;
    if (commands.length > 0) {
      for (const bytes of commands) joined.add({ bytes, start: 0, end: bytes.length });
      this.#commands = [];
      this.#commandBytes = 0;
      this.#answerBytes = 0;
    }
    let [count, bytes, wireBytes] = [0, 0, 0];
    while (wireBytes < batchBytes) {
      const message = this.#messages.shift();
      if (message === undefined) break;
      count++;
      bytes += message.sizeBytes;
      wireBytes += message.wireBytes;
      for (const piece of message.pieces) joined.add(piece);
      if (message.onWritten !== undefined) this.#writers.push(message.onWritten);
    }
    this.#writing = count === 0 ? nothing : { messages: count, bytes, wireBytes };
    return joined.finish();
  }

  /** The last {@link take} is with the system. @returns what that was */
  written(): Written {
    const written = this.#writing;
    this.#queuedBytes -= written.wireBytes;
    this.#writing = nothing;
    if (this.#writers.length > 0) {
      for (const onWritten of this.#writers) onWritten();
      this.#writers = [];
    }
    return written;
  }

  /** Empties it, but for what is being written. @returns the messages no byte of which was given to the system */
  clear(): Fifo<EncodedMessage> {
    const unsent = this.#messages;
    this.#messages = new Fifo();
    this.#commands = [];
    this.#commandBytes = 0;
    this.#answerBytes = 0;
    this.#queuedBytes = this.#writing.wireBytes;
    return unsent;
  }
}
