import type { FileHandle } from 'node:fs/promises';
import { messageOf } from '../shared/errors.ts';
import { openLogFile } from './csv-log-file.ts';
import { csvRow, frameCells } from './python-cells.ts';

/** When a log begins a new file. Without any of these it never does. */
export interface Rotation {
  /** Before a file would be longer than this. */
  readonly maxBytes?: number | undefined;
  /** With the first row of a day of UTC. */
  readonly daily?: boolean | undefined;
}

/** A frame that waits to be written. */
interface Waiting {
  readonly json: string;
  readonly timeSeconds: number;
}

/** What a log tells the logs that it belongs to. */
export interface LogReport {
  /** A file cannot be opened or written: rows are lost until {@link written}. */
  failed(message: string): void;
  /** Rows are in the file, after a failure too. */
  written(): void;
  lost(rows: number): void;
}

export interface CsvLogOptions {
  /** Where the file goes whose first row is of this time; when the name is taken, a number is added. */
  readonly path: (timeSeconds: number) => string;
  readonly rotation: Rotation;
  /** So much text waits for the disk at most; rows above are lost. */
  readonly queueBytes: number;
  readonly report: LogReport;
}

/** Rows that go to the disk at once: the event loop is not kept long. */
const pieceBytes = 16 * 1024;
const daySeconds = 86_400;

/**
 * The log of one frame by one sender. Adding a row takes no longer than remembering it; the file follows in the
 * background, row by row whole: a row that a full disk cut off is taken back.
 */
export class CsvLog {
  readonly #options: CsvLogOptions;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #pumping: Promise<void> | undefined;
  /** Rows for the file, and how many they are. */
  #text = '';
  #textRows = 0;
  /** Rows of those that are being written that are in a file. */
  #wholeRows = 0;
  #file: FileHandle | undefined;
  #sizeBytes = 0;
  #day = 0;
  #header = '';

  constructor(options: CsvLogOptions) {
    this.#options = options;
  }

  /** @param json the frame as it is on the wire */
  add(json: string, timeSeconds: number): void {
    if (this.#waitingBytes + json.length > this.#options.queueBytes) {
      this.#options.report.failed('the disk is slower than the frames');
      this.#options.report.lost(1);
      return;
    }
    this.#waiting.push({ json, timeSeconds });
    this.#waitingBytes += json.length;
    this.#pumping ??= this.#pump();
  }

  /** Resolves when every row is in the file, or lost. */
  async close(): Promise<void> {
    await this.#pumping;
    await this.#closeFile();
  }

  async #pump(): Promise<void> {
    // What is added in this turn of the event loop goes along.
    await undefined;
    while (this.#waiting.length > 0) {
      const rows = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      try {
        for (const row of rows) await this.#take(row);
        await this.#flush();
        this.#options.report.written();
      } catch (error) {
        this.#options.report.failed(messageOf(error));
        this.#options.report.lost(rows.length - this.#wholeRows);
        this.#text = '';
        this.#textRows = 0;
      }
      this.#wholeRows = 0;
    }
    this.#pumping = undefined;
  }

  async #take({ json, timeSeconds }: Waiting): Promise<void> {
    const { fields, cells } = frameCells(json);
    const header = csvRow(fields);
    const row = csvRow(cells);
    if (this.#endsBefore(header, row, timeSeconds)) {
      await this.#flush();
      await this.#open(header, timeSeconds);
    }
    this.#text += row;
    this.#textRows++;
    if (this.#text.length >= pieceBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    await this.#append(this.#text);
    this.#wholeRows += this.#textRows;
    this.#text = '';
    this.#textRows = 0;
  }

  /** Whether the file, with the text that goes there still, ends before this row. */
  #endsBefore(header: string, row: string, timeSeconds: number): boolean {
    if (this.#file === undefined || header !== this.#header) return true;
    const { maxBytes, daily } = this.#options.rotation;
    if (daily === true && dayOf(timeSeconds) !== this.#day) return true;
    if (maxBytes === undefined) return false;
    const rowsBytes = this.#sizeBytes - Buffer.byteLength(header) + Buffer.byteLength(this.#text);
    // A row that is longer than a file may be has a file of its own.
    return rowsBytes > 0 && this.#sizeBytes + Buffer.byteLength(this.#text + row) > maxBytes;
  }

  async #open(header: string, timeSeconds: number): Promise<void> {
    await this.#closeFile();
    this.#file = await openLogFile(this.#options.path(timeSeconds));
    this.#sizeBytes = 0;
    this.#day = dayOf(timeSeconds);
    this.#header = header;
    try {
      await this.#append(header);
    } catch (error) {
      // Without its header a file is no log: the next row begins another.
      await this.#closeFile();
      throw error;
    }
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    let done = 0;
    try {
      while (done < bytes.length) {
        const position = this.#sizeBytes + done;
        done += (await this.#file?.write(bytes, done, bytes.length - done, position))?.bytesWritten ?? 0;
      }
    } catch (error) {
      await this.#file?.truncate(this.#sizeBytes).catch(() => undefined);
      throw error;
    }
    this.#sizeBytes += bytes.length;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch((error: unknown) => this.#options.report.failed(messageOf(error)));
  }
}

function dayOf(timeSeconds: number): number {
  return Math.floor(timeSeconds / daySeconds);
}
