import { type Clock, systemClock } from '../../shared/clock.ts';
import { AlidadeError } from '../../shared/errors.ts';
import type { Log } from '../../shared/log.ts';
import { FeedSocket, type Message } from '../../zmtp/index.ts';
import { FindingLog, shownNames } from '../analyzer/finding-log.ts';
import type { PulseMessage } from '../message.ts';
import { isOpenAddress } from '../open-address.ts';
import { type FanOut, SharedFanOut, WholeFanOut } from './fan-out.ts';
import { Input } from './input.ts';
import { Join } from './join.ts';
import { MessageJoiner } from './joined-message.ts';
import { type BufferedPulse, Ring } from './ring.ts';
import type { BufferDropReason, RingBufferStatus } from './status.ts';

export interface RingBufferOptions {
  /** Where the sources are, such as `tcp://127.0.0.1:9999`. More than one are joined by pulse id. */
  readonly inputs: readonly string[];
  /** What the sources are: PUSH (`pull` from them, the default) or PUB (`sub`). */
  readonly inputPattern?: 'pull' | 'sub' | undefined;
  /**
   * Gives the address where an input is now. It is asked when the input has been away for three seconds, and again,
   * less and less often, until it is back: a dispatching layer drops a stream that nobody received for a while, and gives a new one.
   */
  readonly renew?: ((signal: AbortSignal) => Promise<string>) | undefined;
  /** Where consumers connect, such as `tcp://127.0.0.1:8082`. */
  readonly address: string;
  /** `push`: consumers share the pulses (default). `pub`: each gets all, from the oldest in the ring. */
  readonly fanOut?: 'push' | 'pub' | undefined;
  /** Pulses that are kept (100). */
  readonly maxMessages?: number | undefined;
  /** Bytes of them (512 MiB); a single pulse is kept however large it is. */
  readonly maxBytes?: number | undefined;
  /** How long a pulse waits for all its members, where streams are joined (200). */
  readonly latenessMs?: number | undefined;
  readonly log: Log;
  /** Whether what the analyzer finds is written into the log (false); it is counted anyway. */
  readonly logFindings?: boolean | undefined;
  readonly clock?: Clock | undefined;
  /** Sees every message that came in, before it goes on; what it takes of time, the stream waits. */
  readonly onMessage?: ((message: PulseMessage) => void) | undefined;
}

const mebibyte = 1024 * 1024;

/**
 * What waits for one consumer outside the ring. Little, because it is out of the hands of whoever comes next; enough for
 * small messages to share a write.
 */
const outboxMessages = 8;
const outboxBytes = 64 * 1024;

/** Of joined streams so many pulses may wait for members, also where the ring is shorter: 10 s at 100 Hz. */
const leastWaitingPulses = 1000;

/**
 * Keeps the last pulses of a stream for whoever comes late, and passes every message on as it came, byte for byte.
 *
 * Nothing is dropped that is not counted: see {@link RingBufferStatus}. A source that is gone is connected again; the
 * buffer never ends by itself.
 *
 * @example
 * const log = await openLog({ name: 'buffer' });
 * const buffer = await RingBuffer.open({
 *   inputs: ['tcp://127.0.0.1:9999'],
 *   address: 'tcp://127.0.0.1:8082',
 *   log,
 * });
 * console.log(buffer.status().ring.messages);
 * await buffer.close();
 */
export class RingBuffer implements AsyncDisposable {
  readonly #options: RingBufferOptions;
  readonly #ring: Ring;
  readonly #fanOut: FanOut;
  readonly #fanOutName: 'push' | 'pub';
  readonly #output: FeedSocket<BufferedPulse>;
  readonly #inputs: Input[] = [];
  readonly #join: Join<PulseMessage> | undefined;
  readonly #losses: FindingLog;
  readonly #startMs: number;
  readonly #overruns = { overrun: 0, 'no-consumer': 0, closed: 0 };
  #bufferedPulses = 0;
  #areSameNamesSaid = false;
  #newest: bigint | undefined;
  #address = '';
  #closing: Promise<void> | undefined;

  /**
   * @throws ALI_ADDRESS when the port is in use, or the system does not let us listen there; ALI_ENDPOINT when an
   *   address is none; ALI_USAGE when a bound is not a whole number above 0, or an input is named twice
   */
  static async open(options: RingBufferOptions): Promise<RingBuffer> {
    const buffer = await RingBuffer.listen(options);
    try {
      await buffer.connect();
    } catch (error) {
      await buffer.close({ drainMs: 0 });
      throw error;
    }
    return buffer;
  }

  /**
   * Listens for consumers, and leaves the sources alone until {@link connect}: one that is pulled from is emptied by that,
   * so whatever else may fail is to be done before.
   *
   * @throws as {@link open}
   * @example
   * const log = await openLog({ name: 'buffer' });
   * const buffer = await RingBuffer.listen({ inputs: ['tcp://127.0.0.1:9999'], address: 'tcp://127.0.0.1:8082', log });
   * const server = await serveBufferStatus(buffer, { port: 9082, log });
   * await buffer.connect();
   */
  static async listen(options: RingBufferOptions): Promise<RingBuffer> {
    const buffer = new RingBuffer(options);
    try {
      buffer.#address = await buffer.#output.bind(options.address);
    } catch (error) {
      await buffer.close({ drainMs: 0 });
      throw error;
    }
    options.log.info(`consumers connect to ${buffer.#address}`, { fan_out: buffer.#fanOutName });
    return buffer;
  }

  private constructor(options: RingBufferOptions) {
    const { inputs, log, clock = systemClock, fanOut = 'push', latenessMs = 200 } = options;
    if (inputs.length === 0) throw new AlidadeError('ALI_USAGE', 'a buffer needs the address of a source');
    const twice = inputs.find((address, index) => inputs.indexOf(address) !== index);
    if (twice !== undefined) {
      throw new AlidadeError('ALI_USAGE', `${twice} is named twice: a stream is not joined with itself`);
    }
    const maxMessages = atLeastOne('maxMessages', options.maxMessages ?? 100);
    const maxBytes = atLeastOne('maxBytes', options.maxBytes ?? 512 * mebibyte);
    this.#options = options;
    this.#startMs = clock.nowMs();
    this.#ring = new Ring(maxMessages, maxBytes, (pulse) => this.#onOverrun(pulse));
    this.#losses = new FindingLog(log, clock);
    this.#fanOutName = fanOut;
    this.#fanOut = fanOut === 'push' ? new SharedFanOut(this.#ring) : new WholeFanOut(this.#ring);
    this.#output = new FeedSocket(fanOut === 'push' ? 'PUSH' : 'PUB', this.#fanOut, {
      sendHighWaterMessages: outboxMessages,
      sendHighWaterBytes: outboxBytes,
    });
    this.#output.monitor((event) => {
      if (event.event === 'connected') log.info('consumer connected', { consumer: event.address });
      else if (event.event === 'disconnected')
        log.info(`consumer gone: ${event.reason}`, { consumer: event.address, lost: event.lostMessages });
      else if (event.event === 'refused')
        log.warning(`consumer refused: ${event.reason}`, { consumer: event.address });
    });
    const joiner = new MessageJoiner(inputs, (names) => this.#saySameNames(names, log));
    this.#join =
      inputs.length === 1
        ? undefined
        : new Join<PulseMessage>({
            inputs: inputs.length,
            latenessMs,
            maxPulses: Math.max(maxMessages, leastWaitingPulses),
            maxBytes,
            sizeOf,
            clock,
            onPulse: (members) => this.#onJoined(members, joiner),
            onDrop: (reason, input) => this.#countAt(input, reason),
          });
  }

  /** Connects to the sources of a buffer that only listens. @throws ALI_ENDPOINT when an address is none */
  async connect(): Promise<void> {
    const options = this.#options;
    const { inputs, inputPattern, log, clock = systemClock, onMessage, renew } = options;
    for (const [index, address] of inputs.entries()) {
      const input = await Input.open({
        address,
        pattern: inputPattern ?? 'pull',
        log,
        clock,
        logFindings: options.logFindings ?? false,
        renew,
        onMessage: (message) => {
          onMessage?.(message);
          this.#onMessage(index, message);
        },
        // A burst from a source overruns nobody who keeps up with it.
        messagesPerTurn: Math.min(this.#ring.maxMessages, 64),
      });
      this.#inputs.push(input);
    }
  }

  /** Where consumers connect, with the real port. */
  get address(): string {
    return this.#address;
  }

  status(): RingBufferStatus {
    const { sentMessages, lostMessages, peers } = this.#output.statistics();
    const inputs = this.#inputs.map((input) => input.status());
    const sum = (count: (input: (typeof inputs)[number]) => number) =>
      inputs.reduce((total, input) => total + count(input), 0);
    const overrunOf = new Map(this.#fanOut.consumers.map(({ peer, overrun }) => [peer, overrun]));
    const dropped: Record<BufferDropReason, number> = {
      undecodable: sum(({ undecodable }) => Object.values(undecodable).reduce((a, b) => a + b, 0)),
      late: sum(({ late }) => late),
      duplicate: sum(({ duplicate }) => duplicate),
      ...this.#overruns,
      overrun: this.#overruns.overrun + this.#fanOut.overrun,
      lost: lostMessages,
    };
    return {
      state: this.#closing === undefined ? 'running' : 'draining',
      startTime: new Date(this.#startMs).toISOString(),
      fanOut: this.#fanOutName,
      address: this.#address,
      isOpen: isOpenAddress(this.#address),
      inputs,
      ring: {
        messages: this.#ring.length,
        bytes: this.#ring.sizeBytes,
        maxMessages: this.#ring.maxMessages,
        maxBytes: this.#ring.maxBytes,
        oldestPulseId: this.#ring.at(this.#ring.first)?.pulseId,
        newestPulseId: this.#newest,
      },
      waitingPulses: this.#join?.waitingPulses ?? 0,
      bufferedPulses: this.#bufferedPulses,
      sentMessages,
      consumers: peers
        .filter(({ peer }) => overrunOf.has(peer))
        .map((peer) => ({
          address: peer.address,
          sentMessages: peer.sentMessages,
          sentBytes: peer.sentBytes,
          queuedMessages: peer.queuedMessages,
          overrun: overrunOf.get(peer.peer) ?? 0,
        })),
      dropped,
    };
  }

  /**
   * Takes nothing more in, lets the consumers that are there draw what is left for up to `drainMs` (2000), and ends.
   * What nobody drew is counted.
   */
  close({ drainMs = 2000 }: { readonly drainMs?: number | undefined } = {}): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(drainMs: number): Promise<void> {
    await Promise.all(this.#inputs.map((input) => input.close()));
    this.#join?.flush();
    await this.#output.close({ lingerMs: drainMs });
    this.#losses[Symbol.dispose]();
    this.#overruns.closed = this.#fanOut.unsent;
    while (this.#ring.shift() !== undefined);
  }

  #onMessage(input: number, message: PulseMessage): void {
    // The bytes are the same, and of a header that is known there is one copy: often it is most of a message.
    if (this.#join === undefined)
      this.#buffer(message.pulseId, message.frames.with(1, message.dataHeader.frame));
    else this.#join.add(input, message);
  }

  #onJoined(members: readonly (PulseMessage | undefined)[], joiner: MessageJoiner): void {
    for (const [index, member] of members.entries()) {
      if (member === undefined) this.#countAt(index, 'missingPulses');
    }
    const pulseId = members.find((member) => member !== undefined)?.pulseId;
    if (pulseId !== undefined) this.#buffer(pulseId, joiner.join(members));
  }

  #buffer(pulseId: bigint, frames: Message): void {
    const order = this.#bufferedPulses++;
    this.#newest = pulseId;
    this.#ring.push({ ...this.#output.encode(frames), pulseId, order, takers: 0 });
    this.#output.wake();
  }

  #onOverrun({ takers, pulseId }: BufferedPulse): void {
    if (this.#fanOut.isBehind) this.#losses.add({ kind: 'overrun', pulseId });
    if (takers > 0) return;
    if (this.#fanOut.size === 0) this.#overruns['no-consumer']++;
    // Of a whole fan-out each consumer counts what it missed.
    else if (this.#fanOutName === 'push') this.#overruns.overrun++;
  }

  #saySameNames(names: readonly string[], log: Log): void {
    if (this.#areSameNamesSaid) return;
    this.#areSameNamesSaid = true;
    log.warning(
      `channels of several sources have the same name: ${shownNames(names)}; most receivers give the last one only`,
    );
  }

  #countAt(input: number, what: 'late' | 'duplicate' | 'missingPulses'): void {
    const counts = this.#inputs[input]?.counts;
    if (counts !== undefined) counts[what]++;
  }
}

function atLeastOne(name: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new AlidadeError('ALI_USAGE', `${name} is ${value}; it must be a whole number above 0`);
}

/** Of a frame besides its bytes: what the view of it takes. */
const frameOverheadBytes = 128;

function sizeOf({ frames }: PulseMessage): number {
  return frames.reduce((sum, { length }) => sum + length + frameOverheadBytes, 0);
}
