import type { PeerName } from './monitor.ts';
import type { Peer } from './peer.ts';

/** Of one peer, or of a socket and all the peers that it ever had. Bytes are those of frames, without their headers. */
export interface Counts {
  /** Handed to the system. */
  readonly sentMessages: number;
  readonly sentBytes: number;
  /** Arrived whole, whether or not the program has taken them. */
  readonly receivedMessages: number;
  readonly receivedBytes: number;
  /** Asked for by a subscriber and not queued for it, because its queue was full. */
  readonly droppedMessages: number;
  /** Being written when the connection ended, or queued: for this subscriber, or when the socket was closed. */
  readonly lostMessages: number;
  /** Received and not for us: not subscribed (any more), or no message that this kind of socket takes. */
  readonly unwantedMessages: number;
}

export interface PeerStatistics extends Counts, PeerName {
  readonly isReady: boolean;
  /** Waiting to be sent, with what is being written. */
  readonly queuedMessages: number;
  /** The same with the headers of the frames. */
  readonly queuedBytes: number;
}

export interface SocketStatistics extends Counts {
  /** How many peers were turned away, were gone before they were ready, or broke the protocol. */
  readonly refusedPeers: number;
  readonly peers: readonly PeerStatistics[];
}

export type MutableCounts = { -readonly [Name in keyof Counts]: Counts[Name] };

export function noCounts(): MutableCounts {
  return {
    sentMessages: 0,
    sentBytes: 0,
    receivedMessages: 0,
    receivedBytes: 0,
    droppedMessages: 0,
    lostMessages: 0,
    unwantedMessages: 0,
  };
}

export function addCounts(sum: MutableCounts, counts: Counts): void {
  for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
}

export function statisticsOf({ name, counts, outbox, isReady }: Peer): PeerStatistics {
  const { queuedMessages, queuedBytes } = outbox;
  return { ...name, isReady, ...counts, queuedMessages, queuedBytes };
}
