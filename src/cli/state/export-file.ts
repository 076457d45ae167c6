import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { type ExportHead, type ExportItem, headLine, parseLine, tailLine } from '../../telstate/index.ts';
import { readLines } from '../lines.ts';

/** Where the lines of an export go. */
export interface ExportTarget extends AsyncDisposable {
  /** What to go on after; undefined at the beginning. */
  readonly afterItem: ExportItem | undefined;
  /** Whether all lines are there already, and only {@link finish} is missing. */
  readonly isComplete: boolean;
  /** Lines between head and tail that are there so far. */
  readonly lines: number;
  write(lines: readonly string[]): Promise<void>;
  /** Ends the export: only now is there a file of the name that was asked for. */
  finish(): Promise<void>;
}

/**
 * A file that is written under the name `FILE.partial` and gets its own when it is complete and on disk: whoever finds
 * FILE finds all of it, and one that was there before stays until then.
 *
 * @throws ALI_FILE_NOT_WRITTEN; ALI_NOT_CONFIRMED when a partial file is there and `resume` was not asked for; ALI_USAGE when it is of another
 * export
 */
export async function openExportFile(file: string, head: ExportHead, resume: boolean): Promise<ExportTarget> {
  const partial = `${file}.partial`;
  const handle = await openPartial(partial, resume);
  try {
    const found = await readPartial(handle, partial);
    if (found.head === undefined) await handle.truncate(0);
    else assertSameExport(found.head, head, partial);
    const target = new ExportFile(handle, file, partial, found);
    if (found.head === undefined) await target.begin(head);
    return target;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openPartial(partial: string, resume: boolean): Promise<FileHandle> {
  try {
    return await open(partial, 'wx+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw notWritable(partial, error);
  }
  if (!resume) {
    throw new AlidadeError(
      'ALI_NOT_CONFIRMED',
      `${partial} is there: an export was interrupted, or is under way. Say --resume to go on where it ended, or remove the file to begin anew`,
    );
  }
  try {
    return await open(partial, 'r+');
  } catch (error) {
    throw notWritable(partial, error);
  }
}

interface Found {
  readonly head: ExportHead | undefined;
  readonly lines: number;
  readonly last: ExportItem | undefined;
  readonly isComplete: boolean;
  /** Behind the last whole line. */
  readonly endOffset: number;
}

/** What is in a partial file up to its last whole line; zeros, which a power cut may leave, end it as well. */
async function readPartial(handle: FileHandle, partial: string): Promise<Found> {
  let head: ExportHead | undefined;
  let lines = 0;
  let lastText: string | undefined;
  let endOffset = 0;
  const input = handle.createReadStream({ autoClose: false, start: 0 });
  for await (const line of readLines(input)) {
    if (!line.isWhole || line.text.includes('\0')) break;
    endOffset = line.endOffset;
    if (line.number === 1) head = headIn(line.text, partial);
    else {
      lastText = line.text;
      lines++;
    }
  }
  if (lastText === undefined) return { head, lines: 0, last: undefined, isComplete: false, endOffset };
  const last = parseLine(lastText);
  if (last.type === 'head') throw noExport(partial);
  if (last.type === 'tail') return { head, lines: last.lines, last: undefined, isComplete: true, endOffset };
  return { head, lines, last, isComplete: false, endOffset };
}

function headIn(text: string, partial: string): ExportHead {
  try {
    const line = parseLine(text);
    if (line.type === 'head') return line;
  } catch {
    // Whatever it is, it is not ours to change.
  }
  throw noExport(partial);
}

function assertSameExport(before: ExportHead, now: ExportHead, partial: string): void {
  if (headLine(before) === headLine(now)) return;
  throw new AlidadeError(
    'ALI_USAGE',
    `${partial} was begun with other --keys, --from or --to: ${headLine(before)}. Say the same (a time before now is another one each time), or remove the file`,
  );
}

class ExportFile implements ExportTarget {
  readonly afterItem: ExportItem | undefined;
  lines: number;
  readonly isComplete: boolean;
  readonly #handle: FileHandle;
  readonly #file: string;
  readonly #partial: string;
  #offset: number;

  constructor(handle: FileHandle, file: string, partial: string, found: Found) {
    this.#handle = handle;
    this.#file = file;
    this.#partial = partial;
    this.afterItem = found.last;
    this.lines = found.lines;
    this.isComplete = found.isComplete;
    this.#offset = found.endOffset;
  }

  begin(head: ExportHead): Promise<void> {
    return this.#append(`${headLine(head)}\n`);
  }

  async write(lines: readonly string[]): Promise<void> {
    if (lines.length === 0) return;
    await this.#append(`${lines.join('\n')}\n`);
    this.lines += lines.length;
  }

  async finish(): Promise<void> {
    if (!this.isComplete) await this.#append(`${tailLine({ type: 'tail', lines: this.lines })}\n`);
    await this.#handle.truncate(this.#offset);
    await this.#handle.sync();
    await rename(this.#partial, this.#file);
    const folder = await open(dirname(this.#file));
    await folder.sync().finally(() => folder.close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }

  async #append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          done,
          bytes.length - done,
          this.#offset + done,
        );
        done += bytesWritten;
      }
    } catch (error) {
      throw notWritable(this.#partial, error);
    }
    this.#offset += bytes.length;
  }
}

function noExport(partial: string): AlidadeError {
  return new AlidadeError('ALI_USAGE', `${partial} is no interrupted export; remove it if it may go`);
}

function notWritable(file: string, cause: unknown): AlidadeError {
  return new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write ${file}: ${messageOf(cause)}`, { cause });
}
