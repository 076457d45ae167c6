import { ConfigurationError, maxFileBytes, readConfigurationFile } from '../../config/index.ts';
import type { Terminal } from '../terminal.ts';

/**
 * The text of a file of configurations, or of standard input (`-`), of bounded size.
 *
 * @throws ALI_CONFIGURATION
 */
export async function readText(file: string, { stdin }: Terminal): Promise<string> {
  if (file !== '-') return readConfigurationFile(file);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxFileBytes) {
      throw new ConfigurationError(
        `standard input has more than ${maxFileBytes / 1024 / 1024} MiB; split it by configurations`,
      );
    }
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new ConfigurationError('standard input is not UTF-8', { cause: error });
  }
}
