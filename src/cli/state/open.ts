import type { Command } from 'commander';
import { AlidadeError, isAlidadeError } from '../../shared/errors.ts';
import { namesSnapshot, openStore, type Store } from '../../store/index.ts';
import { repr, TelescopeState } from '../../telstate/index.ts';
import { persistentStoreOf } from '../store/options.ts';
import type { Terminal } from '../terminal.ts';
import { keyHint } from './hint.ts';
import { type About, refusalOf } from './refusal.ts';

/** The options that every verb of `alidade state` has. */
export interface StateOptions {
  readonly store?: string;
  readonly view?: readonly string[];
  readonly exclusive?: boolean;
  readonly json?: boolean;
}

/**
 * What a verb does to the store: `read` finds none and leaves none, `change` needs one that is there, `create` makes
 * one where there is none.
 */
export type Access = 'read' | 'change' | 'create';

/** A state that a verb works on, and the store under it. */
export interface OpenState {
  readonly state: TelescopeState;
  readonly store: Store;
  /** How messages name the store. */
  readonly location: string;
  /** Whether this is a snapshot file, which never changes. */
  readonly isSnapshot: boolean;
}

/** Adds the options that every verb has, after its own. */
export function withStateOptions(command: Command): Command {
  return command
    .optionsGroup('Options of every verb:')
    .option(
      '--store <url>',
      'sqlite:FOLDER, redis://HOST, or a snapshot FILE.rdb to read (or set ALIDADE_STORE)',
    )
    .option(
      '--view <names>',
      'views to look in, in this order and before the root; writes go to the first',
      viewNames,
    )
    .option('--exclusive', 'look in the views only, not in the root')
    .option('--json', 'print JSON');
}

function viewNames(text: string, before: readonly string[] = []): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new AlidadeError('ALI_USAGE', `--view: '${text}' has an empty name`);
  return [...before, ...names];
}

/**
 * Opens the store that the options name, does the work, and closes it whatever comes. What goes wrong with the key that
 * the work is `about` is said in the words of the command line.
 */
export async function withState<T>(
  options: StateOptions,
  terminal: Terminal,
  access: Access,
  work: (open: OpenState) => Promise<T>,
  about?: About,
): Promise<T> {
  if (about !== undefined) assertKey(about.key);
  if (options.exclusive === true && options.view === undefined) {
    throw new AlidadeError('ALI_USAGE', '--exclusive needs a --view to look in');
  }
  const url = persistentStoreOf(options, terminal);
  await using store = await openStore(url, { create: access === 'create' });
  const state = viewOf(new TelescopeState(await store.space('state')), options);
  try {
    return await work({
      state,
      store,
      location: store.location,
      isSnapshot: url !== undefined && namesSnapshot(url),
    });
  } catch (error) {
    if (about !== undefined && isAlidadeError(error, 'ALI_IMMUTABLE')) {
      throw await refusalOf(error, state, about, access);
    }
    if (!isAlidadeError(error, 'ALI_NOT_FOUND')) throw error;
    const message = `${error.message} in ${store.location}`;
    const hint =
      about === undefined || (await state.exists(about.key)) ? '' : await keyHint(state, about.key);
    throw new AlidadeError(error.code, `${message}${hint}`, { cause: error });
  }
}

/** @throws ALI_USAGE on an empty key, which is a slip of the shell: an unset variable in quotes */
export function assertKey(key: string): void {
  if (key === '') throw new AlidadeError('ALI_USAGE', 'the key is empty');
}

/** Prefixes are searched from the last view back, so the views are applied from the last name to the first. */
function viewOf(root: TelescopeState, options: StateOptions): TelescopeState {
  const names = [...(options.view ?? [])].reverse();
  return names.reduce(
    (state, name, i) => state.view(name, { exclusive: options.exclusive === true && i === 0 }),
    root,
  );
}

/** The error of a key, or part of one, that is not there; {@link withState} adds where. */
export function notFound(name: string): AlidadeError {
  return new AlidadeError('ALI_NOT_FOUND', `${repr(name)} not found`);
}
