import type { Clock } from '../../shared/clock.ts';

/** What the joining needs to know of a message. */
export interface Member {
  readonly pulseId: bigint;
}

export interface JoinOptions<M extends Member> {
  readonly inputs: number;
  /** How long a pulse waits, from its first member, for the others. */
  readonly latenessMs: number;
  /** How many pulses may wait; beyond, the oldest goes on as it is. */
  readonly maxPulses: number;
  /** The same in bytes of their members. */
  readonly maxBytes: number;
  readonly sizeOf: (member: M) => number;
  readonly clock: Clock;
  /** A pulse is over: the members in the order of the inputs, undefined for those that did not come. */
  readonly onPulse: (members: readonly (M | undefined)[]) => void;
  readonly onDrop: (reason: 'late' | 'duplicate', input: number, member: M) => void;
}

/** Whoever is late so often, with nobody on time between, counts anew: pulses go on from there. */
const mostLateInRow = 16;

interface Waiting<M> {
  readonly members: (M | undefined)[];
  sinceMs: number;
  missing: number;
  sizeBytes: number;
}

/**
 * Brings the messages of several streams together by pulse id. Pulses go on in their order, each when its last member
 * has come, or when its time is over.
 */
export class Join<M extends Member> {
  #options: JoinOptions<M>;
  #waiting = new Map<bigint, Waiting<M>>();
  /** The ids in `#waiting`, ascending. */
  #ids: bigint[] = [];
  /** Of all that wait. */
  #sizeBytes = 0;
  #last: bigint | undefined;
  /** Late members since the last one that was not. */
  #lateInRow = 0;
  #stopTimer: (() => void) | undefined;

  constructor(options: JoinOptions<M>) {
    this.#options = options;
  }

  get waitingPulses(): number {
    return this.#ids.length;
  }

  add(input: number, member: M): void {
    const { inputs, clock, onDrop, maxPulses, maxBytes } = this.#options;
    const { pulseId } = member;
    if (this.#last !== undefined && pulseId <= this.#last && ++this.#lateInRow <= mostLateInRow) {
      onDrop('late', input, member);
      return;
    }
    if (this.#lateInRow > mostLateInRow) {
      this.flush();
      this.#last = undefined;
    }
    this.#lateInRow = 0;
    let waiting = this.#waiting.get(pulseId);
    if (waiting === undefined) {
      const members = new Array(inputs).fill(undefined);
      waiting = { members, sinceMs: clock.nowMs(), missing: inputs, sizeBytes: 0 };
      this.#waiting.set(pulseId, waiting);
      insert(this.#ids, pulseId);
    }
    if (waiting.members[input] !== undefined) {
      onDrop('duplicate', input, member);
      return;
    }
    waiting.members[input] = member;
    waiting.missing--;
    const sizeBytes = this.#options.sizeOf(member);
    waiting.sizeBytes += sizeBytes;
    this.#sizeBytes += sizeBytes;
    while (this.#ids.length > maxPulses || (this.#ids.length > 1 && this.#sizeBytes > maxBytes)) this.#pass();
    this.#passReady();
  }

  /** Passes everything on as it is. */
  flush(): void {
    while (this.#ids.length > 0) this.#pass();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #passReady(): void {
    const { clock, latenessMs } = this.#options;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    for (;;) {
      const waiting = this.#oldest();
      if (waiting === undefined) return;
      const nowMs = clock.nowMs();
      // A clock that was set back would hold everything up for as long.
      waiting.sinceMs = Math.min(waiting.sinceMs, nowMs);
      const leftMs = waiting.sinceMs + latenessMs - nowMs;
      if (waiting.missing > 0 && leftMs > 0) {
        this.#stopTimer = clock.after(leftMs, () => this.#passReady());
        return;
      }
      this.#pass();
    }
  }

  #oldest(): Waiting<M> | undefined {
    const [id] = this.#ids;
    return id === undefined ? undefined : this.#waiting.get(id);
  }

  #pass(): void {
    const id = this.#ids.shift();
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#last = id;
    if (waiting === undefined) return;
    this.#sizeBytes -= waiting.sizeBytes;
    this.#options.onPulse(waiting.members);
  }
}

/** Most ids come at the end. */
function insert(ids: bigint[], id: bigint): void {
  let at = ids.length;
  while (at > 0 && (ids[at - 1] as bigint) > id) at--;
  ids.splice(at, 0, id);
}
