import type { Frames, Message } from './message.ts';
import { normalize, type Settings, type SocketOptions } from './options.ts';
import type { Peer } from './peer.ts';
import { PrefixSet } from './prefix-set.ts';
import { noFrames, type SocketPattern, socketClosed, ZmtpSocket } from './socket.ts';
import { changeSubscription, startText, subscriptionOf } from './subscription.ts';
import type { Command } from './wire/command.ts';
import { maxCommandBytes } from './wire/decoder.ts';
import { type EncodedMessage, Encoder } from './wire/encoder.ts';

/**
 * `sent`: queued for every subscriber that asked for it. `dropped`: for some subscriber whose queue was full it was
 * dropped, and counted there. `unwanted`: nobody asked for it.
 */
export type PublishResult = 'sent' | 'dropped' | 'unwanted';

/**
 * Sends each message to all SUB peers that subscribed to a prefix of its first frame. It never waits: for a subscriber
 * whose queue is full, the whole message is dropped and counted. What waits for a subscriber is lost with its
 * connection.
 *
 * @example
 * await using pub = new PubSocket();
 * await pub.bind('tcp://127.0.0.1:9999');
 * await pub.send(['weather', '21.5']);
 */
export class PubSocket extends ZmtpSocket {
  #publisher: Publisher;

  /** @throws ALI_USAGE when an option is not a whole number in its range */
  constructor(options: SocketOptions = {}) {
    const settings = normalize(options);
    const publisher = new Publisher(settings);
    super(settings, publisher);
    this.#publisher = publisher;
  }

  /**
   * Queues the message for every subscriber that asked for it, and never waits. Large frames are not copied: leave
   * their bytes as they are until they are sent.
   *
   * @param onWritten called when the system has all of the message for every subscriber, or at once when nobody is to
   *   have it; not when it is lost for one. Its frames are not looked at from then on.
   * @throws ALI_SOCKET_CLOSED; ALI_USAGE for no frame at all
   */
  async send(frames: Frames, onWritten?: () => void): Promise<PublishResult> {
    return this.#publisher.send(frames, onWritten);
  }

  /**
   * What `send` does, without a promise.
   *
   * @returns whether no subscriber lost it
   */
  trySend(frames: Frames): boolean {
    return this.#publisher.send(frames) !== 'dropped';
  }
}

interface Subscriber {
  readonly prefixes: PrefixSet;
  /** Dropped since that was last told. */
  dropped: number;
  isDropping: boolean;
}

class Publisher implements SocketPattern {
  readonly type = 'PUB';
  readonly peerTypes = ['SUB', 'XSUB'];
  readonly limits = {
    maxFrameBytes: maxCommandBytes,
    maxMessageBytes: maxCommandBytes,
    maxFramesPerMessage: 1,
  };
  readonly leftCount = 0;
  readonly hasUnsent = false;
  #maxSubscriptions: number;
  #encoder = new Encoder();
  #subscribers = new Map<Peer, Subscriber>();
  /** Of all subscriptions; no more of a first frame is looked at. */
  #longest = 0;
  #isClosed = false;

  constructor(settings: Settings) {
    this.#maxSubscriptions = settings.maxSubscriptions;
  }

  send(frames: Frames, onWritten?: () => void): PublishResult {
    if (this.#isClosed) throw socketClosed();
    const first = typeof frames === 'string' || frames instanceof Uint8Array ? frames : frames[0];
    if (first === undefined) throw noFrames();
    const topic = startText(first, this.#longest);
    let encoded: EncodedMessage | undefined;
    let result: PublishResult = 'unwanted';
    /** Subscribers that it is not written to yet, and this call: the first may have it before the next is asked. */
    let pending = 1;
    const written = () => {
      if (--pending === 0) onWritten?.();
    };
    for (const [peer, subscriber] of this.#subscribers) {
      if (!subscriber.prefixes.matches(topic)) continue;
      if (peer.outbox.hasRoom) {
        encoded ??= this.#encoder.encode(frames, written);
        pending++;
        peer.send(encoded);
        if (subscriber.isDropping) this.#caughtUp(peer, subscriber);
        if (result === 'unwanted') result = 'sent';
      } else {
        this.#drop(peer, subscriber);
        result = 'dropped';
      }
    }
    written();
    return result;
  }

  onReady(peer: Peer): void {
    this.#subscribers.set(peer, { prefixes: new PrefixSet(), dropped: 0, isDropping: false });
  }

  onMessage(peer: Peer, message: Message): void {
    const subscription = subscriptionOf(message);
    if (subscription === undefined) peer.counts.unwantedMessages++;
    else this.#subscribe(peer, subscription.isWanted, subscription.prefix);
  }

  onRead(): void {}

  onCommand(peer: Peer, { name, data }: Command): void {
    if (name === 'SUBSCRIBE') this.#subscribe(peer, true, data);
    else if (name === 'CANCEL') this.#subscribe(peer, false, data);
  }

  onWritten(): void {}

  onGone(peer: Peer): void {
    const subscriber = this.#subscribers.get(peer);
    this.#subscribers.delete(peer);
    this.#longest = Math.max(0, ...[...this.#subscribers.values()].map(({ prefixes }) => prefixes.longest));
    peer.counts.lostMessages += peer.outbox.clear().length;
    if (subscriber !== undefined) this.#caughtUp(peer, subscriber);
  }

  onClosing(): void {
    this.#isClosed = true;
  }

  onClosed(): number {
    return 0;
  }

  #subscribe(peer: Peer, isWanted: boolean, prefix: Uint8Array): void {
    const prefixes = this.#subscribers.get(peer)?.prefixes;
    if (prefixes === undefined) return;
    changeSubscription(prefixes, isWanted, prefix, this.#maxSubscriptions);
    if (isWanted) this.#longest = Math.max(this.#longest, prefix.length);
  }

  #drop(peer: Peer, subscriber: Subscriber): void {
    peer.counts.droppedMessages++;
    if (subscriber.isDropping) {
      subscriber.dropped++;
      return;
    }
    // Whoever hears of it may send, which comes back here.
    subscriber.isDropping = true;
    peer.tellDropped(1);
  }

  #caughtUp(peer: Peer, subscriber: Subscriber): void {
    const { dropped } = subscriber;
    subscriber.dropped = 0;
    subscriber.isDropping = false;
    if (dropped > 0) peer.tellDropped(dropped);
  }
}
