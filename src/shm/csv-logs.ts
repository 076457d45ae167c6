import { join, parse } from 'node:path';
import { AlidadeError } from '../shared/errors.ts';
import { CsvLog, type Rotation } from './csv-log.ts';
import { logFileName } from './csv-log-file.ts';
import type { FrameLog } from './frame-log.ts';

export interface CsvLogsOptions {
  /** A folder that gets a file for each frame, named as the reference names it. */
  readonly folder?: string | undefined;
  /** One file rather than a folder; a second frame's log has the name of the frame behind this one's. */
  readonly file?: string | undefined;
  readonly rotation?: Rotation | undefined;
  /** So much text waits for the disk at most, of each frame (default 8 MiB); rows above are lost, and counted. */
  readonly queueBytes?: number | undefined;
  /** Gets to know once that rows are being lost, and why, and once that they are not any more (default: a process warning). */
  readonly onTrouble?: ((message: string) => void) | undefined;
}

const defaultQueueBytes = 8 * 1024 * 1024;

/**
 * What the environment asks for: logs in the folder LOGDIR, or in the file LOGFILE, which goes before it; a new file
 * as LOGROTATE says, `day` or a size such as `10MB`. Undefined where neither is set.
 *
 * @throws ALI_USAGE on a LOGROTATE that is neither
 * @example logOptionsOf({ LOGDIR: 'logs', LOGROTATE: 'day' }) // { folder: 'logs', file: undefined, rotation: { daily: true } }
 */
export function logOptionsOf(
  environment: Readonly<Record<string, string | undefined>>,
): CsvLogsOptions | undefined {
  const { LOGDIR, LOGFILE, LOGROTATE } = environment;
  const folder = LOGDIR || undefined;
  const file = LOGFILE || undefined;
  if (folder === undefined && file === undefined) return undefined;
  return { folder, file, rotation: LOGROTATE ? parseRotation(LOGROTATE, 'LOGROTATE') : undefined };
}

const units: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/**
 * When a log begins a new file: `day`, or a size such as `500kB`, `10MB`, `1GB`.
 *
 * @param what how the error names it
 * @throws ALI_USAGE
 * @example parseRotation('10MB', '--rotate') // { maxBytes: 10_000_000 }
 */
export function parseRotation(text: string, what: string): Rotation {
  if (text === 'day') return { daily: true };
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(kB|MB|GB)$/.exec(text) ?? [];
  const maxBytes = Math.floor(Number(amount) * (units[unit ?? ''] ?? Number.NaN));
  if (maxBytes >= 1000) return { maxBytes };
  throw new AlidadeError(
    'ALI_USAGE',
    `${what}: '${text}' is neither day nor a size of 1kB or more, such as 10MB`,
  );
}

/**
 * CSV logs of the frames of an application, one file each. Adding to them takes no time to speak of and never fails;
 * what cannot be written is lost, counted and told.
 */
export class CsvLogs implements FrameLog, AsyncDisposable {
  /** Rows that were lost since the beginning. */
  lostRows = 0;
  readonly #options: CsvLogsOptions;
  readonly #say: (message: string) => void;
  readonly #logs = new Map<string, CsvLog>();
  /** Frames whose log cannot be written at the moment. */
  readonly #failing = new Set<string>();
  #lostBefore = 0;

  constructor(options: CsvLogsOptions) {
    this.#options = options;
    this.#say = options.onTrouble ?? ((message) => process.emitWarning(message, 'AlidadeLogWarning'));
  }

  /**
   * Adds a row to the log of a frame, which begins with the first one.
   *
   * @param json the frame as it is on the wire
   */
  add(name: string, sender: string, json: string, nowSeconds: number): void {
    const key = JSON.stringify([name, sender]);
    let log = this.#logs.get(key);
    if (log === undefined) {
      log = this.#open(name, sender);
      this.#logs.set(key, log);
    }
    log.add(json, nowSeconds);
  }

  /** Resolves when every row is written, or lost. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#logs.values(), (log) => log.close()));
    this.#logs.clear();
    if (this.#failing.size > 0)
      this.#say(`${rowsText(this.lostRows - this.#lostBefore)} of CSV logs were lost`);
    this.#failing.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #open(name: string, sender: string): CsvLog {
    const { folder = '.', file, rotation = {}, queueBytes = defaultQueueBytes } = this.#options;
    const own = file === undefined || this.#logs.size === 0 ? file : withName(file, name);
    return new CsvLog({
      path: (timeSeconds) => own ?? join(folder, logFileName(timeSeconds, sender, name)),
      rotation,
      queueBytes,
      report: {
        failed: (message) => this.#failed(name, message),
        written: () => this.#written(name),
        lost: (rows) => {
          this.lostRows += rows;
        },
      },
    });
  }

  #failed(name: string, message: string): void {
    const isNews = this.#failing.size === 0;
    this.#failing.add(name);
    if (!isNews) return;
    this.#lostBefore = this.lostRows;
    this.#say(`the CSV log of ${name} cannot be written, rows are being lost: ${message}`);
  }

  #written(name: string): void {
    if (!this.#failing.delete(name) || this.#failing.size > 0) return;
    this.#say(`CSV logs are written again; ${rowsText(this.lostRows - this.#lostBefore)} were lost`);
  }
}

/** `run.csv` of a second frame is `run_BATTERY__command.csv`. */
function withName(file: string, name: string): string {
  const { dir, name: stem, ext } = parse(file);
  return join(dir, `${stem}_${name.replace(/[/\\\0]/g, '-')}${ext}`);
}

function rowsText(rows: number): string {
  return rows === 1 ? '1 row' : `${rows} rows`;
}
