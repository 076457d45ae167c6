import { open } from 'node:fs/promises';
import { messageOf } from '../shared/errors.ts';
import { ConfigurationError } from './errors.ts';
import { errorAt } from './json.ts';

/** A file for populate is at most this long; a hundred thousand sources need some ten. */
export const maxFileBytes = 64 * 1024 * 1024;

/**
 * The text of a file, for populate and diff. A larger one is refused before it is read.
 *
 * @throws ConfigurationError when it is not there, is no file, is longer than 64 MiB or is not UTF-8
 */
export async function readConfigurationFile(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const stat = await file.stat();
      if (stat.isDirectory()) throw new Error('it is a folder');
      if (stat.size > maxFileBytes) throw tooLong(path, stat.size);
      return await readConfigurationText(file.createReadStream({ autoClose: false }), path);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The text of what comes as bytes, such as standard input; of a pipe the length is not known before.
 *
 * @param name how messages name it
 * @throws ConfigurationError when it is longer than 64 MiB or is not UTF-8
 */
export async function readConfigurationText(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<string> {
  const read: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxFileBytes) throw tooLong(name);
    read.push(chunk);
  }
  return decode(Buffer.concat(read, sizeBytes), name);
}

export function checkLength(text: string, name: string): void {
  if (text.length > maxFileBytes) throw tooLong(name, text.length);
}

function tooLong(name: string, sizeBytes?: number): ConfigurationError {
  const size = sizeBytes === undefined ? 'more than 64' : Math.ceil(sizeBytes / 1024 / 1024);
  return new ConfigurationError(
    `${name} has ${size} MiB; a configuration file may have 64 MiB. Split it by configurations.`,
  );
}

function decode(bytes: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const text = bytes.toString('utf8');
    throw errorAt(text, name, text.indexOf('\ufffd'), 'this is not UTF-8');
  }
}
