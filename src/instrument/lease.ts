import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from '../shared/clock.ts';
import { AlidadeError } from '../shared/errors.ts';
import type { Space } from '../store/index.ts';
import type { InstrumentDefinition, RetentionRule } from './definition.ts';

/** After this long without a sign of life the holder counts as gone. */
export const leaseMs = 15_000;
const renewMs = leaseMs / 3;

/** Of an instrument, what its lease tells. */
export type LeaseHolder = Pick<InstrumentDefinition, 'name' | 'retention'>;

/** Where the lease of an instrument stands, in the space `config`; with `*` a glob for all of them. */
export function leaseKey(instrument: string): string {
  return `instrument:${instrument}:running`;
}

/** Who runs an instrument, as it stands in the store. */
interface Holder {
  readonly host: string;
  /** In which the process number counts: containers of one host number for themselves. */
  readonly namespace: string;
  readonly pid: number;
  readonly sinceMs: number;
  /** What it keeps, for whoever wants to tell; see retention-in-force.ts. */
  readonly retention: readonly RetentionRule[];
}

/**
 * The right to run an instrument on a store, held by one process at a time: two that simulate the same sensors would mix
 * their samples. It stands in the store, so it also holds between machines, and lapses when its holder is killed: at
 * once on the same machine, else after 15 seconds.
 */
export class Lease implements AsyncDisposable {
  /** Resolves when the right was lost, to the process that took it. */
  readonly lost: Promise<AlidadeError>;
  readonly #space: Space;
  readonly #key: string;
  readonly #claim: string;
  readonly #clock: Clock;
  readonly #content: Uint8Array;
  #lose: (error: AlidadeError) => void = () => undefined;
  #cancel: () => void = () => undefined;
  #renewal: Promise<void> = Promise.resolve();
  #released = false;

  private constructor(space: Space, instrument: LeaseHolder, clock: Clock, location: string) {
    this.#space = space;
    this.#key = leaseKey(instrument.name);
    this.#claim = `the instrument ${instrument.name} runs already on ${location}`;
    this.#clock = clock;
    const holder: Holder = {
      host: hostname(),
      namespace: processNamespace(),
      pid: process.pid,
      sinceMs: clock.nowMs(),
      retention: instrument.retention,
    };
    this.#content = Buffer.from(JSON.stringify(holder));
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /** @throws ALI_INSTRUMENT_RUNNING while another process holds it */
  static async take(space: Space, instrument: LeaseHolder, clock: Clock, location: string): Promise<Lease> {
    const lease = new Lease(space, instrument, clock, location);
    const found = await lease.#tryTake();
    if (found !== undefined) throw lease.#heldBy(found);
    lease.#renewLater();
    return lease;
  }

  /** Lets the next one have it. */
  async release(): Promise<void> {
    this.#released = true;
    this.#cancel();
    await this.#renewal;
    const key = this.#key;
    try {
      await this.#space.batch([{ if: 'equals', key, value: this.#content }], [{ do: 'delete', key }]);
    } catch {
      // A store that is away: the right lapses by itself.
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  /** Gives what the holder left there, if it is somebody else and not gone. */
  async #tryTake(): Promise<Uint8Array | undefined> {
    const key = this.#key;
    const set = { do: 'set', key, value: this.#content, expireMs: leaseMs } as const;
    const { found } = await this.#space.write({ ...set, onlyIfAbsent: true });
    if (found === undefined || !isGone(holderOf(found))) return found;
    const { applied } = await this.#space.batch([{ if: 'equals', key, value: found }], [set]);
    return applied ? undefined : found;
  }

  #renewLater(): void {
    this.#cancel = this.#clock.after(renewMs, () => {
      this.#renewal = this.#renew().finally(() => {
        if (!this.#released) this.#renewLater();
      });
    });
  }

  /** Never rejects: a store that is away is tried again. */
  async #renew(): Promise<void> {
    const key = this.#key;
    const set = { do: 'set', key, value: this.#content, expireMs: leaseMs } as const;
    try {
      const { applied } = await this.#space.batch([{ if: 'equals', key, value: this.#content }], [set]);
      if (applied) return;
      // It lapsed while this process was stopped or the store away; unless somebody else came, it is still ours.
      const found = await this.#tryTake();
      if (found !== undefined) this.#lose(this.#heldBy(found));
    } catch {
      // The next renewal comes in time, or finds who has it.
    }
  }

  #heldBy(content: Uint8Array): AlidadeError {
    const holder = holderOf(content);
    const who =
      holder === undefined
        ? 'in another process'
        : `in process ${holder.pid} on ${holder.host}, since ${new Date(holder.sinceMs).toISOString()}`;
    return new AlidadeError(
      'ALI_INSTRUMENT_RUNNING',
      `${this.#claim}, ${who}. End that one first, or give this one a store of its own with --store.`,
    );
  }
}

const maxDateMs = 8.64e15;

function holderOf(content: Uint8Array): Omit<Holder, 'retention'> | undefined {
  try {
    const { host, namespace, pid, sinceMs } = JSON.parse(Buffer.from(content).toString()) as Partial<Holder>;
    if (typeof host !== 'string' || typeof namespace !== 'string') return undefined;
    if (!Number.isSafeInteger(pid) || !(Math.abs(sinceMs as number) < maxDateMs)) return undefined;
    return { host, namespace, pid: pid as number, sinceMs: sinceMs as number };
  } catch {
    return undefined;
  }
}

/** Whether the holder was a process of this machine that is no more. */
function isGone(holder: Omit<Holder, 'retention'> | undefined): boolean {
  if (holder === undefined || holder.pid <= 0) return false;
  if (holder.host !== hostname() || holder.namespace !== processNamespace()) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
