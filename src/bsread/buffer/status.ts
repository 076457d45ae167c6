import type { Metric, Metrics } from '../../shared/metrics.ts';
import type { InputStatus } from './input.ts';

/**
 * Why a pulse was not handed to a consumer.
 *
 * - `undecodable`: a message was none of bsread
 * - `late`, `duplicate`: a message came after its pulse went on, or twice (only where streams are joined)
 * - `overrun`: newer pulses needed its room before the consumer took it
 * - `no-consumer`: the same, and nobody was there to take it
 * - `lost`: it was being written when the connection to its consumer ended
 * - `closed`: it was still there when the buffer ended
 */
export type BufferDropReason = (typeof bufferDropReasons)[number];

export const bufferDropReasons = [
  'undecodable',
  'late',
  'duplicate',
  'overrun',
  'no-consumer',
  'lost',
  'closed',
] as const;

export interface ConsumerStatus {
  readonly address: string;
  /** Handed to the system for it. The wire has no acknowledgement: what of them it read is not known. */
  readonly sentMessages: number;
  readonly sentBytes: number;
  /** Drawn for it, and not yet with the system. */
  readonly queuedMessages: number;
  /** Pulses that left the ring before it took them (`pub`). */
  readonly overrun: number;
}

/** What a ring buffer is doing, as `status` shows it. */
export interface RingBufferStatus {
  readonly state: 'running' | 'draining';
  readonly startTime: string;
  readonly fanOut: 'push' | 'pub';
  /** Where consumers connect. */
  readonly address: string;
  /** Whether others than this machine can reach that. */
  readonly isOpen: boolean;
  readonly inputs: readonly InputStatus[];
  readonly ring: {
    readonly messages: number;
    readonly bytes: number;
    readonly maxMessages: number;
    readonly maxBytes: number;
    readonly oldestPulseId: bigint | undefined;
    readonly newestPulseId: bigint | undefined;
  };
  /** Pulses that wait for members (only where streams are joined). */
  readonly waitingPulses: number;
  /** Pulses that came into the ring. */
  readonly bufferedPulses: number;
  /** Messages handed to the system for consumers. */
  readonly sentMessages: number;
  readonly consumers: readonly ConsumerStatus[];
  readonly dropped: Readonly<Record<BufferDropReason, number>>;
}

/** Adds what a buffer counts to the metrics of its program. */
export function addBufferMetrics(metrics: Metrics, status: () => RingBufferStatus): void {
  const ofInputs = (
    name: string,
    help: string,
    kind: Metric['kind'],
    value: (input: InputStatus) => number,
  ) =>
    metrics.add({
      name: `alidade_stream_${name}`,
      help,
      kind,
      labels: ['input'],
      read: () => status().inputs.map((input) => ({ labels: { input: input.address }, value: value(input) })),
    });
  const ofBuffer = (
    name: string,
    help: string,
    kind: Metric['kind'],
    value: (now: RingBufferStatus) => number,
  ) => metrics.add({ name: `alidade_stream_${name}`, help, kind, read: () => [{ value: value(status()) }] });

  ofInputs('connected', 'Whether the source is connected', 'gauge', ({ connected }) => Number(connected));
  ofInputs('received_messages_total', 'Messages received', 'counter', (input) => input.receivedMessages);
  ofInputs('received_bytes_total', 'Bytes received', 'counter', (input) => input.receivedBytes);
  ofInputs(
    'pulses_without_input_total',
    'Pulses of joined streams that went on without this one',
    'counter',
    (input) => input.missingPulses,
  );
  ofInputs(
    'messages_per_second',
    'Messages a second over the last 10 s',
    'gauge',
    ({ analysis }) => analysis.messagesPerSecond,
  );
  const analysed = [
    ['missing_pulses_total', 'Pulses that did not come', 'missingPulses'],
    ['duplicate_pulses_total', 'Pulses that came twice', 'duplicates'],
    ['reordered_pulses_total', 'Pulses that came after a later one', 'reordered'],
    ['restarts_total', 'How often pulses were counted anew', 'restarts'],
    ['missing_values_total', 'Values of channels that should have been there', 'missingValues'],
    ['header_changes_total', 'Changes of the data header', 'headerChanges'],
    ['clock_jumps_total', 'Jumps of the time of the source', 'clockJumps'],
  ] as const;
  // What came late after all is taken off the missing pulses.
  for (const [name, help, key] of analysed) {
    const kind = key === 'missingPulses' ? 'gauge' : 'counter';
    const called = kind === 'gauge' ? name.replace('_total', '') : name;
    ofInputs(called, help, kind, ({ analysis }) => analysis[key]);
  }
  ofBuffer('buffer_messages', 'Pulses in the ring', 'gauge', ({ ring }) => ring.messages);
  ofBuffer('buffer_bytes', 'Bytes in the ring', 'gauge', ({ ring }) => ring.bytes);
  ofBuffer('buffer_consumers', 'Consumers', 'gauge', ({ consumers }) => consumers.length);
  ofBuffer('sent_messages_total', 'Messages sent to consumers', 'counter', (now) => now.sentMessages);
  metrics.add({
    name: 'alidade_stream_dropped_total',
    help: 'Messages dropped, by reason',
    kind: 'counter',
    labels: ['reason'],
    read: () => Object.entries(status().dropped).map(([reason, value]) => ({ labels: { reason }, value })),
  });
}
