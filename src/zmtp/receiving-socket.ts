import type { Message } from './message.ts';
import type { Settings } from './options.ts';
import type { BatchCallback, Reader, ReceiveOptions } from './reader.ts';
import { type SocketPattern, ZmtpSocket } from './socket.ts';

/** What PULL and SUB have in common: messages of all peers, one of each in turn, for one reader at a time. */
export abstract class ReceivingSocket extends ZmtpSocket implements AsyncIterable<Message> {
  #reader: Reader;

  protected constructor(settings: Settings, pattern: SocketPattern, reader: Reader) {
    super(settings, pattern);
    this.#reader = reader;
  }

  /** The messages as they come, until the socket is closed. To leave the loop leaves the socket open. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return this.messages();
  }

  /**
   * The messages as they come, until the socket is closed or the signal aborts.
   *
   * @throws ALI_ABORTED by the signal; ALI_USAGE when somebody else is reading
   * @example
   * const pull = new PullSocket();
   * for await (const [header, ...frames] of pull.messages({ signal: AbortSignal.timeout(1000) })) {
   *   console.log(header?.length, frames.length);
   * }
   */
  messages({ signal }: ReceiveOptions = {}): AsyncIterableIterator<Message> {
    const reader = this.#reader;
    let isDone = false;
    return {
      next: () => (isDone ? Promise.resolve({ done: true, value: undefined }) : reader.next(signal)),
      return: () => {
        isDone = true;
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  /**
   * Calls back with all that has come, in the turn in which it came: the fastest way to receive. While a promise that
   * the callback gives is pending, messages wait, up to the high-water marks; then the peers do.
   *
   * @returns when the socket is closed, and the last promise of the callback is settled
   * @throws what the callback throws; ALI_ABORTED by the signal; ALI_USAGE when somebody else is reading
   * @example
   * const pull = new PullSocket();
   * await pull.receive((batch) => {
   *   for (const frames of batch) console.log(frames.length);
   * });
   */
  receive(callback: BatchCallback, { signal }: ReceiveOptions = {}): Promise<void> {
    return this.#reader.batches(callback, signal);
  }
}
