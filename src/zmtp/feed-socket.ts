import type { Frames, Message } from './message.ts';
import type { PeerName } from './monitor.ts';
import { normalize, type SocketOptions } from './options.ts';
import type { Peer } from './peer.ts';
import { PrefixSet } from './prefix-set.ts';
import { type SocketPattern, ZmtpSocket } from './socket.ts';
import { changeSubscription, startText, subscriptionOf } from './subscription.ts';
import type { Command } from './wire/command.ts';
import { maxCommandBytes } from './wire/decoder.ts';
import { type EncodedMessage, Encoder, firstFrame } from './wire/encoder.ts';
import { ProtocolError } from './wire/protocol-error.ts';

/** Where a {@link FeedSocket} draws its messages from. It is called in the middle of sending: it must not throw. */
export interface Feed<M extends EncodedMessage> {
  /** This peer takes messages from now on: a PULL peer when it is ready, a SUB peer when it has subscribed. */
  joined(peer: PeerName): void;
  /** The next message for this peer, which has room for it; undefined while there is none. */
  next(peer: number): M | undefined;
  /** Whether `next` would give one. */
  has(peer: number): boolean;
  /** This peer is gone. These messages were drawn for it, in this order, and no byte of them was written. */
  left(peer: number, unsent: readonly M[]): void;
}

/**
 * A PUSH or PUB socket that keeps no messages of its own: each peer draws from a {@link Feed} when it has room. So
 * whoever owns the messages decides to the last moment what a peer gets next, and what is not sent comes back to him. A
 * PUSH feed gives each message once, in turn to those peers that have room; a PUB feed gives each peer its own.
 */
export class FeedSocket<M extends EncodedMessage> extends ZmtpSocket {
  #feeder: Feeder<M>;
  #encoder = new Encoder();

  /** @throws ALI_USAGE when an option is not a whole number in its range */
  constructor(type: 'PUSH' | 'PUB', feed: Feed<M>, options: SocketOptions = {}) {
    const settings = normalize(options);
    const feeder = new Feeder(type, feed, settings.maxSubscriptions);
    super(settings, feeder);
    this.#feeder = feeder;
  }

  /**
   * A message as it goes over the wire. Frames of 16 KiB and more are not copied: leave their bytes as they are.
   */
  encode(frames: Frames): EncodedMessage {
    return this.#encoder.encode(frames);
  }

  /** The feed has something that it did not have when it was asked. */
  wake(): void {
    this.#feeder.feedAll();
  }
}

class Feeder<M extends EncodedMessage> implements SocketPattern {
  readonly type: 'PUSH' | 'PUB';
  readonly peerTypes: readonly string[];
  readonly limits;
  readonly leftCount = 0;
  #feed: Feed<M>;
  #maxSubscriptions: number;
  /** Those that take messages, in turn. */
  #takers: Peer[] = [];
  #turn = 0;
  /** Of SUB peers. */
  #prefixes = new Map<Peer, PrefixSet>();
  #isFeeding = false;

  constructor(type: 'PUSH' | 'PUB', feed: Feed<M>, maxSubscriptions: number) {
    this.type = type;
    this.peerTypes = type === 'PUSH' ? ['PULL'] : ['SUB', 'XSUB'];
    this.limits = {
      maxFrameBytes: maxCommandBytes,
      maxMessageBytes: maxCommandBytes,
      maxFramesPerMessage: 1,
    };
    this.#feed = feed;
    this.#maxSubscriptions = maxSubscriptions;
  }

  get hasUnsent(): boolean {
    return this.#takers.some((peer) => this.#feed.has(peer.name.peer));
  }

  /** Gives one message after the other to each peer with room, until none has room or the feed has no more. */
  feedAll(): void {
    // What is sent may be written at once, which comes back here: the loop below takes care of it.
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    for (let idle = 0; idle < this.#takers.length; ) {
      if (this.#turn >= this.#takers.length) this.#turn = 0;
      const peer = this.#takers[this.#turn++] as Peer;
      idle = this.#feedOne(peer) ? 0 : idle + 1;
    }
    this.#isFeeding = false;
  }

  onReady(peer: Peer): void {
    if (this.type === 'PUSH') this.#join(peer);
    else this.#prefixes.set(peer, new PrefixSet());
  }

  onMessage(peer: Peer, message: Message): void {
    if (this.type === 'PUSH') throw new ProtocolError('malformed', 'the peer is PULL and sends messages');
    const subscription = subscriptionOf(message);
    if (subscription === undefined) peer.counts.unwantedMessages++;
    else this.#subscribe(peer, subscription.isWanted, subscription.prefix);
  }

  onRead(): void {}

  onCommand(peer: Peer, { name, data }: Command): void {
    if (name === 'SUBSCRIBE') this.#subscribe(peer, true, data);
    else if (name === 'CANCEL') this.#subscribe(peer, false, data);
  }

  onWritten(): void {
    this.feedAll();
  }

  onGone(peer: Peer): void {
    this.#prefixes.delete(peer);
    const index = this.#takers.indexOf(peer);
    if (index < 0) return;
    this.#takers.splice(index, 1);
    const unsent: M[] = [];
    const queue = peer.outbox.clear();
    // Nothing is in it but what the feed gave.
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) unsent.push(next as M);
    this.#feed.left(peer.name.peer, unsent);
    this.feedAll();
  }

  onClosing(): void {}

  onClosed(): number {
    return 0;
  }

  #feedOne(peer: Peer): boolean {
    const { outbox, name } = peer;
    while (outbox.hasRoom) {
      const message = this.#feed.next(name.peer);
      if (message === undefined) return false;
      if (!this.#isWanted(peer, message)) continue;
      peer.send(message);
      return true;
    }
    return false;
  }

  #isWanted(peer: Peer, message: M): boolean {
    const prefixes = this.#prefixes.get(peer);
    if (prefixes === undefined) return true;
    return prefixes.matches(startText(firstFrame(message), prefixes.longest));
  }

  #subscribe(peer: Peer, isWanted: boolean, prefix: Uint8Array): void {
    const prefixes = this.#prefixes.get(peer);
    if (prefixes === undefined) return;
    changeSubscription(prefixes, isWanted, prefix, this.#maxSubscriptions);
    if (isWanted && !this.#takers.includes(peer)) this.#join(peer);
  }

  #join(peer: Peer): void {
    this.#takers.push(peer);
    this.#feed.joined(peer.name);
    this.feedAll();
  }
}
