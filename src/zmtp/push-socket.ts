import { AlidadeError } from '../shared/errors.ts';
import { Fifo } from './fifo.ts';
import type { Frames } from './message.ts';
import { normalize, type SocketOptions, waitingTime } from './options.ts';
import type { Peer } from './peer.ts';
import { noFrames, type SocketPattern, socketClosed, ZmtpSocket } from './socket.ts';
import { maxCommandBytes } from './wire/decoder.ts';
import { type EncodedMessage, Encoder } from './wire/encoder.ts';
import { ProtocolError } from './wire/protocol-error.ts';

export interface SendOptions {
  /** How long to wait for a peer with room; 0 for not at all, undefined for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PushOptions extends SendOptions {
  /**
   * Called when the system has all of the message: its frames are not looked at from then on, and their memory may be
   * used for something else. Not called for a message that is lost.
   */
  readonly onWritten?: (() => void) | undefined;
}

/** `sent`: queued for a peer that is there. `timed-out`: no peer had room in time; nothing was queued. */
export type PushResult = 'sent' | 'timed-out';

/**
 * Sends each message to one of its PULL peers, in turn among those that are ready and have room.
 *
 * A message waits for a peer, not in the socket: while none is ready, `send` waits. When a connection is lost, the
 * messages that wait in its queue go to other peers, or wait for the next one, before any later message; those that
 * were being written are lost, and counted so (`lostMessages`).
 *
 * @example
 * await using push = new PushSocket({ sendHighWaterMessages: 10 });
 * await push.bind('tcp://127.0.0.1:9999');
 * await push.send(['header', new Uint8Array(1000)]);
 */
export class PushSocket extends ZmtpSocket {
  #pusher: Pusher;

  /** @throws ALI_USAGE when an option is not a whole number in its range */
  constructor(options: SocketOptions = {}) {
    const pusher = new Pusher();
    super(normalize(options), pusher);
    this.#pusher = pusher;
  }

  /**
   * Resolves when the whole message is queued for a peer within its high-water marks, or could not be in time. Leave
   * the bytes of all frames as they are until then, and those of large ones, which are not copied, until they are sent.
   *
   * @throws ALI_SOCKET_CLOSED; ALI_ABORTED by the signal, and then nothing was queued; ALI_USAGE for no frame at all or
   *   a `timeoutMs` that is not a whole number in its range
   */
  send(frames: Frames, options?: PushOptions): Promise<PushResult> {
    return this.#pusher.send(frames, options);
  }

  /**
   * What `send` does with a time-out of 0, without a promise.
   *
   * @returns whether it was queued
   */
  trySend(frames: Frames): boolean {
    return this.#pusher.trySend(frames);
  }
}

interface Waiter {
  readonly frames: Frames;
  readonly onWritten: (() => void) | undefined;
  readonly settle: (result: PushResult | AlidadeError) => void;
}

const sent = Promise.resolve<PushResult>('sent');
const timedOut = Promise.resolve<PushResult>('timed-out');

class Pusher implements SocketPattern {
  readonly type = 'PUSH';
  readonly peerTypes = ['PULL'];
  readonly limits = {
    maxFrameBytes: maxCommandBytes,
    maxMessageBytes: maxCommandBytes,
    maxFramesPerMessage: 1,
  };
  readonly leftCount = 0;
  #encoder = new Encoder();
  #peers: Peer[] = [];
  #turn = 0;
  /** Of peers that are gone. */
  #returned = new Fifo<EncodedMessage>();
  #waiters = new Set<Waiter>();
  #isClosed = false;

  get hasUnsent(): boolean {
    return this.#returned.length > 0 || this.#waiters.size > 0;
  }

  trySend(frames: Frames, onWritten?: () => void): boolean {
    if (this.#isClosed) throw socketClosed();
    if (frames.length === 0 && Array.isArray(frames)) throw noFrames();
    if (this.hasUnsent) return false;
    const peer = this.#peerWithRoom();
    peer?.send(this.#encoder.encode(frames, onWritten));
    return peer !== undefined;
  }

  send(frames: Frames, options: PushOptions | undefined): Promise<PushResult> {
    const { timeoutMs, signal, onWritten } = options ?? {};
    try {
      if (timeoutMs !== undefined) waitingTime('timeoutMs', timeoutMs);
      if (signal?.aborted !== true && this.trySend(frames, onWritten)) return sent;
    } catch (error) {
      return Promise.reject(error);
    }
    if (signal?.aborted === true) return Promise.reject(aborted(signal));
    if (timeoutMs === 0) return timedOut;
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.settle(aborted(signal));
      const timer =
        timeoutMs === undefined ? undefined : setTimeout(() => waiter.settle('timed-out'), timeoutMs);
      const waiter: Waiter = {
        frames,
        onWritten,
        settle: (result) => {
          this.#waiters.delete(waiter);
          clearTimeout(timer);
          signal?.removeEventListener('abort', onAbort);
          if (result instanceof AlidadeError) reject(result);
          else resolve(result);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
    });
  }

  onReady(peer: Peer): void {
    this.#peers.push(peer);
    this.#sendUnsent();
  }

  onMessage(): void {
    throw new ProtocolError('malformed', 'the peer is PULL and sends messages');
  }

  onRead(): void {}

  onCommand(): void {}

  onWritten(): void {
    if (this.hasUnsent) this.#sendUnsent();
  }

  onGone(peer: Peer): void {
    this.#peers.splice(this.#peers.indexOf(peer), 1);
    const unsent = peer.outbox.clear();
    for (let next = unsent.shift(); next !== undefined; next = unsent.shift()) this.#returned.push(next);
    this.#sendUnsent();
  }

  onClosing(): void {
    this.#isClosed = true;
  }

  onClosed(): number {
    for (const waiter of [...this.#waiters]) waiter.settle(socketClosed());
    return this.#returned.length;
  }

  /** What is sent may be written at once, which comes back here: so each is taken out before it is sent. */
  #sendUnsent(): void {
    while (this.hasUnsent) {
      const peer = this.#peerWithRoom();
      if (peer === undefined) return;
      const message = this.#returned.shift();
      if (message === undefined) this.#sendWaiter(peer);
      else peer.send(message);
    }
  }

  #sendWaiter(peer: Peer): void {
    for (const waiter of this.#waiters) {
      waiter.settle('sent');
      peer.send(this.#encoder.encode(waiter.frames, waiter.onWritten));
      return;
    }
  }

  #peerWithRoom(): Peer | undefined {
    const peers = this.#peers;
    for (let tried = 0; tried < peers.length; tried++) {
      if (this.#turn >= peers.length) this.#turn = 0;
      const peer = peers[this.#turn++] as Peer;
      if (peer.outbox.hasRoom) return peer;
    }
    return undefined;
  }
}

function aborted(signal: AbortSignal | undefined): AlidadeError {
  return new AlidadeError('ALI_ABORTED', 'sending was given up by its signal', { cause: signal?.reason });
}
