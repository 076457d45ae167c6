import { openAlidadeParty } from './alidade-party.ts';
import { openLibzmqParty } from './libzmq-party.ts';

export type Role = 'push' | 'pull' | 'pub' | 'sub';
export type Side = 'alidade' | 'libzmq';

/** A message as it is compared: its frames, copied out of whatever buffers they came in. */
export type Frames = readonly Uint8Array[];

/** One socket, whoever implements it; the suites are written against this and run with either on each side. */
export interface Party extends AsyncDisposable {
  /** @returns the endpoint with its port */
  bind(endpoint: string): Promise<string>;
  connect(endpoint: string): Promise<void>;
  subscribe(prefix: string): Promise<void>;
  unsubscribe(prefix: string): Promise<void>;
  /** Resolves when the message is queued, for a subscriber that is full also when it was dropped. */
  send(frames: Frames): Promise<void>;
  receive(): Promise<Buffer[]>;
  /** Resolves when the next peer has greeted, and its messages are taken. */
  peerReady(): Promise<void>;
  /** Closes, and delivers for so long what is queued. */
  close(lingerMs?: number): Promise<void>;
}

/** What a party is opened with; times in milliseconds. High-water marks are in messages, 0 for none. */
export interface PartyOptions {
  readonly highWaterMark?: number;
  readonly heartbeatIntervalMs?: number;
  readonly heartbeatTimeoutMs?: number;
  readonly reconnectMs?: number;
  /** Of the system's socket buffers, so that a reader which does not read is felt soon. libzmq only. */
  readonly socketBufferBytes?: number;
}

export function openParty(side: Side, role: Role, options: PartyOptions = {}): Party {
  return side === 'libzmq' ? openLibzmqParty(role, options) : openAlidadeParty(role, options);
}
