import type { Pattern } from './cases.ts';

/** Connects, and resolves when `count` messages have come. */
export type Receive = (options: {
  readonly pattern: Pattern;
  readonly sizesBytes: readonly number[];
  readonly count: number;
  readonly endpoint: string;
  /** At the first message. */
  readonly onFirst: () => void;
}) => Promise<void>;

/** Binds a sender of a message that has these frames. */
export type Bind = (options: {
  readonly pattern: Pattern;
  readonly frames: readonly Buffer[];
}) => Promise<Sender>;

export interface Sender {
  readonly endpoint: string;
  /** Sends the message so many times, and resolves when all are queued. */
  send(count: number): Promise<void>;
  close(): Promise<void>;
}
