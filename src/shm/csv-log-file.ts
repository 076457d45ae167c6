import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';

/** `2014-05-13_16h53m20sZ_APP_BATTERY__command.csv`: when the file was begun (UTC), who writes, which frame. */
export function logFileName(timeSeconds: number, sender: string, name: string): string {
  const [date = '', time = ''] = new Date(timeSeconds * 1000).toISOString().split('T');
  const [hours, minutes, seconds] = time.split(/[:.]/);
  const stamp = `${date}_${hours}h${minutes}m${seconds}sZ`;
  return `${[stamp, sender, name].map(filePart).join('_')}.csv`;
}

/** What separates folders cannot be in the name of a file. */
function filePart(text: string): string {
  return text.replace(/[/\\\0]/g, '-');
}

/** So many logs of one name are begun at most. */
const maxNumber = 10_000;

/**
 * Begins a file, and makes its folder where it is missing. Never writes into a file that is there: where the name is
 * taken, the next is `…-2.csv`.
 */
export async function openLogFile(path: string): Promise<FileHandle> {
  const { dir, name, ext } = parse(path);
  await mkdir(dirname(path), { recursive: true });
  for (let number = 1; ; number++) {
    const numbered = number === 1 ? path : join(dir, `${name}-${number}${ext}`);
    try {
      return await open(numbered, 'wx');
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === 'EEXIST';
      if (!isTaken || number === maxNumber) throw error;
    }
  }
}
