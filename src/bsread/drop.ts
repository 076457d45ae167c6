import type { Message } from '../zmtp/index.ts';

/**
 * Why a message was dropped.
 *
 * - `main-header`: its first frame is not a main header
 * - `command`: a single frame of another kind, such as Java's `bsr_stop-1.0`
 * - `data-header`: its second frame is not a data header
 * - `frame-count`: it has more or fewer frames than its channels, so that which value is whose is not known
 * - `timestamp`: a timestamp frame has a length that none has
 */
export type DropReason = (typeof dropReasons)[number];

export const dropReasons = ['main-header', 'command', 'data-header', 'frame-count', 'timestamp'] as const;

/** A message that was dropped. */
export interface Drop {
  readonly reason: DropReason;
  /** What was wrong, for people. */
  readonly detail: string;
  /** Where it could be read. */
  readonly pulseId: bigint | undefined;
  readonly frames: Message;
}
