import type { WireMessage } from './frames.ts';
import type { OwnQueue } from './routes.ts';

const highWaterBytes = 1024 * 1024;
const maxBytes = 16 * 1024 * 1024;
/** What a message takes beside its body. */
const messageBytes = 512;

/** What this process sends to queues of its own: given to them in order, after the turn in which it was sent. */
export class Inbox {
  #messages: { readonly queue: OwnQueue; readonly message: WireMessage }[] = [];
  #bytes = 0;
  #emptied: PromiseWithResolvers<void> | undefined;

  /** False when too much waits already. */
  offer(queue: OwnQueue, message: WireMessage): boolean {
    if (this.#bytes > maxBytes) return false;
    if (this.#messages.length === 0) setImmediate(() => this.#empty());
    this.#messages.push({ queue, message });
    this.#bytes += messageBytes + message.body.length;
    return true;
  }

  /** Resolves when what waits was given; undefined when little waits. */
  drained(): Promise<void> | undefined {
    if (this.#bytes < highWaterBytes) return undefined;
    this.#emptied ??= Promise.withResolvers();
    return this.#emptied.promise;
  }

  clear(): void {
    this.#messages = [];
    this.#bytes = 0;
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }

  #empty(): void {
    const messages = this.#messages;
    this.clear();
    for (const { queue, message } of messages) queue.take(message);
  }
}
