import { AlidadeError } from '../shared/errors.ts';

/** Options of a socket; each has its default, which suits messages of up to some hundred megabytes. */
export interface SocketOptions {
  /** Messages that may wait for one peer (1000). */
  readonly sendHighWaterMessages?: number | undefined;
  /** Bytes that may wait for one peer (64 MiB); one message may, however large. */
  readonly sendHighWaterBytes?: number | undefined;
  /** Messages of one peer that may wait for the program (1000); beyond, nothing more is read from that peer. */
  readonly receiveHighWaterMessages?: number | undefined;
  /** Bytes of one peer that may wait for the program (64 MiB), each frame counted with 128 bytes more than it has. */
  readonly receiveHighWaterBytes?: number | undefined;
  /** How long `close` goes on sending what waits, when it is not told (1000). */
  readonly lingerMs?: number | undefined;
  /** How long to wait before connecting again, at first (100). Each time in vain doubles it. */
  readonly reconnectMs?: number | undefined;
  /** How long to wait before connecting again, at most (5000). */
  readonly reconnectMaxMs?: number | undefined;
  /** How often to ask a peer for a sign of life; 0 for never (0). */
  readonly heartbeatMs?: number | undefined;
  /** A peer that is silent for so long after being asked is gone (`heartbeatMs`). */
  readonly heartbeatTimeoutMs?: number | undefined;
  /** How long connecting and the greetings may take (10 000). */
  readonly handshakeTimeoutMs?: number | undefined;
  /** The largest frame that is received (128 MiB). */
  readonly maxFrameBytes?: number | undefined;
  /** The largest message that is received (256 MiB). */
  readonly maxMessageBytes?: number | undefined;
  /** The most frames of a message that is received (65 536). */
  readonly maxFramesPerMessage?: number | undefined;
  /** The most peers at a time (256). One that is gone counts for as long as messages of it wait for the program. */
  readonly maxPeers?: number | undefined;
  /** The most different subscriptions of one peer (100 000), and bytes in them (16 MiB). */
  readonly maxSubscriptions?: number | undefined;
}

/** {@link SocketOptions} with nothing left open. */
export type Settings = { readonly [Name in keyof SocketOptions]-?: number };

const mebibyte = 1024 * 1024;

/** Of the subscriptions of one peer. */
export const maxSubscriptionBytes = 16 * mebibyte;

/** @throws ALI_USAGE when a value is not a whole number in its range */
export function normalize(options: SocketOptions): Settings {
  const heartbeatMs = whole(options, 'heartbeatMs', 0, 0);
  const reconnectMs = whole(options, 'reconnectMs', 100);
  return {
    sendHighWaterMessages: whole(options, 'sendHighWaterMessages', 1000),
    sendHighWaterBytes: whole(options, 'sendHighWaterBytes', 64 * mebibyte),
    receiveHighWaterMessages: whole(options, 'receiveHighWaterMessages', 1000),
    receiveHighWaterBytes: whole(options, 'receiveHighWaterBytes', 64 * mebibyte),
    lingerMs: whole(options, 'lingerMs', 1000, 0),
    reconnectMs,
    reconnectMaxMs: Math.max(reconnectMs, whole(options, 'reconnectMaxMs', 5000)),
    heartbeatMs,
    heartbeatTimeoutMs: whole(options, 'heartbeatTimeoutMs', Math.max(1, heartbeatMs)),
    handshakeTimeoutMs: whole(options, 'handshakeTimeoutMs', 10_000),
    maxFrameBytes: whole(options, 'maxFrameBytes', 128 * mebibyte),
    maxMessageBytes: whole(options, 'maxMessageBytes', 256 * mebibyte),
    maxFramesPerMessage: whole(options, 'maxFramesPerMessage', 65_536),
    maxPeers: whole(options, 'maxPeers', 256),
    maxSubscriptions: whole(options, 'maxSubscriptions', 100_000),
  };
}

/** Longer than this, a timer of Node.js goes off at once. */
const maxDelayMs = 2 ** 31 - 1;

function whole(options: SocketOptions, name: keyof SocketOptions, preset: number, least = 1): number {
  const value = options[name] ?? preset;
  return inRange(name, value, least, name.endsWith('Ms') ? maxDelayMs : Number.MAX_SAFE_INTEGER);
}

/** @throws ALI_USAGE when the time is none that can be waited for */
export function waitingTime(name: 'lingerMs' | 'timeoutMs', valueMs: number): number {
  return inRange(name, valueMs, 0, maxDelayMs);
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AlidadeError(
    'ALI_USAGE',
    `${name} is ${value}; it must be a whole number from ${least} to ${most}`,
  );
}
