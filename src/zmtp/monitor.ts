import type { Violation } from './wire/protocol-error.ts';

/** Why a peer was not taken in. */
export type Refusal = Violation | 'handshake-timeout' | 'left-early' | 'too-many-peers';

/** Which peer: `peer` is its number in this socket, `address` where it is, `endpoint` ours through which it came. */
export interface PeerName {
  readonly peer: number;
  readonly address: string;
  readonly endpoint: string;
}

/** What happens between a socket and its peers. */
export type MonitorEvent =
  /** The socket listens; `endpoint` has the real port. */
  | { readonly event: 'listening'; readonly endpoint: string }
  /** A peer is ready: both have greeted, and their socket types match. */
  | ({ readonly event: 'connected' } & PeerName)
  /** A peer that was ready is gone. `lostMessages` were being written to it, and may have arrived or not. */
  | ({ readonly event: 'disconnected'; readonly reason: string; readonly lostMessages: number } & PeerName)
  /** A peer was turned away before it was ready, or broke the protocol. */
  | ({ readonly event: 'refused'; readonly refusal: Refusal; readonly reason: string } & PeerName)
  /** Connecting failed, or the connection was lost: it is tried again after `delayMs`. */
  | { readonly event: 'retry'; readonly endpoint: string; readonly delayMs: number; readonly reason: string }
  /**
   * A subscriber does not keep up: `messages` that it asked for were dropped since the last such event. One comes with
   * the first message that is dropped, and one with the rest when it is caught up or gone.
   */
  | ({ readonly event: 'dropped'; readonly messages: number } & PeerName);

export type MonitorListener = (event: MonitorEvent) => void;

/** Tells events to whoever listens. What a listener throws is an uncaught exception, not a failure of the socket. */
export class Monitor {
  #listeners = new Set<MonitorListener>();

  /** @returns what ends the listening */
  add(listener: MonitorListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  tell(event: MonitorEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
