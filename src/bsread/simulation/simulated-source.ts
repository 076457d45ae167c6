import { type Clock, systemClock } from '../../shared/clock.ts';
import { Opened } from '../../shared/opened.ts';
import { startTicks } from '../../shared/ticks.ts';
import type { Compression } from '../channel-type.ts';
import { MessageEncoder } from '../message-encoder.ts';
import { isOpenAddress } from '../open-address.ts';
import { Sender } from '../sender.ts';
import type { SentValue } from '../sent-value.ts';
import { type SimulatedShape, simulatedChannels } from './simulated-channels.ts';

/**
 * What can go wrong with a simulated source.
 *
 * - `gap`: three pulses do not come
 * - `duplicate`: a pulse comes twice
 * - `reorder`: a pulse comes after the next one
 * - `missing`: a scalar has no value
 * - `header`: one message has a channel more
 * - `clock`: the time is ten seconds ahead, in one message
 * - `garbage`: something comes that is no message of bsread
 */
export type SimulatedFault = (typeof simulatedFaults)[number];

export const simulatedFaults = [
  'gap',
  'duplicate',
  'reorder',
  'missing',
  'header',
  'clock',
  'garbage',
] as const;

export interface SimulatedSourceOptions extends SimulatedShape {
  /** Where to listen, such as `tcp://127.0.0.1:9999`. */
  readonly address: string;
  readonly fanOut?: 'push' | 'pub' | undefined;
  /** Pulses a second (100). */
  readonly rateHz?: number | undefined;
  readonly compression?: Compression | undefined;
  /** The first pulse id (1). */
  readonly startPulseId?: number | undefined;
  /** It ends after so many pulses; undefined for never. */
  readonly pulses?: number | undefined;
  readonly faults?: readonly SimulatedFault[] | undefined;
  /** In turn, one of the faults every so many pulses (100). */
  readonly faultEvery?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface SimulatedSourceStatus {
  readonly address: string;
  /** Whether others than this machine can reach that. */
  readonly isOpen: boolean;
  readonly channels: number;
  readonly sentMessages: number;
  /** Nobody was there to take them in time. */
  readonly droppedMessages: number;
  /** Pulses that were not made because this process was too slow. */
  readonly missedPulses: number;
  readonly faults: Readonly<Partial<Record<SimulatedFault, number>>>;
}

/**
 * A source as a machine has it, for trying things out: scalars, waveforms, images and strings at a steady rate. Like a
 * real one it waits for nobody.
 *
 * @example
 * await using source = await SimulatedSource.open({ address: 'tcp://127.0.0.1:9999', images: 0, pulses: 1000 });
 * await source.ended;
 */
export class SimulatedSource implements AsyncDisposable {
  readonly channels: readonly string[];
  /** Resolves after the last of the `pulses`, or when it is closed. */
  readonly ended: Promise<void>;
  readonly #sender: Sender;
  readonly #made: ReturnType<typeof simulatedChannels>;
  readonly #encoder: MessageEncoder;
  readonly #otherEncoder: MessageEncoder;
  readonly #options: SimulatedSourceOptions;
  readonly #clock: Clock;
  readonly #faults: Partial<Record<SimulatedFault, number>> = {};
  #pulseId: number;
  #pulses = 0;
  #missedPulses = 0;
  #held: Uint8Array[] | undefined;
  #stop: () => void;

  /** @throws ALI_ADDRESS when the port is in use; ALI_ENDPOINT when the address is none; ALI_ENCODE for a length of 0 */
  static async open(options: SimulatedSourceOptions): Promise<SimulatedSource> {
    await using opened = new Opened();
    const sender = opened.use(await Sender.open({ addresses: options.address, pattern: options.fanOut }));
    const source = new SimulatedSource(sender, options);
    opened.move();
    return source;
  }

  private constructor(sender: Sender, options: SimulatedSourceOptions) {
    const { compression, clock = systemClock, rateHz = 100 } = options;
    this.#sender = sender;
    this.#options = options;
    this.#clock = clock;
    this.#made = simulatedChannels(options);
    const channels = this.#made.map(({ spec }) => spec);
    this.channels = channels.map(({ name }) => name);
    this.#encoder = new MessageEncoder({ channels, compression });
    this.#otherEncoder = new MessageEncoder({ channels: [...channels, { name: 'SIM:EXTRA' }], compression });
    this.#pulseId = options.startPulseId ?? 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    const stopTicks = startTicks(clock, rateHz, (_timeSeconds, missed) => {
      this.#missedPulses += missed;
      this.#tick();
      if (this.#pulses >= (options.pulses ?? Number.POSITIVE_INFINITY)) this.#stop();
    });
    this.#stop = () => {
      stopTicks();
      resolve();
    };
  }

  status(): SimulatedSourceStatus {
    const { sentMessages, droppedMessages, unwantedMessages } = this.#sender.statistics();
    const [address = ''] = this.#sender.endpoints;
    return {
      address,
      isOpen: isOpenAddress(address),
      channels: this.channels.length,
      sentMessages,
      droppedMessages: droppedMessages + unwantedMessages,
      missedPulses: this.#missedPulses,
      faults: { ...this.#faults },
    };
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#sender.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #tick(): void {
    const place = this.#pulses++;
    const { faults = [], faultEvery = 100 } = this.#options;
    const isDue = faults.length > 0 && place > 0 && place % faultEvery === 0;
    const fault = isDue ? faults[(place / faultEvery - 1) % faults.length] : undefined;
    if (fault !== undefined) this.#faults[fault] = (this.#faults[fault] ?? 0) + 1;
    if (fault === 'gap') this.#pulseId += 3;
    const frames = this.#message(fault);
    this.#pulseId++;
    const held = this.#held;
    this.#held = undefined;
    if (fault === 'garbage') this.#send(['no message', 'of bsread']);
    if (fault === 'reorder') this.#held = frames;
    else this.#send(frames);
    if (held !== undefined) this.#send(held);
    if (fault === 'duplicate') this.#send(frames);
  }

  #message(fault: SimulatedFault | undefined): Uint8Array[] {
    const pulse = this.#pulseId;
    const values = new Map<string, SentValue>(
      this.#made.map(({ spec, valueAt }) => [spec.name, valueAt(pulse)]),
    );
    if (fault === 'missing') values.set('SIM:CHARGE', undefined);
    if (fault === 'header') values.set('SIM:EXTRA', 1);
    const aheadNs = fault === 'clock' ? 10_000_000_000n : 0n;
    const timestampNs = BigInt(Math.round(this.#clock.nowMs() * 1000)) * 1000n + aheadNs;
    const encoder = fault === 'header' ? this.#otherEncoder : this.#encoder;
    return encoder.encode(values, { pulseId: BigInt(pulse), timestampNs });
  }

  #send(frames: readonly (Uint8Array | string)[]): void {
    // With a time-out of 0 it is settled at once.
    void this.#sender.sendFrames(frames, { timeoutMs: 0 });
  }
}
