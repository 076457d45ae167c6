import { type FileHandle, open } from 'node:fs/promises';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { encodeRecord, fileHead, type StreamRecord } from './record.ts';

/** What waits is written when it is so much, or when the system has taken what was before it. */
const batchBytes = 1024 * 1024;

/**
 * Writes messages into a stream file, as they are. A process that is killed leaves every record that the system had
 * taken; the last one may be torn, which a reader sees.
 *
 * @example
 * const file = await StreamFileWriter.create('run.stream');
 * await file.add({ timeNs: 1_700_000_000_000_000_000n, frames: [new Uint8Array(3)] });
 * await file.close();
 */
export class StreamFileWriter implements AsyncDisposable {
  readonly #path: string;
  readonly #handle: FileHandle;
  #pieces: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Where the records that wait end, counted from the first of them. */
  #waitingEnds: number[] = [];
  #writing: Promise<void> | undefined;
  /** Of whole records. */
  #writtenBytes = fileHead.length;
  #writtenRecords = 0;
  #failure: AlidadeError | undefined;
  readonly #failed = Promise.withResolvers<AlidadeError>();
  #isFailureTold = false;
  #closing: Promise<void> | undefined;

  /**
   * @throws ALI_FILE_EXISTS when the file is there and is not to be overwritten; ALI_FILE_NOT_WRITTEN when it cannot be
   *   made; ALI_DISK_FULL
   */
  static async create(path: string, { overwrite = false } = {}): Promise<StreamFileWriter> {
    let handle: FileHandle;
    try {
      handle = await open(path, overwrite ? 'w' : 'wx');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
        throw new AlidadeError('ALI_FILE_EXISTS', `${path} is there already; say --overwrite to replace it`);
      }
      throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write ${path}: ${messageOf(cause)}`, { cause });
    }
    try {
      await handle.writev([fileHead]);
    } catch (cause) {
      await handle.close();
      throw failureOf(path, cause);
    }
    return new StreamFileWriter(path, handle);
  }

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /** Records that are in the file. */
  get writtenRecords(): number {
    return this.#writtenRecords;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /**
   * Adds a record. Resolves at once while little waits to be written, else when there is room: whoever awaits it is as
   * slow as the disk.
   *
   * @throws ALI_DISK_FULL, ALI_FILE_FAILED; the file has then the records that were written before
   */
  async add(record: StreamRecord): Promise<void> {
    this.#throwFailure();
    for (const piece of encodeRecord(record)) {
      this.#pieces.push(piece);
      this.#waitingBytes += piece.length;
    }
    this.#waitingEnds.push(this.#waitingBytes);
    this.#writing ??= this.#write();
    while (this.#waitingBytes >= batchBytes && this.#writing !== undefined) await this.#writing;
    this.#throwFailure();
  }

  /**
   * Rejects when writing fails, also while nobody adds anything; else it is never settled.
   *
   * @throws ALI_DISK_FULL, ALI_FILE_FAILED
   */
  async failed(): Promise<never> {
    const failure = await this.#failed.promise;
    this.#isFailureTold = true;
    throw failure;
  }

  /** Writes what waits, and closes the file. @throws ALI_DISK_FULL, ALI_FILE_FAILED when some of it was not written */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** What `add`, `failed` or `close` has thrown before is not thrown again. */
  async [Symbol.asyncDispose](): Promise<void> {
    const isTold = this.#isFailureTold || this.#closing !== undefined;
    await this.close().catch((error: unknown) => {
      if (!isTold) throw error;
    });
  }

  #throwFailure(): void {
    if (this.#failure === undefined) return;
    this.#isFailureTold = true;
    throw this.#failure;
  }

  async #write(): Promise<void> {
    try {
      while (this.#waitingEnds.length > 0 && this.#failure === undefined) await this.#writeBatch();
    } finally {
      this.#writing = undefined;
    }
  }

  async #writeBatch(): Promise<void> {
    const [pieces, ends] = [this.#pieces, this.#waitingEnds];
    [this.#pieces, this.#waitingBytes, this.#waitingEnds] = [[], 0, []];
    let done = 0;
    try {
      // As many at a time as the system takes in one call.
      let left = pieces.length > 1000 ? [Buffer.concat(pieces)] : pieces;
      const wanted = ends.at(-1) ?? 0;
      while (done < wanted) {
        const { bytesWritten } = await this.#handle.writev(left);
        done += bytesWritten;
        if (done < wanted) left = [Buffer.concat(left).subarray(bytesWritten)];
      }
    } catch (cause) {
      this.#failure = failureOf(this.#path, cause);
      this.#failed.resolve(this.#failure);
    }
    const whole = ends.filter((end) => end <= done);
    this.#writtenRecords += whole.length;
    this.#writtenBytes += whole.at(-1) ?? 0;
    // Best effort: without it a reader finds the torn record.
    if (this.#failure !== undefined) await this.#handle.truncate(this.#writtenBytes).catch(() => undefined);
  }

  async #close(): Promise<void> {
    await this.#writing;
    try {
      if (this.#failure === undefined) await this.#handle.datasync();
    } catch (cause) {
      // What is no plain file cannot be synchronised.
      if ((cause as NodeJS.ErrnoException).code !== 'EINVAL') this.#failure = failureOf(this.#path, cause);
    } finally {
      await this.#handle.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function failureOf(path: string, cause: unknown): AlidadeError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
  return isFull
    ? new AlidadeError('ALI_DISK_FULL', `the disk of ${path} is full; the file has what was written before`, {
        cause,
      })
    : new AlidadeError('ALI_FILE_FAILED', `writing ${path} failed: ${messageOf(cause)}`, { cause });
}
