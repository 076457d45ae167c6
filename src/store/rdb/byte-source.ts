import type { FileHandle } from 'node:fs/promises';
import { AlidadeError } from '../../shared/errors.ts';

/** Bytes pulled in order. */
export interface ByteSource {
  /** Fills `into` from `at`, wholly or in part; 0 when there is no more. */
  read(into: Uint8Array, at: number): Promise<number>;
}

export function bytesSource(bytes: Uint8Array): ByteSource {
  let from = 0;
  return {
    async read(into, at) {
      const count = Math.min(into.length - at, bytes.length - from);
      into.set(bytes.subarray(from, from + count), at);
      from += count;
      return count;
    },
  };
}

/** The file from its beginning, whatever was read from the handle before. */
export function fileSource(handle: FileHandle): ByteSource {
  let position = 0;
  return {
    async read(into, at) {
      const { bytesRead } = await handle.read(into, at, into.length - at, position);
      position += bytesRead;
      return bytesRead;
    },
  };
}

/**
 * What a stream gives, each piece also handed to `keep` before it is read here.
 *
 * @throws ALI_USAGE when the stream gives anything but bytes
 */
export function streamSource(
  chunks: AsyncIterator<Uint8Array>,
  keep: (chunk: Uint8Array) => Promise<void>,
): ByteSource {
  let chunk = new Uint8Array(0);
  let from = 0;
  return {
    async read(into, at) {
      while (from === chunk.length) {
        const next = await chunks.next();
        if (next.done === true) return 0;
        if (!(next.value instanceof Uint8Array)) {
          throw new AlidadeError('ALI_USAGE', 'a stream that is to be read as an RDB file must give bytes');
        }
        chunk = new Uint8Array(next.value);
        from = 0;
        await keep(chunk);
      }
      const count = Math.min(into.length - at, chunk.length - from);
      into.set(chunk.subarray(from, from + count), at);
      from += count;
      return count;
    },
  };
}
