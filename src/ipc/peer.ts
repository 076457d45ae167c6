import type { Socket } from 'node:net';
import type { Lookout } from './lookout.ts';

/** A peer whose unread frames are this many bytes slows down whoever waits for it. */
const highWaterBytes = 1024 * 1024;

/** What waits for a peer at most; what comes when so much waits is dropped. */
const maxQueuedBytes = 16 * 1024 * 1024;

/** One that has not read for so long is not waited for. */
const patienceMs = 100;

/** The process id in the id of one that is there. */
export function pidOf(id: string): string {
  return id.split('.')[1] ?? '?';
}

/** A process of the same mesh, as this one sees it. */
export class Peer {
  readonly id: string;
  /** Whether this process called; then it also calls again. */
  readonly isCalled: boolean;
  /** It has said all that it had to say at the beginning. */
  isReady = false;
  readonly #out: Socket;
  readonly #lookout: Lookout;
  readonly #sockets = new Set<Socket>();
  #isCorked = false;
  #isSlow = false;
  #drained: Promise<void> | undefined;
  #release = () => {};

  #missed = 0;

  /** @param onCaughtUp it has read everything, and has missed so many frames before */
  constructor(
    id: string,
    out: Socket,
    isCalled: boolean,
    lookout: Lookout,
    onCaughtUp: (missed: number) => void,
  ) {
    this.id = id;
    this.isCalled = isCalled;
    this.#out = out;
    this.#lookout = lookout;
    this.#sockets.add(out);
    const moved = () => {
      this.#isSlow = false;
      this.#release();
    };
    out.on('drain', () => {
      moved();
      const missed = this.#missed;
      this.#missed = 0;
      if (missed > 0) onCaughtUp(missed);
    });
    out.on('close', moved);
  }

  /** The process id that it goes by. */
  get pid(): string {
    return pidOf(this.id);
  }

  /** Sends a frame unless too much waits; then it is dropped, and counted until the peer reads again. */
  offer(frame: Uint8Array): boolean {
    const isFull = this.#out.writableLength > 0 && this.#out.writableLength + frame.length > maxQueuedBytes;
    if (isFull) this.#missed++;
    else this.send(frame);
    return !isFull;
  }

  /**
   * Sends a whole frame: the first of a turn of the event loop at once, so that its reader wakes while the turn goes on;
   * those after it together.
   */
  send(frame: Uint8Array): void {
    if (this.#out.destroyed || this.#out.writableEnded) return;
    this.#out.write(frame);
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.#lookout.sent();
    this.#out.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.#out.uncork();
    });
  }

  /**
   * Resolves when it has read what waits for it, or shows that it does not read; undefined when there is nothing to wait
   * for. So a reader that is merely slower holds up a sender, and one that stands still does not.
   */
  drained(): Promise<void> | undefined {
    if (this.#out.writableLength < highWaterBytes || this.#isSlow) return undefined;
    this.#drained ??= new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#isSlow = true;
        this.#release();
      }, patienceMs);
      this.#release = () => {
        clearTimeout(timer);
        this.#drained = undefined;
        resolve();
      };
    });
    return this.#drained;
  }

  /** Another connection of the same peer, over which it sends. */
  join(socket: Socket): void {
    this.#sockets.add(socket);
  }

  /** Sends what waits, for at most so long, and ends. */
  async end(patienceMs: number): Promise<void> {
    const sockets = [...this.#sockets].filter((socket) => !socket.closed);
    const closed = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    const timer = setTimeout(() => this.destroy(), patienceMs);
    for (const socket of sockets) socket.end();
    await Promise.all(closed);
    clearTimeout(timer);
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
