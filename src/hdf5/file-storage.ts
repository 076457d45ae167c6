import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import type { Hdf5Storage } from './storage.ts';

/** Below what one call of the system takes (2 GiB - 4 KiB on Linux). */
const largestWriteBytes = 2 ** 30;
const fullCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/**
 * A file on a disk. It is always a new file: one that stood there before is replaced by {@link appear}, never written
 * into, so that its readers keep what they have, and two writers of one path never meet in one file.
 */
export class FileStorage implements Hdf5Storage {
  readonly #handle: FileHandle;
  readonly #path: string;
  /** Where it stands until {@link appear}: a file that did not get so far is removed. */
  #unfinishedPath: string | undefined;

  private constructor(handle: FileHandle, path: string, unfinishedPath: string) {
    this.#handle = handle;
    this.#path = path;
    this.#unfinishedPath = unfinishedPath;
  }

  /** @throws ALI_FILE_EXISTS, ALI_FILE_NOT_WRITTEN */
  static async create(path: string, overwrite: boolean): Promise<FileStorage> {
    const unfinishedPath = overwrite ? `${path}.${randomBytes(4).toString('hex')}.new` : path;
    try {
      return new FileStorage(await open(unfinishedPath, 'wx'), path, unfinishedPath);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') {
        throw new AlidadeError('ALI_FILE_EXISTS', `${path} exists; give { overwrite: true } to replace it`);
      }
      throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write ${path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Gives the file its name, in place of what had it, and makes sure that it is found after a power cut. */
  async appear(): Promise<void> {
    try {
      const from = this.#unfinishedPath;
      if (from !== undefined && from !== this.#path) await rename(from, this.#path);
      this.#unfinishedPath = undefined;
      const folder = await open(dirname(this.#path));
      await folder.sync().finally(() => folder.close());
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async writeAt(position: number, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
    try {
      if (bytes instanceof Uint8Array) await this.#writeOne(position, bytes);
      else await this.#writeSeveral(position, bytes);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async sync(): Promise<void> {
    await this.#handle.datasync().catch((error: unknown) => Promise.reject(this.#failure(error)));
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#handle.truncate(sizeBytes).catch((error: unknown) => Promise.reject(this.#failure(error)));
  }

  async close(): Promise<void> {
    try {
      await this.#handle.close();
    } catch (error) {
      throw this.#failure(error);
    } finally {
      if (this.#unfinishedPath !== undefined) await unlink(this.#unfinishedPath).catch(() => undefined);
    }
  }

  async #writeOne(position: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const length = Math.min(bytes.length - done, largestWriteBytes);
      done += (await this.#handle.write(bytes, done, length, position + done)).bytesWritten;
    }
  }

  async #writeSeveral(position: number, pieces: readonly Uint8Array[]): Promise<void> {
    let at = position;
    const { bytesWritten } = await this.#handle.writev(pieces as Uint8Array[], position);
    let written = bytesWritten;
    for (const piece of pieces) {
      if (written < piece.length) await this.#writeOne(at + written, piece.subarray(written));
      written = Math.max(0, written - piece.length);
      at += piece.length;
    }
  }

  #failure(error: unknown): AlidadeError {
    const cause = { cause: error };
    if (fullCodes.has(codeOf(error) ?? '')) {
      return new AlidadeError(
        'ALI_DISK_FULL',
        `${this.#path}: the disk is full (${messageOf(error)}). The file keeps what was committed before; make room and begin a new one.`,
        cause,
      );
    }
    return new AlidadeError(
      'ALI_FILE_FAILED',
      `${this.#path}: ${messageOf(error)}. The file keeps what was committed before.`,
      cause,
    );
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code;
}
