import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { keyText } from '../../store/index.ts';
import { printable, type Terminal } from '../terminal.ts';

export interface StoreOptions {
  readonly store?: string;
  readonly json?: boolean;
}

export interface SpaceOption {
  readonly space?: readonly string[];
}

export function withStoreOption(command: Command): Command {
  return command.option('--store <url>', 'sqlite:FOLDER or redis://HOST (or set ALIDADE_STORE)');
}

export function withSpaceOption(command: Command): Command {
  return command.option(
    '--space <names>',
    'only these of the spaces state, shm and config',
    (text: string, before: readonly string[] = []) => [
      ...before,
      ...text.split(',').map((name) => name.trim()),
    ],
  );
}

export function withJsonOption(command: Command): Command {
  return command.option('--json', 'print JSON');
}

/** The store that the surroundings name; undefined leaves it to the nearest folder. */
export function storeOf({ store }: StoreOptions, terminal: Terminal): string | undefined {
  return store ?? (terminal.environment.ALIDADE_STORE || undefined);
}

/**
 * The store of a verb whose work should outlive it.
 *
 * @throws ALI_USAGE, ALI_STORE_URL on what names no store that a command could use
 */
export function persistentStoreOf(options: StoreOptions, terminal: Terminal): string | undefined {
  if (options.store === '') throw new AlidadeError('ALI_USAGE', '--store: the name of the store is empty');
  const url = storeOf(options, terminal);
  if (url?.startsWith('memory:') !== true) return url;
  throw new AlidadeError(
    'ALI_STORE_URL',
    `'${url}' is private to one process and would end with this command; use sqlite:FOLDER or redis://HOST`,
  );
}

/** A word that names a store by its URL, a snapshot file, or a folder. */
export function storeOfWord(word: string): string {
  return /^[a-z]+:/.test(word) || word.endsWith('.rdb') ? word : `sqlite:${word}`;
}

/** A word that names a new folder, also as `sqlite:FOLDER`. @throws ALI_USAGE */
export function folderOfWord(word: string): string {
  if (word.endsWith('.rdb')) {
    throw new AlidadeError(
      'ALI_USAGE',
      `a backup is a folder; a snapshot such as ${word} holds telescope state alone: alidade state dump ${word}`,
    );
  }
  const folder = word.replace(/^sqlite:(?:\/\/(?=\/))?/, '');
  if (folder === '' || /^[a-z]+:\/\//.test(folder)) {
    throw new AlidadeError(
      'ALI_USAGE',
      'a backup goes into a folder: name one; into a store of another engine: alidade store copy FROM TO',
    );
  }
  return folder;
}

const namedAtMost = 5;

/** Some keys by their names, for a message. */
export function named(keys: readonly Uint8Array[]): string {
  const names = keys.slice(0, namedAtMost).map((key) => printable(JSON.stringify(keyText(key))));
  return `${names.join(', ')}${keys.length > namedAtMost ? ', …' : ''}`;
}

/** `3.4 MB` */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
