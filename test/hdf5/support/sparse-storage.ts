import { type FileHandle, open } from 'node:fs/promises';
import type { Hdf5Storage } from '../../../src/hdf5/index.ts';

const stretchBytes = 1024 * 1024;

/** A file in which a MiB of zeros is a hole, so that one of many gigabytes takes little room. */
export class SparseStorage implements Hdf5Storage {
  sizeBytes = 0;
  /** Beyond it there is nothing but zeros. */
  #writtenBytes = 0;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async create(path: string): Promise<SparseStorage> {
    return new SparseStorage(await open(path, 'w'));
  }

  async writeAt(position: number, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
    let at = position;
    for (const piece of bytes instanceof Uint8Array ? [bytes] : bytes) {
      for (let start = 0; start < piece.length; start += stretchBytes) {
        const stretch = Buffer.from(
          piece.buffer,
          piece.byteOffset + start,
          Math.min(stretchBytes, piece.length - start),
        );
        if (stretch.compare(zeros, 0, stretch.length) === 0 && at + start >= this.#writtenBytes) continue;
        await this.#handle.write(stretch, 0, stretch.length, at + start);
        this.#writtenBytes = Math.max(this.#writtenBytes, at + start + stretch.length);
      }
      at += piece.length;
    }
    if (at > this.sizeBytes) await this.truncate(at);
  }

  async sync(): Promise<void> {}

  async truncate(sizeBytes: number): Promise<void> {
    await this.#handle.truncate(sizeBytes);
    this.sizeBytes = sizeBytes;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

const zeros = Buffer.alloc(stretchBytes);
