import type { Pattern } from './cases.ts';

/** Binds, tells where, and resolves when `count` messages have come. */
export type Receive = (options: {
  readonly pattern: Pattern;
  readonly sizesBytes: readonly number[];
  readonly count: number;
  readonly onEndpoint: (endpoint: string) => void;
  /** At the first message. */
  readonly onFirst: () => void;
}) => Promise<void>;

/** Connects, and resolves when something can be sent. */
export type Send = (options: {
  readonly pattern: Pattern;
  readonly frames: readonly Buffer[];
  readonly endpoint: string;
}) => Promise<Sender>;

export interface Sender {
  /** Sends the message so many times, and resolves when all are queued. */
  send(count: number): Promise<void>;
  readonly close: () => Promise<void>;
}

/** Before this a subscription has arrived. */
export const subscribedWithinMs = 200;
