import type { Socket } from 'node:net';
import { messageOf } from '../shared/errors.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Intake } from './intake.ts';
import type { Message } from './message.ts';
import type { Monitor, PeerName, Refusal } from './monitor.ts';
import type { Settings } from './options.ts';
import { Outbox, type Written } from './outbox.ts';
import { noCounts } from './statistics.ts';
import {
  type Command,
  decodeError,
  decodePing,
  decodeProperties,
  encodeCommand,
  encodeError,
  encodePing,
  encodeReady,
} from './wire/command.ts';
import { Decoder, type DecoderLimits } from './wire/decoder.ts';
import type { EncodedMessage } from './wire/encoder.ts';
import { encodeGreeting, type Greeting } from './wire/greeting.ts';
import { ProtocolError } from './wire/protocol-error.ts';
import { Writer } from './writer.ts';

export type SocketType = 'PUSH' | 'PULL' | 'PUB' | 'SUB';

/** What a kind of socket does with its peers. What it throws of {@link ProtocolError} ends that peer. */
export interface Pattern {
  readonly type: SocketType;
  /** Socket types of peers that it talks to; XPUB and XSUB are on the wire what PUB and SUB are. */
  readonly peerTypes: readonly string[];
  readonly limits: DecoderLimits;
  /** Peers that are gone while messages of them wait for the program: they still take a place each. */
  readonly leftCount: number;
  onReady(peer: Peer): void;
  onMessage(peer: Peer, message: Message, sizeBytes: number): void;
  /** All messages of a read are handed over. */
  onRead(peer: Peer): void;
  /** A command of the pattern; those that every pattern has are dealt with. */
  onCommand(peer: Peer, command: Command): void;
  /** Something was written, so there may be room again. */
  onWritten(peer: Peer): void;
  /** A peer that was ready is gone; what still lies in its outbox is the pattern's to keep or to count. */
  onGone(peer: Peer): void;
}

export interface PeerOptions {
  readonly name: PeerName;
  readonly socket: Socket;
  /** What the socket reads into, unless it is into memory of Node's. */
  readonly intake: Intake | undefined;
  readonly settings: Settings;
  readonly pattern: Pattern;
  readonly monitor: Monitor;
  /** Called after each write. */
  readonly onWritten: () => void;
  /** Called once, when the connection is closed; `wasOfUse` unless the peer was never ready, or broke the protocol. */
  readonly onClose: (reason: string, wasOfUse: boolean) => void;
}

/** A peer that has us answer so much without reading the answers is none. */
const maxUnreadAnswerBytes = 1024 * 1024;

const keepAliveMs = 30_000;

/** One connection, from the greetings to its end. */
export class Peer {
  readonly name: PeerName;
  readonly outbox: Outbox;
  readonly counts = noCounts();
  #socket: Socket;
  #pattern: Pattern;
  #monitor: Monitor;
  #onWritten: PeerOptions['onWritten'];
  #onClose: PeerOptions['onClose'];
  #decoder: Decoder;
  #writer: Writer;
  #state: 'handshake' | 'ready' | 'ending' | 'closed' = 'handshake';
  #minor = 0;
  #isPaused = false;
  #handshakeTimer: NodeJS.Timeout;
  #handshakeTimeoutMs: number;
  #heartbeat: Heartbeat;
  #reason = 'the peer ended the connection';
  #isTurnedAway = false;

  constructor(options: PeerOptions) {
    const { socket, settings, pattern } = options;
    this.name = options.name;
    this.#socket = socket;
    this.#handshakeTimeoutMs = settings.handshakeTimeoutMs;
    this.#pattern = pattern;
    this.#monitor = options.monitor;
    this.#onWritten = options.onWritten;
    this.#onClose = options.onClose;
    this.outbox = new Outbox(settings.sendHighWaterMessages, settings.sendHighWaterBytes);
    this.#writer = new Writer(socket, this.outbox, (written) => this.#written(written));
    this.#decoder = new Decoder(pattern.limits, {
      onGreeting: (greeting) => this.#onGreeting(greeting),
      onCommand: (command) => this.#onCommand(command),
      onMessage: (message, sizeBytes) => this.#onMessage(message, sizeBytes),
    });
    const ping = encodePing(settings.heartbeatMs + settings.heartbeatTimeoutMs);
    this.#heartbeat = new Heartbeat({
      settings,
      ping: () => {
        // One that does not read gets no second question before it has read the first.
        if (this.outbox.commandBytes === 0) this.sendCommand(ping);
      },
      onSilence: (silentMs) => this.destroy(`nothing was heard from the peer for ${Math.round(silentMs)} ms`),
    });
    // What has arrived during a long turn of the event loop is looked at before the time is judged.
    this.#handshakeTimer = setTimeout(
      () => setImmediate(() => this.#judgeHandshake()),
      settings.handshakeTimeoutMs,
    );
    // A host that is gone without a word is noticed, also where no heartbeats are asked for.
    socket.setKeepAlive(true, keepAliveMs);
    socket.setNoDelay(true);
    if (options.intake === undefined) {
      socket.on('data', (chunk: Uint8Array) => this.#onData(() => this.#decoder.push(chunk)));
    } else {
      options.intake.start(this.#decoder, (read) => this.#onData(read));
      socket.resume();
    }
    socket.on('error', (error) => {
      this.#reason = messageOf(error);
    });
    // There is nobody left to write to: a ZMTP peer does not end one direction only.
    socket.on('end', () => this.destroy(this.#reason));
    socket.on('close', () => this.#closed());
    socket.write(encodeGreeting());
  }

  get isReady(): boolean {
    return this.#state === 'ready';
  }

  /** Whether it takes subscriptions as commands (ZMTP 3.1), and not as messages (3.0). */
  get takesCommands(): boolean {
    return this.#minor > 0;
  }

  /** Queues a message; whether there is room is the caller's to ask. */
  send(message: EncodedMessage): void {
    this.#writer.send(message);
  }

  sendCommand(bytes: Uint8Array): void {
    this.#writer.sendCommand(bytes);
  }

  /** Reads no more until {@link resume}. */
  pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#heartbeat.deaf(true);
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#heartbeat.deaf(false);
    this.#socket.resume();
  }

  tellDropped(messages: number): void {
    this.#monitor.tell({ event: 'dropped', ...this.name, messages });
  }

  refuse(refusal: Refusal, reason: string): void {
    if (this.#state === 'closed') return;
    this.#isTurnedAway = true;
    this.#monitor.tell({ event: 'refused', ...this.name, refusal, reason });
    this.destroy(reason);
  }

  /**
   * Ends the connection. What is being written, and what was, gets `withinMs` to arrive; what only waits is handed back
   * at once.
   */
  end(reason: string, withinMs: number): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed) return Promise.resolve();
    this.#reason = reason;
    const wasReady = this.#state === 'ready';
    if (wasReady) this.#leave();
    else if (this.#state === 'handshake') this.#isTurnedAway = true;
    const wasSentMessages = this.counts.sentMessages + this.outbox.writingMessages > 0;
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), withinMs);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      // The system drops what is still on its way when a peer sends anything, such as a PING, to a socket that is
      // destroyed. So whoever was sent messages is left to end its side, which it does when it has read them.
      if (wasSentMessages) socket.end();
      else if (wasReady) socket.end(() => socket.destroy());
      else socket.destroy();
    });
  }

  destroy(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
    this.#closed();
  }

  #onData(read: () => void): void {
    if (this.#state === 'closed' || this.#state === 'ending') return;
    this.#heartbeat.heard();
    try {
      read();
      if (this.#state === 'ready') this.#pattern.onRead(this);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      if (this.#state === 'ready') this.#pattern.onRead(this);
      else if (error.violation === 'socket-type') this.#socket.write(encodeError(error.message));
      this.refuse(error.violation, error.message);
    }
  }

  #judgeHandshake(): void {
    if (this.#state !== 'handshake') return;
    this.refuse(
      'handshake-timeout',
      `no handshake within ${this.#handshakeTimeoutMs} ms (handshakeTimeoutMs)`,
    );
  }

  #onGreeting(greeting: Greeting): void {
    this.#minor = greeting.major > 3 ? 1 : greeting.minor;
    this.#socket.write(encodeReady(this.#pattern.type));
  }

  #onCommand(command: Command): void {
    if (command.name === 'ERROR') {
      throw new ProtocolError('error-from-peer', `the peer says: ${decodeError(command.data)}`);
    }
    if (this.#state === 'handshake') this.#onReady(command);
    else if (command.name === 'PING') this.#onPing(command.data);
    else if (command.name !== 'PONG') this.#pattern.onCommand(this, command);
  }

  #onReady({ name, data }: Command): void {
    if (name !== 'READY') throw new ProtocolError('malformed', 'the peer did not begin with READY');
    const peerType = decodeProperties(data).get('socket-type') ?? '';
    const { type, peerTypes } = this.#pattern;
    if (!peerTypes.includes(peerType)) {
      const shown = /^[A-Z]{1,16}$/.test(peerType) ? peerType : 'of no known type';
      throw new ProtocolError(
        'socket-type',
        `the peer is ${shown}; ${type} talks to ${peerTypes.join(' and ')}`,
      );
    }
    this.#state = 'ready';
    clearTimeout(this.#handshakeTimer);
    // ZMTP 3.0 knows no PING.
    if (this.takesCommands) this.#heartbeat.start();
    this.#pattern.onReady(this);
    this.#monitor.tell({ event: 'connected', ...this.name });
  }

  #onMessage(message: Message, sizeBytes: number): void {
    if (this.#state === 'handshake') throw new ProtocolError('malformed', 'a message came before READY');
    if (this.#state !== 'ready') return;
    this.counts.receivedMessages++;
    this.counts.receivedBytes += sizeBytes;
    this.#pattern.onMessage(this, message, sizeBytes);
  }

  #onPing(data: Uint8Array): void {
    const { ttlMs, context } = decodePing(data);
    if (ttlMs > 0) this.#heartbeat.limit(ttlMs);
    const { answerBytes } = this.outbox;
    if (answerBytes > maxUnreadAnswerBytes) {
      throw new ProtocolError('limit', `the peer does not read what it is answered (${answerBytes} bytes)`);
    }
    this.#writer.sendAnswer(encodeCommand('PONG', context));
  }

  #written({ messages, bytes }: Written): void {
    this.counts.sentMessages += messages;
    this.counts.sentBytes += bytes;
    if (messages === 0 || this.#state !== 'ready') return;
    this.#pattern.onWritten(this);
    this.#onWritten();
  }

  /** From here on the pattern knows nothing of this peer. */
  #leave(): void {
    this.#state = 'ending';
    this.#writer.stop();
    this.#heartbeat.stop();
    this.#pattern.onGone(this);
  }

  #closed(): void {
    if (this.#state === 'closed') return;
    clearTimeout(this.#handshakeTimer);
    if (this.#state === 'ready') this.#leave();
    const wasReady = this.#state === 'ending';
    this.#state = 'closed';
    if (wasReady) {
      this.counts.lostMessages += this.outbox.writingMessages;
      const { lostMessages } = this.counts;
      this.#monitor.tell({ event: 'disconnected', ...this.name, reason: this.#reason, lostMessages });
    } else if (!this.#isTurnedAway) {
      const reason = `${this.#reason} before it was ready: it may want another security mechanism than NULL, or not be of ZeroMQ`;
      this.#monitor.tell({ event: 'refused', ...this.name, refusal: 'left-early', reason });
    }
    this.#onClose(this.#reason, wasReady && !this.#isTurnedAway);
  }
}
