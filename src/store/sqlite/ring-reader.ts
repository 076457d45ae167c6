import { type Doorbell, openDoorbell, presentIn } from '../../ipc/index.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Router } from '../router.ts';
import { isBusy, sqliteFailure } from './failures.ts';
import { unpackNotices } from './notices.ts';
import type { Reads } from './reads.ts';
import type { Statements } from './statements.ts';
import type { WriterData } from './writer-protocol.ts';

/** Looks without being rung: for a ring that was lost because the ringer was killed between commit and ring. */
const idlePollMs = 1_000;
/** Where there is no doorbell. */
const blindPollMs = 5;
const rowsAtOnce = 64;
/** How long one poll may keep the event loop, and how long it then leaves it to others. */
const turnMs = 10;
const restMs = 1;

/** Reads the ring of notices of a space while this process has subscriptions to it, and hands them to the router. */
export class RingReader {
  #sql: Statements;
  #reads: Reads;
  #router: Router;
  #place: Pick<WriterData, 'location' | 'bells'>;
  #started: Promise<void> | undefined;
  #doorbell: Doorbell | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Set while a poll has more to do: nobody else needs to begin one. */
  #rest: NodeJS.Timeout | undefined;
  #seq = 0;
  /** Counts starts and stops, so that an opening that was overtaken by a stop notices it. */
  #turn = 0;
  #polling = false;

  constructor(sql: Statements, reads: Reads, router: Router, place: Pick<WriterData, 'location' | 'bells'>) {
    this.#sql = sql;
    this.#reads = reads;
    this.#router = router;
    this.#place = place;
  }

  /** Whether every notice of a later commit will be seen. */
  get running(): boolean {
    return this.#timer !== undefined;
  }

  /**
   * Begins with the notices of later commits. Somebody else's {@link stop} may come before this resolves.
   *
   * @throws SQLite's error; the next call tries again.
   */
  start(): Promise<void> {
    if (this.#started !== undefined) return this.#started;
    const started = this.#open(++this.#turn);
    this.#started = started;
    started.catch(() => {
      if (this.#started === started) this.#started = undefined;
    });
    return started;
  }

  /** Hands on what is new. Called when someone rings, when this process itself has published, and now and then. */
  poll(): void {
    if (this.#started === undefined || this.#polling || this.#rest !== undefined) return;
    this.#polling = true;
    try {
      if (!this.#pollRows(performance.now() + turnMs)) this.#pollAfterRest();
    } catch (error) {
      // Another process recovers the file after one that was killed.
      if (isBusy(error)) this.#pollAfterRest();
      else this.#router.end(sqliteFailure(error, this.#place.location));
    } finally {
      this.#polling = false;
    }
  }

  /** Whether another process, or another store of this one, may be reading the ring. */
  hasOthers(): boolean {
    const { folder, name } = this.#place.bells;
    return presentIn(folder, name).length > (this.#doorbell === undefined ? 0 : 1);
  }

  async stop(): Promise<void> {
    this.#turn++;
    const doorbell = this.#doorbell;
    clearInterval(this.#timer);
    clearTimeout(this.#rest);
    this.#timer = undefined;
    this.#rest = undefined;
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
    const { folder, name } = this.#place.bells;
    try {
      return await openDoorbell(folder, name, () => this.poll());
    } catch (error) {
      process.emitWarning(`no doorbell for ${folder}, looking every ${blindPollMs} ms: ${messageOf(error)}`);
      return undefined;
    }
  }

  #pollAfterRest(): void {
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.poll();
    }, restMs);
  }

  /** Whether it came to the end of the ring before `untilMs`. */
  #pollRows(untilMs: number): boolean {
    for (;;) {
      const rows = this.#sql
        .of(`SELECT seq, count, notices FROM notices WHERE seq > ? ORDER BY seq LIMIT ${rowsAtOnce}`)
        .all(this.#seq);
      for (const [seq, count, notices] of rows as unknown as [number, number, Uint8Array][]) {
        const dropped = seq - count - this.#seq;
        if (dropped > 0) this.#router.gap({ event: 'gap', reason: 'overrun', dropped });
        this.#seq = seq;
        unpackNotices(notices, this.#reads, this.#router);
        if (performance.now() > untilMs) return false;
      }
      if (rows.length < rowsAtOnce) return true;
    }
  }
}
