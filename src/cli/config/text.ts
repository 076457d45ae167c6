import { readConfigurationFile, readConfigurationText } from '../../config/index.ts';
import type { Terminal } from '../terminal.ts';

/** How messages name what `readText` reads. */
export function nameOfText(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/**
 * The text of a file of configurations, or of standard input (`-`), of bounded size.
 *
 * @throws ALI_CONFIGURATION
 */
export function readText(file: string, { stdin }: Terminal): Promise<string> {
  if (file !== '-') return readConfigurationFile(file);
  return readConfigurationText(stdin as AsyncIterable<Uint8Array>, nameOfText(file));
}
