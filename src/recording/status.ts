import type { LostMessageReason } from './ledger.ts';

/**
 * - `waiting`: no message was written yet
 * - `writing`
 * - `finished`: the file is closed, and holds what `written` says
 * - `error`: it ended before its time, as `problem` says: where the disk failed, the file keeps what was committed before;
 *   where the stream failed, it is closed, and holds what `written` says
 */
export type RecordingState = 'waiting' | 'writing' | 'finished' | 'error';

/** Why a recording ended; of these, only `source failed` makes its state `error`. */
export type Ending = 'stop reached' | 'stopped' | 'deadline' | 'source ended' | 'source failed';

/** What a recording does, and has done. */
export interface RecordingStatus {
  readonly state: RecordingState;
  readonly file: string;
  readonly problem: string | undefined;
  readonly ending: Ending | undefined;
  /** Until a start at a time in the future, in milliseconds; 0 otherwise. */
  readonly countdownMs: number;
  /** Messages. received = written + the sum of dropped. */
  readonly received: number;
  readonly written: number;
  readonly dropped: Readonly<Partial<Record<LostMessageReason, number>>>;
  /** Messages that are on the disk. */
  readonly committed: number;
  /** Of the frames of messages written. */
  readonly receivedBytes: number;
  readonly firstPulseId: bigint | undefined;
  readonly lastPulseId: bigint | undefined;
  /** Of the last message that came, written or not. */
  readonly lastSeenPulseId: bigint | undefined;
  readonly lastSeenTimeNs: bigint | undefined;
  readonly gaps: number;
  readonly missingPulses: bigint;
  readonly repeatedPulses: number;
  readonly backwardPulses: number;
  readonly channels: number;
  /** Values that came and are not in the file, by reason; after a problem, also those of messages that are not. */
  readonly lostValues: Readonly<Record<string, number>>;
  /** Compressed values that were kept without being decoded, as the thread that does it did not keep up. */
  readonly unverified: number;
  /** The first reason why a value could not be decoded, with its channel. */
  readonly fault: string | undefined;
}

/** Of one channel of a recording. */
export interface ChannelPresence {
  readonly name: string;
  /** Rows that have a value, of as many as there are messages. */
  readonly present: number;
  readonly undecodable: number;
}
