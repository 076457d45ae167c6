import type { Message } from './message.ts';
import type { Peer } from './peer.ts';

/** Of a frame besides its bytes: what the view of it takes. */
const frameOverheadBytes = 128;

/** Messages of one peer that wait for the program. */
class Inbox {
  readonly peer: Peer;
  #messages: (Message | undefined)[] = [];
  #costs: number[] = [];
  #head = 0;
  costBytes = 0;
  isPaused = false;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  get length(): number {
    return this.#messages.length - this.#head;
  }

  push(message: Message, costBytes: number): void {
    this.#messages.push(message);
    this.#costs.push(costBytes);
    this.costBytes += costBytes;
  }

  shift(): Message {
    const head = this.#head++;
    const message = this.#messages[head] as Message;
    this.costBytes -= this.#costs[head] as number;
    this.#messages[head] = undefined;
    if (this.#head === this.#messages.length) {
      this.#messages = [];
      this.#costs = [];
      this.#head = 0;
    }
    return message;
  }
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

  constructor(limitMessages: number, limitBytes: number) {
    this.#limitMessages = limitMessages;
    this.#limitBytes = limitBytes;
  }

  get isEmpty(): boolean {
    return this.#turns.length === 0;
  }

  push(peer: Peer, message: Message, sizeBytes: number): void {
    const inbox = this.#inboxOf(peer);
    if (inbox.length === 0) this.#turns.push(inbox);
    inbox.push(message, sizeBytes + message.length * frameOverheadBytes);
    if (inbox.isPaused || (inbox.length < this.#limitMessages && inbox.costBytes < this.#limitBytes)) return;
    inbox.isPaused = true;
    peer.pause();
  }

  take(): Message | undefined {
    const turns = this.#turns;
    if (this.#turn >= turns.length) this.#turn = 0;
    const inbox = turns[this.#turn];
    if (inbox === undefined) return undefined;
    const message = inbox.shift();
    if (inbox.length === 0) turns.splice(this.#turn, 1);
    else this.#turn++;
    if (
      inbox.isPaused &&
      inbox.length <= this.#limitMessages / 2 &&
      inbox.costBytes <= this.#limitBytes / 2
    ) {
      inbox.isPaused = false;
      inbox.peer.resume();
    }
    return message;
  }

  /** A peer is gone. What it sent stays. */
  forget(peer: Peer): void {
    this.#inboxes.delete(peer);
  }

  clear(): void {
    this.#turns = [];
    this.#inboxes.clear();
  }

  #inboxOf(peer: Peer): Inbox {
    let inbox = this.#inboxes.get(peer);
    if (inbox === undefined) {
      inbox = new Inbox(peer);
      this.#inboxes.set(peer, inbox);
    }
    return inbox;
  }
}
