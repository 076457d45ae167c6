import type { Command } from 'commander';
import { ConfigurationDatabase, ConfigurationError, RevisionError } from '../../config/index.ts';
import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { openStore, type Store } from '../../store/index.ts';
import { persistentStoreOf, type StoreOptions, withStoreOption } from '../store/options.ts';
import type { Terminal } from '../terminal.ts';
import { type About, nameHint } from './hint.ts';
import { commitLines } from './show.ts';

/** The options that every verb of `alidade config` has. */
export type ConfigOptions = StoreOptions;

/** The options of the verbs that write. */
export interface CommitVerbOptions extends ConfigOptions {
  readonly message?: string;
  readonly ifRevision?: number;
}

/**
 * What a verb does to the store: `read` and `change` need one that is there, `create` makes one, and to `look` none is
 * as good as an empty one.
 */
export type Access = 'read' | 'change' | 'create' | 'look';

export interface OpenConfigurations {
  readonly database: ConfigurationDatabase;
  /** How messages name the store. */
  readonly location: string;
  /** What to say of a name that is not there; undefined where it is. */
  readonly hint: (about: About) => Promise<string | undefined>;
}

/** Adds the options that every verb has, after its own. */
export function withConfigOptions(command: Command, json = 'print JSON'): Command {
  return withStoreOption(command.optionsGroup('Options of every verb:')).option('--json', json);
}

/** Adds the options of a commit, and those that every verb has. */
export function withCommitOptions(command: Command, json?: string): Command {
  const own = command
    .option('--message <text>', 'what the change is for, for the history')
    .option(
      '--if-revision <number>',
      'write only if this is still the newest revision, else show what changed since (exit status 5)',
      (text: string) => numberOf(text, '--if-revision'),
    );
  return withConfigOptions(own, json);
}

/** A revision, or another number that counts. @throws ALI_USAGE */
export function numberOf(text: string, name: string): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (number !== undefined) return number;
  throw new AlidadeError('ALI_USAGE', `${name}: '${text}' is not a number, such as 3`);
}

/**
 * Opens the store that the options name, does the work, and closes it whatever comes. Of a name that the work is `about`
 * and that is not there the nearest is told; whoever comes too late with a write is told what the others changed.
 */
export async function withConfigurations<T>(
  options: ConfigOptions,
  terminal: Terminal,
  access: Access,
  work: (open: OpenConfigurations) => Promise<T>,
  about: About = {},
): Promise<T> {
  await using store = await open(persistentStoreOf(options, terminal), access);
  const space = await store.space('config');
  await using database = new ConfigurationDatabase(space);
  const hint = (about: About) => nameHint(database, space, about).catch(() => undefined);
  try {
    return await work({ database, location: store.location, hint });
  } catch (error) {
    throw await told(error, () => hint(about));
  }
}

async function open(url: string | undefined, access: Access): Promise<Store> {
  try {
    return await openStore(url, { create: access === 'create' });
  } catch (error) {
    if (access === 'look' && isAlidadeError(error, 'ALI_STORE_NOT_FOUND')) return openStore('memory:');
    throw error;
  }
}

/** The error in the words of the command line. */
async function told(error: unknown, hint: () => Promise<string | undefined>): Promise<unknown> {
  if (error instanceof RevisionError) {
    const message = [error.message, ...commitLines(error.commits)].join('\n');
    return new AlidadeError(error.code, message, { cause: error });
  }
  if (!isAlidadeError(error, 'ALI_NOT_FOUND') && !(error instanceof ConfigurationError)) return error;
  const meant = await hint();
  return meant === undefined
    ? error
    : new AlidadeError(error.code, `${error.message.replace(/\.$/, '')}${meant}`, { cause: error });
}
