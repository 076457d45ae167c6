import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const defaultFolderName = '.alidade';

/** The nearest `.alidade` folder from `start` upwards, as git looks for its own. */
export function nearestFolder(start: string): string | undefined {
  for (let folder = resolve(start); ; folder = dirname(folder)) {
    const candidate = join(folder, defaultFolderName);
    if (isFolder(candidate)) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

/** What processes share that name no folder: the nearest `.alidade`, else the one to be made in the current folder. */
export function defaultFolder(): string {
  return nearestFolder('.') ?? resolve(defaultFolderName);
}

/**
 * Makes a folder and those above it. One by one from the top: Node's own `recursive` never ends where a parent takes no
 * folders (/proc).
 *
 * @throws an error that says what is in the way
 */
export function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder && !existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (isFolder(folder)) return;
    if (existsSync(folder)) throw new Error('it is a file', { cause: error });
    throw error;
  }
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
