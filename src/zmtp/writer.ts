import type { Socket } from 'node:net';
import type { Outbox, Written } from './outbox.ts';
import type { EncodedMessage } from './wire/encoder.ts';

/** Written before the turn ends when so much waits. */
const eagerBytes = 64 * 1024;

/**
 * Writes what is in an outbox, one write at a time: whatever was put in within a turn of the event loop, at once where
 * much waits, and the next when the system has taken the last.
 */
export class Writer {
  #socket: Socket;
  #outbox: Outbox;
  #onWritten: (written: Written) => void;
  /** Whatever is put in meanwhile is taken by the loop that writes. */
  #isWriting = false;
  /** The system has not taken the last write yet. */
  #isPending = false;
  #isDue = false;
  #isStopped = false;

  /** `onWritten` is called after each write, and may put in more. */
  constructor(socket: Socket, outbox: Outbox, onWritten: (written: Written) => void) {
    this.#socket = socket;
    this.#outbox = outbox;
    this.#onWritten = onWritten;
  }

  send(message: EncodedMessage): void {
    this.#outbox.push(message);
    if (this.#isWriting) return;
    if (this.#outbox.queuedBytes >= eagerBytes) this.#flush();
    else this.#flushSoon();
  }

  sendCommand(bytes: Uint8Array): void {
    this.#outbox.pushCommand(bytes);
    this.#flushSoon();
  }

  sendAnswer(bytes: Uint8Array): void {
    this.#outbox.pushAnswer(bytes);
    this.#flushSoon();
  }

  /** Begins no further write. */
  stop(): void {
    this.#isStopped = true;
  }

  #flushSoon(): void {
    if (this.#isDue || this.#isWriting) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writeAll();
  }

  #writeAll(): void {
    while (!this.#isStopped) {
      const chunks = this.#outbox.take();
      if (chunks.length === 0) {
        this.#isWriting = false;
        return;
      }
      this.#write(chunks);
      // What the system takes at once is done; the callback comes later all the same. One that failed is never done.
      this.#isPending = this.#socket.writableLength > 0 || !this.#socket.writable;
      if (this.#isPending) return;
      this.#onWritten(this.#outbox.written());
    }
  }

  #write(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket;
    const last = chunks.length - 1;
    if (last > 0) socket.cork();
    for (let i = 0; i < last; i++) socket.write(chunks[i] as Uint8Array);
    socket.write(chunks[last] as Uint8Array, this.#afterWrite);
    if (last > 0) socket.uncork();
  }

  #afterWrite = (error?: Error | null): void => {
    if (error instanceof Error || !this.#isPending || this.#socket.writableLength > 0) return;
    this.#isPending = false;
    this.#onWritten(this.#outbox.written());
    this.#writeAll();
  };
}
