import { RingBuffer, type RingBufferStatus, SimulatedSource, serveBufferStatus } from '../bsread/index.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import { Opened } from '../shared/opened.ts';
import type { TelescopeState } from '../telstate/index.ts';
import { ChannelSensors } from './channel-sensors.ts';
import type { StreamsDefinition } from './definition.ts';
import { SampleWriter, type SampleWriterStatus } from './sample-writer.ts';
import type { StoreContact } from './store-contact.ts';

/** A simulated source, or a ring buffer. */
export interface StreamStatus {
  readonly name: string;
  readonly kind: 'simulated' | 'buffer';
  /** Where others connect to it. */
  readonly address: string;
  /** Whether others than this machine can. */
  readonly isOpen: boolean;
  /** Of a buffer, whether all of its sources are. */
  readonly isConnected: boolean;
  /** Sent by a source, received by a buffer. */
  readonly messages: number;
  /** Over the last ten seconds; undefined of a source. */
  readonly messagesPerSecond?: number;
  readonly consumers?: number;
  readonly missingPulses?: number;
  /** Messages that were dropped, by the reason. */
  readonly dropped: Readonly<Record<string, number>>;
}

export interface StreamsStatus {
  readonly streams: readonly StreamStatus[];
  /** What came of channels that are sensors. */
  readonly sensors: SampleWriterStatus;
}

/** The streams of an instrument, running. */
export interface Streams extends AsyncDisposable {
  status(): StreamsStatus;
}

export interface OpenStreamsOptions {
  readonly definition: StreamsDefinition;
  readonly state: TelescopeState;
  readonly contact: StoreContact;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Starts the simulated sources and the buffers.
 *
 * @throws ALI_ADDRESS when a port is in use; ALI_ENDPOINT
 */
export async function openStreams(options: OpenStreamsOptions): Promise<Streams> {
  const { definition, state, contact, clock, log } = options;
  await using opened = new Opened();
  const writer = new SampleWriter(state, contact, clock);
  opened.defer(() => writer.stop());
  const buffers: RingBuffer[] = [];
  const parts: (() => StreamStatus)[] = [];
  for (const { name, ...of } of definition.simulated) {
    const source = opened.use(await SimulatedSource.open({ ...of, clock }));
    parts.push(() => sourceStatus(name, source));
  }
  for (const { name, inputs, address, sensors, ...of } of definition.buffers) {
    const channels = new ChannelSensors(sensors, writer, clock);
    const buffer = opened.use(
      await RingBuffer.listen({
        inputs,
        address,
        inputPattern: of.mode,
        fanOut: of.fanOut,
        maxMessages: of.length,
        maxBytes: of.bytes,
        latenessMs: of.lateness,
        logFindings: of.analyzer,
        log,
        clock,
        onMessage: sensors.length === 0 ? undefined : (message) => channels.see(message),
      }),
    );
    if (of.statusPort !== undefined) {
      opened.use(await serveBufferStatus(buffer, { port: of.statusPort, log }));
    }
    buffers.push(buffer);
    parts.push(() => bufferStatus(name, buffer.status()));
  }
  // Only now that every port is ours: a source that is pulled from is emptied by that.
  for (const buffer of buffers) await buffer.connect();
  const close = opened.move();
  return {
    status: () => ({ streams: parts.map((status) => status()), sensors: writer.status }),
    [Symbol.asyncDispose]: close,
  };
}

function sourceStatus(name: string, source: SimulatedSource): StreamStatus {
  const { address, isOpen, sentMessages, missedPulses } = source.status();
  return {
    name,
    kind: 'simulated',
    address,
    isOpen,
    isConnected: true,
    messages: sentMessages,
    // What nobody took was not to be kept: it is a source.
    dropped: { late: missedPulses },
  };
}

function bufferStatus(name: string, status: RingBufferStatus): StreamStatus {
  const { address, isOpen, inputs, consumers, dropped } = status;
  const sum = (of: (input: (typeof inputs)[number]) => number) =>
    inputs.reduce((total, input) => total + of(input), 0);
  return {
    name,
    kind: 'buffer',
    address,
    isOpen,
    isConnected: inputs.every(({ connected }) => connected),
    messages: sum(({ receivedMessages }) => receivedMessages),
    messagesPerSecond: sum(({ analysis }) => analysis.messagesPerSecond),
    consumers: consumers.length,
    missingPulses: sum(({ analysis }) => analysis.missingPulses),
    dropped,
  };
}
