import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { SharedMemory, storeUrlOf } from '../../shm/index.ts';
import { namesSnapshot, openStore, type Space, type Store } from '../../store/index.ts';
import type { Terminal } from '../terminal.ts';

/** The options that every verb of `alidade shm` has. */
export interface ShmOptions {
  readonly appName?: string;
  readonly store?: string;
  readonly redisServer?: string;
  readonly redisPort?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** The sender of what a verb writes, unless `--app-name` says another. */
const defaultAppName = 'alidade';

/** Adds the options that every verb has, after its own. */
export function withShmOptions(command: Command): Command {
  return command
    .optionsGroup('Options of every verb:')
    .option('--store <url>', 'sqlite:FOLDER or redis://HOST (or set ALIDADE_STORE)')
    .option('--redis-server <host>', 'a Redis server and its database 0, as SimpleSHM has it')
    .option('--redis-port <port>', 'its port (default: 6379)')
    .option('--app-name <name>', `the sender of what is written (default: ${defaultAppName})`)
    .option('--strict', 'refuse NaN and Infinity, which JSON has not')
    .option('--json', 'print JSON');
}

/** What a verb works on. */
export interface OpenFrames {
  readonly shm: SharedMemory;
  readonly space: Space;
  readonly store: Store;
}

/**
 * Opens the space of frames, does the work, and closes the store whatever comes.
 *
 * @param create whether the folder of a store is made where there is none
 * @throws ALI_USAGE, ALI_STORE_URL on what names no store that a command could use
 */
export async function withFrames<T>(
  options: ShmOptions,
  { environment, nowSeconds }: Terminal,
  create: boolean,
  work: (open: OpenFrames) => Promise<T>,
): Promise<T> {
  const url = storeUrlOf(options, environment);
  if (url !== undefined && (url.startsWith('memory:') || namesSnapshot(url))) {
    const message = `'${url}' cannot hold frames for a command; use sqlite:FOLDER or redis://HOST`;
    throw new AlidadeError('ALI_STORE_URL', message);
  }
  await using store = await openStore(url, { create });
  const space = await store.space('shm');
  const { appName = defaultAppName, strict = false } = options;
  return await work({ shm: new SharedMemory(space, { appName, strict, clock: nowSeconds }), space, store });
}
