import { messageOf } from '../../shared/errors.ts';
import type { BusEvent } from '../bus.ts';
import type { QueueOptions, Session, SessionQueue } from './session.ts';

const firstRetryMs = 500;
const lastRetryMs = 5000;

/**
 * A queue that a service holds across lost connections. A broker may keep it for a dead connection of ours until it
 * notices, and somebody else may have taken it meanwhile: it is asked for again until it is had, or closed.
 */
export class HeldQueue {
  readonly name: string;
  readonly #options: Omit<QueueOptions, 'onCancelled'>;
  readonly #tell: (event: BusEvent) => void;
  #queue: SessionQueue | undefined;
  #session: Session | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: Omit<QueueOptions, 'onCancelled'>, tell: (event: BusEvent) => void) {
    this.name = options.name;
    this.#options = options;
    this.#tell = tell;
  }

  /** @throws ALI_BUS_NAME_TAKEN, ALI_BUS_REFUSED, ALI_BUS_CUT */
  async take(session: Session): Promise<void> {
    this.#session = session;
    const onCancelled = () => this.#again(session, firstRetryMs);
    const queue = await session.queue({ ...this.#options, onCancelled });
    if (this.#isClosed || this.#session !== session) await queue.close();
    else this.#queue = queue;
  }

  /** Takes the queue on a new connection, however long that may take. */
  restore(session: Session): Promise<void> {
    this.#stopRetrying();
    return this.#attempt(session, firstRetryMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopRetrying();
    await this.#queue?.close();
  }

  async #attempt(session: Session, retryMs: number): Promise<void> {
    try {
      await this.take(session);
    } catch (error) {
      // The next connection brings us back here.
      if (session.isEnded) throw error;
      this.#tell({
        event: 'name-taken',
        queue: this.name,
        reason: `${messageOf(error)}; it is asked for again`,
      });
      this.#again(session, retryMs);
    }
  }

  #again(session: Session, retryMs: number): void {
    if (this.#isClosed || this.#session !== session) return;
    this.#retry = setTimeout(() => {
      this.#attempt(session, Math.min(retryMs * 2, lastRetryMs)).catch(() => {});
    }, retryMs);
  }

  #stopRetrying(): void {
    clearTimeout(this.#retry);
  }
}
