import { Fifo } from './fifo.ts';
import type { Message } from './message.ts';
import type { Peer } from './peer.ts';

/** Of a frame besides its bytes: what the view of it takes. */
const frameOverheadBytes = 128;

interface Received {
  readonly message: Message;
  readonly costBytes: number;
}

/** Messages of one peer that wait for the program. */
interface Inbox {
  readonly peer: Peer;
  readonly messages: Fifo<Received>;
  costBytes: number;
  isPaused: boolean;
  /** Its peer is gone. */
  isLeft: boolean;
}

/**
 * What was received and waits for the program: one message of each peer in turn. A peer of which more than the marks
 * waits is not read from until half of it is taken, so it feels the slow program through its own full buffers.
 */
export class FairQueue {
  #limitMessages: number;
  #limitBytes: number;
  /** Those that are not empty, in the order of their turns. */
  #turns: Inbox[] = [];
  #turn = 0;
  #inboxes = new Map<Peer, Inbox>();
  #leftCount = 0;

  constructor(limitMessages: number, limitBytes: number) {
    this.#limitMessages = limitMessages;
    this.#limitBytes = limitBytes;
  }

  get isEmpty(): boolean {
    return this.#turns.length === 0;
  }

  /** Peers that are gone while messages of them wait. */
  get leftCount(): number {
    return this.#leftCount;
  }

  push(peer: Peer, message: Message, sizeBytes: number): void {
    const inbox = this.#inboxOf(peer);
    const { messages } = inbox;
    const costBytes = sizeBytes + message.length * frameOverheadBytes;
    if (messages.length === 0) this.#turns.push(inbox);
    messages.push({ message, costBytes });
    inbox.costBytes += costBytes;
    if (inbox.isPaused || (messages.length < this.#limitMessages && inbox.costBytes < this.#limitBytes))
      return;
    inbox.isPaused = true;
    peer.pause();
  }

  take(): Message | undefined {
    const turns = this.#turns;
    if (this.#turn >= turns.length) this.#turn = 0;
    const inbox = turns[this.#turn];
    const received = inbox?.messages.shift();
    if (inbox === undefined || received === undefined) return undefined;
    inbox.costBytes -= received.costBytes;
    const { length } = inbox.messages;
    if (length > 0) this.#turn++;
    else {
      turns.splice(this.#turn, 1);
      if (inbox.isLeft) this.#leftCount--;
    }
    if (inbox.isPaused && length <= this.#limitMessages / 2 && inbox.costBytes <= this.#limitBytes / 2) {
      inbox.isPaused = false;
      inbox.peer.resume();
    }
    return received.message;
  }

  /** A peer is gone. What it sent stays. */
  forget(peer: Peer): void {
    const inbox = this.#inboxes.get(peer);
    this.#inboxes.delete(peer);
    if (inbox === undefined || inbox.messages.length === 0) return;
    inbox.isLeft = true;
    this.#leftCount++;
  }

  clear(): void {
    this.#turns = [];
    this.#inboxes.clear();
    this.#leftCount = 0;
  }

  #inboxOf(peer: Peer): Inbox {
    let inbox = this.#inboxes.get(peer);
    if (inbox === undefined) {
      inbox = { peer, messages: new Fifo(), costBytes: 0, isPaused: false, isLeft: false };
      this.#inboxes.set(peer, inbox);
    }
    return inbox;
  }
}
