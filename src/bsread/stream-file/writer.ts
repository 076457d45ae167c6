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
  #waitingRecords = 0;
  #writing: Promise<void> | undefined;
  /** Of whole records. */
  #writtenBytes = fileHead.length;
  #writtenRecords = 0;
  #failure: AlidadeError | undefined;
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
    if (this.#failure !== undefined) throw this.#failure;
    for (const piece of encodeRecord(record)) {
      this.#pieces.push(piece);
      this.#waitingBytes += piece.length;
    }
    this.#waitingRecords++;
    this.#writing ??= this.#write();
    while (this.#waitingBytes >= batchBytes && this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes what waits, and closes the file. @throws ALI_DISK_FULL, ALI_FILE_FAILED when some of it was not written */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #write(): Promise<void> {
    try {
      while (this.#waitingRecords > 0 && this.#failure === undefined) {
        const [pieces, bytes, records] = [this.#pieces, this.#waitingBytes, this.#waitingRecords];
        [this.#pieces, this.#waitingBytes, this.#waitingRecords] = [[], 0, 0];
        await this.#append(pieces);
        this.#writtenBytes += bytes;
        this.#writtenRecords += records;
      }
    } catch (cause) {
      this.#failure = failureOf(this.#path, cause);
      // Best effort: without it a reader finds the torn record.
      await this.#handle.truncate(this.#writtenBytes).catch(() => undefined);
    } finally {
      this.#writing = undefined;
    }
  }

  /** As many at a time as the system takes in one call. */
  async #append(pieces: readonly Uint8Array[]): Promise<void> {
    const small = pieces.length > 1000 ? [Buffer.concat(pieces)] : pieces;
    let wanted = small.reduce((sum, { length }) => sum + length, 0);
    let left: readonly Uint8Array[] = small;
    while (wanted > 0) {
      const { bytesWritten } = await this.#handle.writev([...left]);
      wanted -= bytesWritten;
      if (wanted > 0) left = [Buffer.concat(left).subarray(bytesWritten)];
    }
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
