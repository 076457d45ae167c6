import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { type ByteSource, bytesSource, fileSource, streamSource } from './byte-source.ts';
import { openNameless } from './spool.ts';

/** A path, the bytes of a file, or a stream of them. A path that is no regular file (a pipe) is read as a stream. */
export type SnapshotSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** What can be read from its beginning twice. A stream fills a temporary file the first time. */
export interface SnapshotFile {
  readonly filename: string;
  /** Undefined for a stream until it has ended. */
  readonly sizeBytes: number | undefined;
  first(): ByteSource;
  second(): ByteSource;
  close(): Promise<void>;
}

export const defaultMaxSpoolBytes = 16 * 1024 ** 3;

/** @throws ALI_SNAPSHOT when the path cannot be read */
export async function openSnapshotFile(
  source: SnapshotSource,
  options: { readonly filename?: string | undefined; readonly maxSpoolBytes?: number | undefined },
): Promise<SnapshotFile> {
  const { filename, maxSpoolBytes = defaultMaxSpoolBytes } = options;
  if (source instanceof Uint8Array) return memoryFile(source, filename ?? '<bytes>');
  if (typeof source !== 'string') return spooledFile(source, filename ?? '<stream>', maxSpoolBytes);
  try {
    return await diskFile(source, filename ?? source, maxSpoolBytes);
  } catch (error) {
    throw new AlidadeError('ALI_SNAPSHOT', `cannot read the snapshot ${source}: ${systemMessage(error)}`, {
      cause: error,
    });
  }
}

/** What the system said, without the call and path that end Node's messages: ours name the file already. */
export function systemMessage(error: unknown): string {
  return messageOf(error).replace(/, [a-z]+(?: '.*')?$/s, '');
}

function memoryFile(bytes: Uint8Array, filename: string): SnapshotFile {
  const read = (): ByteSource => bytesSource(bytes);
  return { filename, sizeBytes: bytes.length, first: read, second: read, close: async () => {} };
}

async function diskFile(path: string, filename: string, maxSpoolBytes: number): Promise<SnapshotFile> {
  const handle = await open(path, 'r');
  try {
    const stat = await handle.stat();
    if (stat.isDirectory()) throw new Error('it is a folder');
    if (!stat.isFile()) return await spooledFile(handle.createReadStream(), filename, maxSpoolBytes);
    const read = (): ByteSource => fileSource(handle);
    return { filename, sizeBytes: stat.size, first: read, second: read, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function spooledFile(
  stream: AsyncIterable<Uint8Array>,
  filename: string,
  maxSpoolBytes: number,
): Promise<SnapshotFile> {
  const spool = await openNameless(tmpdir());
  const chunks = stream[Symbol.asyncIterator]();
  let sizeBytes = 0;
  let ended = false;
  const keep = async (chunk: Uint8Array): Promise<void> => {
    sizeBytes += chunk.length;
    if (sizeBytes > maxSpoolBytes) {
      throw new AlidadeError(
        'ALI_SNAPSHOT',
        `${filename} gives more than ${maxSpoolBytes} bytes; save it as a file and load that`,
      );
    }
    try {
      await spool.appendFile(chunk);
    } catch (error) {
      throw new AlidadeError(
        'ALI_STORE_FULL',
        `cannot keep ${filename} in the temporary folder ${tmpdir()} while it is checked: ${messageOf(error)}; ` +
          'save it as a file and load that, or set TMPDIR',
        { cause: error },
      );
    }
  };
  return {
    filename,
    get sizeBytes() {
      return ended ? sizeBytes : undefined;
    },
    first: () => {
      const source = streamSource(chunks, keep);
      return {
        async read(into, at) {
          const count = await source.read(into, at);
          ended ||= count === 0;
          return count;
        },
      };
    },
    second: () => fileSource(spool),
    close: async () => {
      await chunks.return?.();
      await spool.close();
    },
  };
}
