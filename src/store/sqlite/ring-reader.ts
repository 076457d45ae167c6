import { type Doorbell, openDoorbell } from '../../ipc/index.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Router } from '../router.ts';
import { unpackNotices } from './notices.ts';
import type { Reads } from './reads.ts';
import type { Statements } from './statements.ts';
import type { WriterData } from './writer-protocol.ts';

/** Looks without being rung: for a ring that was lost because the ringer was killed between commit and ring. */
const idlePollMs = 1_000;
/** Where there is no doorbell. */
const blindPollMs = 5;
const rowsAtOnce = 64;
/** How long one poll may keep the event loop. */
const turnMs = 10;

/** Reads the ring of notices of a space while this process has subscriptions to it, and hands them to the router. */
export class RingReader {
  #sql: Statements;
  #reads: Reads;
  #router: Router;
  #bells: WriterData['bells'];
  #started: Promise<void> | undefined;
  #doorbell: Doorbell | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seq = 0;
  /** Counts starts and stops, so that an opening that was overtaken by a stop notices it. */
  #turn = 0;
  #polling = false;

  constructor(sql: Statements, reads: Reads, router: Router, bells: WriterData['bells']) {
    this.#sql = sql;
    this.#reads = reads;
    this.#router = router;
    this.#bells = bells;
  }

  /** Whether every notice of a later commit will be seen. */
  get running(): boolean {
    return this.#timer !== undefined;
  }

  /** Begins with the notices of later commits. Somebody else's {@link stop} may come before this resolves. */
  start(): Promise<void> {
    this.#started ??= this.#open(++this.#turn);
    return this.#started;
  }

  /** Hands on what is new. Called when someone rings, when this process itself has published, and now and then. */
  poll(): void {
    if (this.#started === undefined || this.#polling) return;
    this.#polling = true;
    const until = performance.now() + turnMs;
    try {
      while (this.#pollRows() === rowsAtOnce) {
        if (performance.now() < until) continue;
        setImmediate(() => this.poll());
        break;
      }
    } catch (error) {
      this.#router.end(error);
    } finally {
      this.#polling = false;
    }
  }

  async stop(): Promise<void> {
    this.#turn++;
    const doorbell = this.#doorbell;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#doorbell = undefined;
    this.#started = undefined;
    await doorbell?.close();
  }

  async #open(turn: number): Promise<void> {
    this.#seq = (this.#sql.of('SELECT max(seq) FROM notices').get()?.[0] as number | null) ?? 0;
    const doorbell = await this.#hang();
    if (turn !== this.#turn) return doorbell?.close();
    this.#doorbell = doorbell;
    this.#timer = setInterval(() => this.poll(), doorbell === undefined ? blindPollMs : idlePollMs);
    this.poll();
  }

  async #hang(): Promise<Doorbell | undefined> {
    try {
      return await openDoorbell(this.#bells.folder, this.#bells.name, () => this.poll());
    } catch (error) {
      process.emitWarning(
        `no doorbell for ${this.#bells.folder}, looking every ${blindPollMs} ms: ${messageOf(error)}`,
      );
      return undefined;
    }
  }

  #pollRows(): number {
    const rows = this.#sql
      .of(`SELECT seq, count, notices FROM notices WHERE seq > ? ORDER BY seq LIMIT ${rowsAtOnce}`)
      .all(this.#seq);
    for (const [seq, count, notices] of rows as unknown as [number, number, Uint8Array][]) {
      const dropped = seq - count - this.#seq;
      if (dropped > 0) this.#router.gap({ event: 'gap', reason: 'overrun', dropped });
      this.#seq = seq;
      unpackNotices(notices, this.#reads, this.#router);
    }
    return rows.length;
  }
}
