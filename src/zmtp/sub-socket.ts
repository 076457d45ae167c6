import { AlidadeError } from '../shared/errors.ts';
import type { Message } from './message.ts';
import { normalize, type Settings, type SocketOptions } from './options.ts';
import type { Peer } from './peer.ts';
import { PrefixSet } from './prefix-set.ts';
import { Reader } from './reader.ts';
import { ReceivingSocket } from './receiving-socket.ts';
import type { SocketPattern } from './socket.ts';
import { encodeSubscription, prefixText, startText } from './subscription.ts';
import { maxCommandBytes } from './wire/decoder.ts';

/** A SUBSCRIBE has its name, with a byte of length, before it. */
const maxPrefixBytes = maxCommandBytes - 1 - 'SUBSCRIBE'.length;

/**
 * Receives what PUB sockets send under the prefixes that it subscribes to: of the first frame, byte by byte.
 *
 * @example
 * await using sub = new SubSocket();
 * sub.connect('tcp://127.0.0.1:9999');
 * sub.subscribe('');
 * for await (const [topic] of sub) console.log(topic?.length);
 */
export class SubSocket extends ReceivingSocket {
  #subscriber: Subscriber;

  /** @throws ALI_USAGE when an option is not a whole number in its range */
  constructor(options: SocketOptions = {}) {
    const settings = normalize(options);
    const reader = new Reader(settings);
    const subscriber = new Subscriber(settings, reader);
    super(settings, subscriber, reader);
    this.#subscriber = subscriber;
  }

  /**
   * Asks every publisher, now and later, for the messages whose first frame begins with `prefix`; with '' for all.
   * Subscriptions count: each one needs an `unsubscribe` of its own.
   *
   * @throws ALI_USAGE when the prefix has more bytes than a publisher takes (65 526)
   */
  subscribe(prefix: Uint8Array | string): void {
    const text = prefixText(prefix);
    if (text.length > maxPrefixBytes) {
      throw new AlidadeError(
        'ALI_USAGE',
        `the prefix has ${text.length} bytes; publishers take up to ${maxPrefixBytes}: subscribe to its beginning`,
      );
    }
    this.#subscriber.subscribe(text);
  }

  /** Takes one subscription back. One that was not made is let be. */
  unsubscribe(prefix: Uint8Array | string): void {
    this.#subscriber.unsubscribe(prefixText(prefix));
  }
}

class Subscriber implements SocketPattern {
  readonly type = 'SUB';
  readonly peerTypes = ['PUB', 'XPUB'];
  readonly limits: Settings;
  readonly hasUnsent = false;
  #reader: Reader;
  #prefixes = new PrefixSet();
  #publishers = new Set<Peer>();

  constructor(settings: Settings, reader: Reader) {
    this.limits = settings;
    this.#reader = reader;
  }

  get leftCount(): number {
    return this.#reader.leftCount;
  }

  subscribe(prefix: string): void {
    if (this.#prefixes.add(prefix)) this.#tell('SUBSCRIBE', prefix);
  }

  unsubscribe(prefix: string): void {
    if (this.#prefixes.remove(prefix)) this.#tell('CANCEL', prefix);
  }

  onReady(peer: Peer): void {
    this.#publishers.add(peer);
    for (const prefix of this.#prefixes)
      peer.sendCommand(encodeSubscription('SUBSCRIBE', prefix, peer.takesCommands));
  }

  /** What was on its way when its subscription ended, or what a publisher sends unasked, is left out here. */
  onMessage(peer: Peer, message: Message, sizeBytes: number): void {
    if (this.#prefixes.matches(startText(message[0], this.#prefixes.longest)))
      this.#reader.push(peer, message, sizeBytes);
    else peer.counts.unwantedMessages++;
  }

  onRead(): void {
    this.#reader.deliver();
  }

  onCommand(): void {}

  onWritten(): void {}

  onGone(peer: Peer): void {
    this.#publishers.delete(peer);
    this.#reader.forget(peer);
  }

  onClosing(): void {
    this.#reader.close();
  }

  onClosed(): number {
    return 0;
  }

  #tell(what: 'SUBSCRIBE' | 'CANCEL', prefix: string): void {
    for (const peer of this.#publishers)
      peer.sendCommand(encodeSubscription(what, prefix, peer.takesCommands));
  }
}
