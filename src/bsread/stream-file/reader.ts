import { type FileHandle, open } from 'node:fs/promises';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { decodeBody, decodeHead, fileHead, recordHeadBytes, type StreamRecord } from './record.ts';

/**
 * Reads a stream file, record by record; memory is that of the largest.
 *
 * A record that is damaged is skipped and counted. A file whose writer was killed ends with a torn record: its bytes are
 * counted too.
 *
 * @example
 * await using file = await StreamFileReader.open('run.stream');
 * for await (const { timeNs, frames } of file) console.log(timeNs, frames.length);
 * console.log(file.damagedRecords, file.tornBytes);
 */
export class StreamFileReader implements AsyncIterable<StreamRecord>, AsyncDisposable {
  readonly #handle: FileHandle;
  #offset = fileHead.length;
  #damagedRecords = 0;
  #tornBytes = 0;

  /** @throws ALI_NOT_FOUND; ALI_IMPORT when it is no stream file */
  static async open(path: string): Promise<StreamFileReader> {
    let handle: FileHandle;
    try {
      handle = await open(path, 'r');
    } catch (cause) {
      throw new AlidadeError('ALI_NOT_FOUND', `cannot read ${path}: ${messageOf(cause)}`, { cause });
    }
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(fileHead.length), 0, fileHead.length, 0);
      if (bytesRead === fileHead.length && buffer.equals(fileHead)) return new StreamFileReader(handle);
    } catch (cause) {
      await handle.close();
      throw new AlidadeError('ALI_IMPORT', `cannot read ${path}: ${messageOf(cause)}`, { cause });
    }
    await handle.close();
    throw new AlidadeError('ALI_IMPORT', `${path} is no file of \`alidade stream record\``);
  }

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Records that were skipped because their checksum is not right. */
  get damagedRecords(): number {
    return this.#damagedRecords;
  }

  /** Bytes at the end that are no whole record. */
  get tornBytes(): number {
    return this.#tornBytes;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamRecord, void, undefined> {
    const { size } = await this.#handle.stat();
    while (this.#offset < size) {
      const head = await this.#read(recordHeadBytes);
      const known = head === undefined ? undefined : decodeHead(head);
      const isWhole = known !== undefined && this.#offset + recordHeadBytes + known.bodyBytes <= size;
      if (!isWhole) break;
      this.#offset += recordHeadBytes;
      const body = await this.#read(known.bodyBytes);
      if (body === undefined) break;
      this.#offset += known.bodyBytes;
      const record = decodeBody(body, known.checksum);
      if (record === undefined) this.#damagedRecords++;
      else yield record;
    }
    this.#tornBytes = Math.max(0, size - this.#offset);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #read(length: number): Promise<Buffer | undefined> {
    const buffer = Buffer.allocUnsafe(length);
    const { bytesRead } = await this.#handle.read(buffer, 0, length, this.#offset);
    return bytesRead === length ? buffer : undefined;
  }
}
