import { type FileHandle, open } from 'node:fs/promises';
import { lookup3 } from '../lookup3.ts';
import { damaged } from './damage.ts';

/** Metadata of one block, and texts that stand together, are at most so large; what says more is damaged. */
const mostBlockBytes = 64 * 1024 * 1024;

/** The bytes of a file, never trusted to be as long as an address in it says. */
export class FileBytes {
  readonly path: string;
  readonly sizeBytes: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, path: string, sizeBytes: number) {
    this.#handle = handle;
    this.path = path;
    this.sizeBytes = sizeBytes;
  }

  static async open(path: string): Promise<FileBytes> {
    const handle = await open(path, 'r');
    try {
      return new FileBytes(handle, path, (await handle.stat()).size);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** @throws ALI_HDF5_DAMAGED when the file has no such bytes */
  async read(address: number, sizeBytes: number): Promise<Buffer> {
    if (!(address >= 0 && sizeBytes >= 0 && address + sizeBytes <= this.sizeBytes)) {
      throw damaged(`${this.path} ends before byte ${address + sizeBytes}, which something in it leads to`);
    }
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    for (let done = 0; done < sizeBytes; ) {
      const { bytesRead } = await this.#handle.read(bytes, done, sizeBytes - done, address + done);
      if (bytesRead === 0) throw damaged(`${this.path} became shorter while it was read`);
      done += bytesRead;
    }
    return bytes;
  }

  /** A block of metadata, whose checksum stands at its end. */
  async block(address: number, sizeBytes: number, signature: string): Promise<Buffer> {
    if (sizeBytes > mostBlockBytes)
      throw damaged(`${this.path} has a block of ${sizeBytes} bytes at ${address}`);
    const bytes = await this.read(address, sizeBytes);
    if (bytes.toString('latin1', 0, signature.length) !== signature) {
      throw damaged(`${this.path} has no ${signature} at byte ${address}, where it belongs`);
    }
    this.check(bytes, address, signature);
    return bytes;
  }

  /** The checksum of all bytes but the last four stands there. */
  check(bytes: Buffer, address: number, what: string): void {
    if (lookup3(bytes, bytes.length - 4) !== bytes.readUInt32LE(bytes.length - 4)) {
      throw damaged(`${this.path}: the checksum of the ${what} at byte ${address} is wrong`);
    }
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** An address or length. One that leads nowhere is undefined. */
export function addressAt(bytes: Buffer, at: number): number | undefined {
  const [low, high] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
  if (low === 0xffffffff && high === 0xffffffff) return undefined;
  return high * 2 ** 32 + low;
}
