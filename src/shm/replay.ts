import { type Clock, systemClock } from '../shared/clock.ts';
import { AlidadeError } from '../shared/errors.ts';
import { nearestName } from '../shared/nearest-name.ts';
import { Opened } from '../shared/opened.ts';
import { floatText, jsonText } from '../shared/python-text.ts';
import { keyText, type Operation, type Space } from '../store/index.ts';
import { frameWrite } from './notice.ts';
import { findFrames, readFrame, unknownFrame } from './reader.ts';
import { ReplayGuard } from './replay-guard.ts';
import {
  frameNameOf,
  type LoggedFrame,
  type LogHead,
  loggedFrames,
  namedIn,
  readHead,
} from './replay-log.ts';

export interface ReplayOptions {
  /** Only rows from this time on, Unix seconds. */
  readonly fromSeconds?: number | undefined;
  /** Only rows up to this time. */
  readonly toSeconds?: number | undefined;
  /** How many times as fast as it was (default 1). */
  readonly speed?: number | undefined;
  /** Begin again at the end, until the signal. */
  readonly loop?: boolean | undefined;
  /** Only these frames, by the names in the logs. */
  readonly only?: readonly string[] | undefined;
  /** Put before the names of the frames, so that the real ones stay as they are. */
  readonly prefix?: string | undefined;
  /** `ts` is the time of the replay rather than the time in the log. */
  readonly restamp?: boolean | undefined;
  /** Also while another sender of a frame is alive. */
  readonly live?: boolean | undefined;
  /** Ends the replay; what it reports is complete. */
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  /** Called when the frames go on the wire: with their names there, after the watch for other senders. */
  readonly onStart?: ((names: readonly string[]) => void) | undefined;
}

export interface ReplayReport {
  /** Rows that went on the wire. */
  readonly rows: number;
  /** Last rows of files that were cut off, and left out. */
  readonly cutRows: number;
  /** How much later than its turn the latest row went out, in milliseconds. */
  readonly latestMs: number;
}

/** So many rows that are due go out in one step. */
const batchRows = 256;

interface Log {
  readonly file: string;
  /** On the wire. */
  readonly name: string;
  readonly fields: readonly string[];
  readonly isText: readonly boolean[];
}

/** A log that is being read, and its next row. */
interface Reading {
  readonly log: Log;
  readonly rows: AsyncGenerator<LoggedFrame>;
  next: LoggedFrame;
}

/**
 * Puts logged frames back on the wire with the pauses that they had, all files merged in the order of their times. Rows
 * are read as they are needed: the length of a log costs no memory. Values are those of the log; whether a cell is text
 * is as in the frame that the store has.
 *
 * @throws ALI_USAGE on a speed that is none; ALI_SHM_SENDER_ALIVE while somebody else sends one of the frames, unless `live`; ALI_NOT_FOUND on a file or frame that
 * is not there; ALI_SHM_LOG on a file that is no log of its frame
 * @example
 * const { rows } = await replay(space, ['2014-05-13_16h53m20sZ_APP_BATTERY__measures.csv'], { speed: 2, prefix: 'OLD_' });
 */
export async function replay(
  space: Space,
  files: readonly string[],
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { clock = systemClock, speed = 1 } = options;
  if (!(speed > 0 && Number.isFinite(speed))) {
    throw new AlidadeError('ALI_USAGE', `speed is a number above 0, not ${speed}`);
  }
  const logs = await logsOf(space, files, options);
  const names = [...new Set(logs.map(({ name }) => name))];
  await using opened = new Opened();
  const guard =
    options.live === true
      ? undefined
      : opened.use(await ReplayGuard.open(space, names, clock, options.signal));
  options.onStart?.(names);
  const player = new Player(space, clock, guard, options);
  do await player.play(logs);
  while (options.loop === true && player.rows > 0 && options.signal?.aborted !== true);
  const { rows, cutRows, latestMs } = player;
  return { rows, cutRows, latestMs };
}

/** @throws ALI_NOT_FOUND, ALI_SHM_LOG */
async function logsOf(space: Space, files: readonly string[], options: ReplayOptions): Promise<Log[]> {
  const known = new Set((await space.keys()).map(keyText));
  const prefix = options.prefix ?? '';
  const logs: Log[] = [];
  const found = new Set<string>();
  for (const file of files) {
    const head = await readHead(file);
    const name =
      frameNameOf(file, head, (each) => known.has(each)) ?? (await frameWithFields(space, file, head));
    found.add(name);
    if (options.only !== undefined && !options.only.includes(name)) continue;
    const declared = known.has(prefix + name) ? prefix + name : name;
    const frame = await readFrame(space, declared);
    const fields = [...frame.exact.keys()];
    if (!isSame(fields, head.fields)) {
      const message = `${file}: its columns are ${head.fields.join(', ')}, where ${declared} has ${fields.join(', ')}`;
      throw new AlidadeError('ALI_SHM_LOG', message);
    }
    const isText = Array.from(frame.exact.values(), (value) => typeof value === 'string');
    logs.push({ file, name: prefix + name, fields, isText });
  }
  const missing = options.only?.find((name) => !found.has(name));
  if (missing !== undefined) {
    const nearest = nearestName(missing, [...found]);
    const hint =
      nearest === undefined ? `they are of ${[...found].join(', ')}` : `did you mean '${nearest}'?`;
    throw new AlidadeError('ALI_NOT_FOUND', `none of these logs is of ${missing}; ${hint}`);
  }
  return logs;
}

/** @throws ALI_NOT_FOUND, ALI_SHM_LOG */
async function frameWithFields(space: Space, file: string, head: LogHead): Promise<string> {
  const named = namedIn(file, head);
  if (named !== undefined) throw await unknownFrame(space, named, [], `${file}: `);
  const alike = (await findFrames(space, '*')).filter(({ exact }) => isSame([...exact.keys()], head.fields));
  const [only] = alike;
  if (only !== undefined && alike.length === 1) return only.name;
  throw new AlidadeError(
    'ALI_SHM_LOG',
    `${file}: neither its name nor its columns say which frame it is of; name it STAMP_SENDER_FRAME.csv, as logs are`,
  );
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((field, i) => field === b[i]);
}

class Player {
  rows = 0;
  cutRows = 0;
  latestMs = 0;
  readonly #space: Space;
  readonly #clock: Clock;
  readonly #guard: ReplayGuard | undefined;
  readonly #options: ReplayOptions;

  constructor(space: Space, clock: Clock, guard: ReplayGuard | undefined, options: ReplayOptions) {
    this.#space = space;
    this.#clock = clock;
    this.#guard = guard;
    this.#options = options;
  }

  /** Plays the logs once, from their first row. */
  async play(logs: readonly Log[]): Promise<void> {
    const { speed = 1, signal } = this.#options;
    await using opened = new Opened();
    const readings: Reading[] = [];
    for (const log of logs) {
      const rows = loggedFrames(log.file, log.isText, () => this.cutRows++);
      opened.defer(async () => void (await rows.return(undefined)));
      const next = await this.#nextOf(rows);
      if (next !== undefined) readings.push({ log, rows, next });
    }
    const startMs = this.#clock.nowMs();
    const firstSeconds = earliest(readings)?.next.timeSeconds ?? 0;
    const dueMs = ({ next }: Reading) => startMs + ((next.timeSeconds - firstSeconds) * 1000) / speed;
    for (let head = earliest(readings); head !== undefined; head = earliest(readings)) {
      await this.#waitUntil(dueMs(head));
      if (signal?.aborted === true) return;
      this.#guard?.assertAlone();
      const operations: Operation[] = [];
      const nowMs = this.#clock.nowMs();
      while (head !== undefined && dueMs(head) <= nowMs && operations.length < batchRows) {
        this.latestMs = Math.max(this.latestMs, nowMs - dueMs(head));
        operations.push(this.#write(head, nowMs / 1000));
        await this.#advance(readings, head);
        head = earliest(readings);
      }
      await this.#space.batch([], operations, { durability: 'fast' });
      this.rows += operations.length;
    }
  }

  #write({ log: { name, fields }, next: { values } }: Reading, nowSeconds: number): Operation {
    this.#guard?.writing(name);
    const [time, ...others] = values;
    const all = [this.#options.restamp === true ? floatText(nowSeconds) : time, ...others];
    const json = `{${fields.map((field, i) => `${jsonText(field)}: ${all[i]}`).join(', ')}}`;
    return frameWrite(name, json);
  }

  async #advance(readings: Reading[], reading: Reading): Promise<void> {
    const next = await this.#nextOf(reading.rows);
    if (next === undefined) readings.splice(readings.indexOf(reading), 1);
    else reading.next = next;
  }

  async #nextOf(rows: AsyncGenerator<LoggedFrame>): Promise<LoggedFrame | undefined> {
    const { fromSeconds = Number.NEGATIVE_INFINITY, toSeconds = Number.POSITIVE_INFINITY } = this.#options;
    for (;;) {
      const { done, value } = await rows.next();
      if (done === true) return undefined;
      if (value.timeSeconds >= fromSeconds && value.timeSeconds <= toSeconds) return value;
    }
  }

  /** Resolves at that time, or earlier when there is a reason to end. */
  async #waitUntil(timeMs: number): Promise<void> {
    const delayMs = timeMs - this.#clock.nowMs();
    if (delayMs <= 0) return;
    const early = [this.#options.signal, this.#guard?.signal].filter((signal) => signal !== undefined);
    if (early.some((signal) => signal.aborted)) return;
    const ending = AbortSignal.any(early);
    await new Promise<void>((resolve) => {
      const done = () => {
        cancel();
        ending.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#clock.after(delayMs, done);
      ending.addEventListener('abort', done);
    });
  }
}

function earliest(readings: readonly Reading[]): Reading | undefined {
  return readings.reduce<Reading | undefined>(
    (first, each) => (first === undefined || each.next.timeSeconds < first.next.timeSeconds ? each : first),
    undefined,
  );
}
