import { type Clock, systemClock } from '../shared/clock.ts';
import { durationText } from '../shared/duration.ts';
import type { Log, LogFields } from '../shared/log.ts';
import type { MonitorEvent, MonitorListener } from '../zmtp/index.ts';

/** Whether a source is connected, and since when it is so. */
export interface ConnectionStatus {
  readonly connected: boolean;
  /** As ISO 8601; of a sender that was not there yet, since it was first tried. */
  readonly since: string;
  /** Why it is not connected, as the last try found. */
  readonly problem: string | undefined;
}

/**
 * - `connected`: at the first try
 * - `away`: the sender is not there, or is gone; it is tried again until it is there
 * - `refused`: it is there, but is none that we can receive from
 * - `back`: connected after one of these
 */
export type ConnectionNewsKind = 'connected' | 'away' | 'refused' | 'back';

/** What an operator wants to know of a connection: each thing once, not at each try. */
export interface ConnectionNews {
  readonly kind: ConnectionNewsKind;
  readonly text: string;
}

export interface ConnectionWatchOptions {
  readonly onNews: (news: ConnectionNews) => void;
  readonly clock?: Clock | undefined;
}

const modes = 'the mode is pull where a sender pushes, sub where it publishes';

const levels = { connected: 'info', back: 'info', away: 'warning', refused: 'error' } as const;

/** Follows the connection of a source with one address to its sender, from the moment it was opened. */
export class ConnectionWatch implements Disposable {
  readonly #onNews: (news: ConnectionNews) => void;
  readonly #clock: Clock;
  readonly #stop: () => void;
  /** Who was connected last, while that lasts: of one whose place it took, the end may be told later. */
  #peer: number | undefined;
  #sinceMs: number;
  #problem: string | undefined;
  /** What was told since it was connected last. */
  #told: 'away' | 'refused' | undefined;

  constructor(
    source: { monitor(listener: MonitorListener): () => void },
    { onNews, clock = systemClock }: ConnectionWatchOptions,
  ) {
    this.#onNews = onNews;
    this.#clock = clock;
    this.#sinceMs = clock.nowMs();
    this.#stop = source.monitor((event) => this.#onEvent(event));
  }

  status(): ConnectionStatus {
    const since = new Date(this.#sinceMs).toISOString();
    return { connected: this.#peer !== undefined, since, problem: this.#problem };
  }

  /** Follows it no more: whoever followed it is about to close the source. */
  [Symbol.dispose](): void {
    this.#stop();
    if (this.#peer !== undefined) this.#turn(undefined);
  }

  #onEvent(event: MonitorEvent): void {
    if (event.event === 'connected') this.#connected(event.peer);
    else if (event.event === 'disconnected') {
      if (event.peer !== this.#peer) return;
      this.#turn(undefined);
      this.#away('gone', event.reason, 'it is connected again when it is back');
    } else if (event.event === 'retry')
      this.#away('not there', event.reason, 'it is tried again until it is');
    else if (event.event === 'refused') {
      this.#problem = event.reason;
      if (this.#told === 'refused') return;
      this.#told = 'refused';
      const remedy = event.refusal === 'socket-type' ? ` (${modes})` : '';
      this.#onNews({ kind: 'refused', text: `source refused: ${event.reason}${remedy}; it is tried again` });
    }
  }

  #connected(peer: number): void {
    const awayMs = this.#clock.nowMs() - this.#sinceMs;
    const wasAway = this.#told !== undefined;
    this.#turn(peer);
    this.#problem = undefined;
    this.#told = undefined;
    if (wasAway) this.#onNews({ kind: 'back', text: `source connected, after ${lengthText(awayMs)}` });
    else this.#onNews({ kind: 'connected', text: 'source connected' });
  }

  #away(what: string, reason: string, next: string): void {
    this.#problem = reason;
    if (this.#told !== undefined) return;
    this.#told = 'away';
    this.#onNews({ kind: 'away', text: `source ${what}: ${reason}; ${next}` });
  }

  #turn(peer: number | undefined): void {
    this.#peer = peer;
    this.#sinceMs = this.#clock.nowMs();
  }
}

/** Writes what happens to a connection into a log. */
export function logNews(log: Log, { kind, text }: ConnectionNews, fields: LogFields): void {
  log[levels[kind]](text, fields);
}

/** To the second, of longer times to the minute. */
function lengthText(ms: number): string {
  const unitMs = ms < 1000 ? 1 : ms < 600_000 ? 1000 : 60_000;
  return durationText(Math.max(0, Math.round(ms / unitMs) * unitMs));
}
