import type { Feed, PeerName } from '../../zmtp/index.ts';
import type { BufferedPulse, Ring } from './ring.ts';

/** Who consumes the buffer, as `status` shows it. */
export interface Consumer {
  readonly peer: number;
  readonly address: string;
  /** Pulses that left the ring before it took them (`pub`). */
  readonly overrun: number;
}

/** How the pulses of a ring get to its consumers. */
export interface FanOut extends Feed<BufferedPulse> {
  readonly consumers: readonly Consumer[];
  /** How many they are. */
  readonly size: number;
  /** Of consumers that are gone too. */
  readonly overrun: number;
  /** Pulses in the ring that no consumer has drawn. */
  readonly unsent: number;
  /** Whether what left the ring last was still to be had by a consumer. */
  readonly isBehind: boolean;
}

/** Consumers share the pulses: each goes to one of them, and leaves the ring with that. */
export class SharedFanOut implements FanOut {
  readonly overrun = 0;
  #ring: Ring;
  #consumers = new Map<number, Consumer>();

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  get consumers(): readonly Consumer[] {
    return [...this.#consumers.values()];
  }

  get size(): number {
    return this.#consumers.size;
  }

  get unsent(): number {
    return this.#ring.length;
  }

  get isBehind(): boolean {
    return this.size > 0;
  }

  joined({ peer, address }: PeerName): void {
    this.#consumers.set(peer, { peer, address, overrun: 0 });
  }

  next(): BufferedPulse | undefined {
    return this.#ring.shift();
  }

  has(): boolean {
    return this.#ring.length > 0;
  }

  /** What it had not begun to get is for the others, or for the next. */
  left(peer: number, unsent: readonly BufferedPulse[]): void {
    this.#consumers.delete(peer);
    this.#ring.putBack(unsent);
  }
}

interface Reader {
  readonly address: string;
  position: number;
  overrun: number;
}

/** Each consumer gets all pulses, from the oldest that is in the ring when it comes. */
export class WholeFanOut implements FanOut {
  #ring: Ring;
  #readers = new Map<number, Reader>();
  #pastOverrun = 0;

  constructor(ring: Ring) {
    this.#ring = ring;
  }

  get consumers(): readonly Consumer[] {
    return [...this.#readers].map(([peer, reader]) => ({
      peer,
      address: reader.address,
      overrun: reader.overrun + this.#missed(reader),
    }));
  }

  get overrun(): number {
    return this.consumers.reduce((sum, { overrun }) => sum + overrun, this.#pastOverrun);
  }

  get size(): number {
    return this.#readers.size;
  }

  get unsent(): number {
    let unsent = 0;
    for (let at = this.#ring.first; at < this.#ring.end; at++) if (this.#ring.at(at)?.takers === 0) unsent++;
    return unsent;
  }

  get isBehind(): boolean {
    for (const { position } of this.#readers.values()) if (position < this.#ring.first) return true;
    return false;
  }

  joined({ peer, address }: PeerName): void {
    this.#readers.set(peer, { address, position: this.#ring.first, overrun: 0 });
  }

  next(peer: number): BufferedPulse | undefined {
    const reader = this.#readers.get(peer);
    if (reader === undefined) return undefined;
    const missed = this.#missed(reader);
    reader.overrun += missed;
    reader.position += missed;
    const pulse = this.#ring.at(reader.position);
    if (pulse === undefined) return undefined;
    reader.position++;
    pulse.takers++;
    return pulse;
  }

  has(peer: number): boolean {
    return (this.#readers.get(peer)?.position ?? this.#ring.end) < this.#ring.end;
  }

  left(peer: number, unsent: readonly BufferedPulse[]): void {
    const reader = this.#readers.get(peer);
    if (reader === undefined) return;
    this.#readers.delete(peer);
    this.#pastOverrun += reader.overrun + this.#missed(reader);
    const oldest = this.#ring.at(this.#ring.first)?.order ?? Number.POSITIVE_INFINITY;
    for (const pulse of unsent) {
      pulse.takers--;
      // It went out of the ring as one that was taken, and is counted nowhere else.
      if (pulse.order < oldest) this.#pastOverrun++;
    }
  }

  #missed({ position }: Reader): number {
    return Math.max(0, this.#ring.first - position);
  }
}
