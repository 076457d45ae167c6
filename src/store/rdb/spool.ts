import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import type { ByteSink } from './rdb-encoder.ts';

/** What is kept in memory; more goes to a file. */
const memoryBytes = 4 * 1024 * 1024;
const chunkBytes = 256 * 1024;

/** A file that has no name any more, so that nothing of it stays behind however this process ends. */
export async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `alidade-snapshot-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  await rm(path, { force: true });
  return handle;
}

/** Keeps bytes until it is known what stands before them. It can be filled and emptied any number of times. */
export class Spool implements ByteSink {
  readonly #filename: string;
  readonly #folder: string;
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #chunks: Uint8Array[] = [];
  #chunksBytes = 0;

  /**
   * @param filename for what it keeps, in errors
   * @param folder where the file is made that it needs for more than a few megabytes
   */
  constructor(filename: string, folder: string) {
    this.#filename = filename;
    this.#folder = folder;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#fileBytes === 0 && this.#chunksBytes + bytes.length <= memoryBytes) {
      this.#chunks.push(Uint8Array.from(bytes));
      this.#chunksBytes += bytes.length;
      return;
    }
    for (const chunk of this.#chunks) await this.#append(chunk);
    this.#forgetChunks();
    await this.#append(bytes);
  }

  /** Gives all that it keeps to a sink, and is empty then. */
  async moveTo(sink: ByteSink): Promise<void> {
    for (const chunk of this.#chunks) await sink.write(chunk);
    this.#forgetChunks();
    if (this.#file === undefined || this.#fileBytes === 0) return;
    const buffer = Buffer.allocUnsafe(chunkBytes);
    for (let at = 0; at < this.#fileBytes; ) {
      const { bytesRead } = await this.#file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error('the temporary file of a snapshot was cut off by another program');
      await sink.write(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    this.#fileBytes = 0;
    await this.#file.truncate(0);
  }

  async close(): Promise<void> {
    this.#forgetChunks();
    await this.#file?.close();
    this.#file = undefined;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      this.#file ??= await openNameless(this.#folder);
      await writeWhole(this.#file, bytes, this.#fileBytes);
    } catch (error) {
      throw new AlidadeError(
        'ALI_FILE_NOT_WRITTEN',
        `cannot keep a part of ${this.#filename} in the folder ${this.#folder} until it is written: ${messageOf(error)}`,
        { cause: error },
      );
    }
    this.#fileBytes += bytes.length;
  }

  #forgetChunks(): void {
    this.#chunks = [];
    this.#chunksBytes = 0;
  }
}

/** All of the bytes; a single write may take only a part of them. */
export async function writeWhole(
  file: FileHandle,
  bytes: Uint8Array,
  position: number | null,
): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at);
    done += bytesWritten;
  }
}
