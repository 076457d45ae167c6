import type { BusEvent, BusStatus, ConsumeOptions, Delivery, DropReason } from './bus.ts';

/** What a bus counts, and what it tells. */
export class Counters {
  sent = 0;
  received = 0;
  readonly #dropped: Record<DropReason, number> = {
    'slow-listener': 0,
    'unasked-reply': 0,
    malformed: 0,
    'handler-failed': 0,
  };
  readonly #onEvent: ((event: BusEvent) => void) | undefined;
  readonly #failed = (error: unknown) => this.drop('handler-failed', 1, error);

  constructor(onEvent: ((event: BusEvent) => void) | undefined) {
    this.#onEvent = onEvent;
  }

  drop(reason: DropReason, count = 1, error?: unknown): void {
    this.#dropped[reason] += count;
    this.tell({ event: 'dropped', reason, count, error });
  }

  /** Gives a message to its handler. What that throws is the handler's, and stops nobody. */
  handle(onMessage: ConsumeOptions['onMessage'], delivery: Delivery): void {
    try {
      // An async handler gives a promise; any other thenable does as well.
      onMessage(delivery)?.then(undefined, this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  tell(event: BusEvent): void {
    try {
      this.#onEvent?.(event);
    } catch (error) {
      // A listener's own failure is the program's, not that of the connection that had news.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  status(state: BusStatus['state']): BusStatus {
    return { state, sent: this.sent, received: this.received, dropped: { ...this.#dropped } };
  }
}
