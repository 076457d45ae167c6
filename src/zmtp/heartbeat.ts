import type { Settings } from './options.ts';

export interface HeartbeatOptions {
  readonly settings: Settings;
  readonly ping: () => void;
  /** The peer was silent for too long. */
  readonly onSilence: (silentMs: number) => void;
}

/**
 * Asks a peer for signs of life, and tells when there are none: after `heartbeatTimeoutMs` without an answer, or after
 * the time that the peer itself named in its PINGs (their TTL). Whatever arrives is a sign of life.
 */
export class Heartbeat {
  #options: HeartbeatOptions;
  #pinging: NodeJS.Timeout | undefined;
  #waiting: NodeJS.Timeout | undefined;
  #heardMs = performance.now();
  #limitMs = Number.POSITIVE_INFINITY;
  #isDeaf = false;
  #isStopped = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    const { settings, ping } = this.#options;
    const { heartbeatMs, heartbeatTimeoutMs } = settings;
    if (heartbeatMs === 0) return;
    this.#pinging = setInterval(ping, heartbeatMs);
    this.limit(heartbeatMs + heartbeatTimeoutMs);
  }

  heard(): void {
    this.#heardMs = performance.now();
  }

  /** While nothing is read, nobody can be heard: silence does not count. */
  deaf(isDeaf: boolean): void {
    this.#isDeaf = isDeaf;
    this.heard();
  }

  /** The peer is gone when it is silent for so long, unless it may be silent for less already. */
  limit(limitMs: number): void {
    if (this.#isStopped || limitMs >= this.#limitMs) return;
    this.#limitMs = limitMs;
    this.#wait(limitMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#pinging);
    clearTimeout(this.#waiting);
  }

  #wait(delayMs: number): void {
    clearTimeout(this.#waiting);
    // After a long turn of the event loop timers come before what has arrived meanwhile: that is looked at first.
    this.#waiting = setTimeout(() => setImmediate(() => this.#judge()), Math.ceil(delayMs));
  }

  #judge(): void {
    if (this.#isStopped) return;
    if (this.#isDeaf) this.heard();
    const silentMs = performance.now() - this.#heardMs;
    if (silentMs >= this.#limitMs) this.#options.onSilence(silentMs);
    else this.#wait(this.#limitMs - silentMs);
  }
}
