import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { AlidadeError, messageOf } from '../shared/errors.ts';

/** What the command line of an application says. */
export interface ApplicationOptions {
  readonly appName: string;
  /** Undefined for the store that the surroundings name. */
  readonly storeUrl: string | undefined;
  /** The name of the frame group's flag to wait for. */
  readonly flag: string | undefined;
  readonly frequencyHz: number;
  readonly debug: boolean;
  readonly checked: boolean;
  /** Words that are no options. */
  readonly args: readonly string[];
}

/** What an application says of itself. */
export interface ApplicationFace {
  /** The name of its frames' sender, unless `--app-name` says another (default: the name of its file). */
  readonly name?: string | undefined;
  /** One line for its help. */
  readonly description?: string | undefined;
  /** How often its work is done, unless `--frequency` says otherwise (default 1). */
  readonly frequencyHz?: number | undefined;
  /** What its words mean that are no options, for its help: `PORT`. Without it there are none. */
  readonly argumentsHelp?: string | undefined;
}

const options = {
  'app-name': { type: 'string' },
  'env-init': { type: 'string', short: 'i' },
  store: { type: 'string' },
  'redis-server': { type: 'string' },
  'redis-port': { type: 'string' },
  frequency: { type: 'string', short: 'f' },
  debug: { type: 'boolean', short: 'd' },
  checked: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads a command line as the reference has it.
 *
 * @param program the file of the program
 * @returns undefined where help was asked for
 * @throws ALI_USAGE, also where the variable that `--env-init` names is not set
 */
export function readOptions(
  face: ApplicationFace,
  program: string,
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ApplicationOptions | undefined {
  const { values, positionals } = parsed(face, words);
  if (values.help === true) return undefined;
  return {
    appName: values['app-name'] ?? face.name ?? nameOf(program),
    storeUrl: storeUrlOf(
      { store: values.store, redisServer: values['redis-server'], redisPort: values['redis-port'] },
      environment,
    ),
    flag: values['env-init'] === undefined ? undefined : flagNamed(values['env-init'], environment),
    frequencyHz: frequencyOf(values.frequency) ?? face.frequencyHz ?? 1,
    debug: values.debug ?? false,
    checked: values.checked ?? false,
    args: positionals,
  };
}

function parsed(face: ApplicationFace, words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: face.argumentsHelp !== undefined });
  } catch (error) {
    throw new AlidadeError('ALI_USAGE', `${messageOf(error)}; --help lists what there is`, { cause: error });
  }
}

/** `battery` of `/apps/battery.ts`. */
function nameOf(program: string): string {
  return basename(program).replace(/\.(?:[cm]?[jt]s|py)$/, '');
}

/** The ways in which a command line names a store. */
export interface StoreWords {
  readonly store?: string | undefined;
  readonly redisServer?: string | undefined;
  readonly redisPort?: string | undefined;
}

/**
 * The store that a command line names: a URL, or a Redis server as the reference's programs have it. These keep their
 * frames in database 0. Without any, ALIDADE_STORE; undefined where that is not set either.
 *
 * @throws ALI_USAGE
 * @example storeUrlOf({ redisServer: 'robot' }, {}) // 'redis://robot:6379/0'
 */
export function storeUrlOf(
  { store, redisServer, redisPort }: StoreWords,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const isRedis = redisServer !== undefined || redisPort !== undefined;
  if (store === '') throw new AlidadeError('ALI_USAGE', '--store: the name of the store is empty');
  if (!isRedis) return store ?? (environment.ALIDADE_STORE || undefined);
  if (store !== undefined) {
    throw new AlidadeError('ALI_USAGE', '--store and --redis-server both name a store: say one of them');
  }
  const host = redisServer ?? 'localhost';
  const port = redisPort ?? '6379';
  if (!/^[\w.:-]+$/.test(host)) throw new AlidadeError('ALI_USAGE', `--redis-server: '${host}' is no host`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || Number(port) === 0) {
    throw new AlidadeError('ALI_USAGE', `--redis-port: '${port}' is no port`);
  }
  return `redis://${host.includes(':') ? `[${host}]` : host}:${port}/0`;
}

/**
 * The key of the flag that says that frames are initialised: the value of the variable that `--env-init` names.
 *
 * @throws ALI_USAGE when it is not set
 */
export function flagNamed(
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const flag = environment[variable];
  if (flag !== undefined && flag !== '') return flag;
  throw new AlidadeError(
    'ALI_USAGE',
    `--env-init: the variable ${variable} is not set; its value names the flag, such as ${variable}=ROBOT_INIT`,
  );
}

function frequencyOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const frequencyHz = Number(text);
  if (text.trim() !== '' && frequencyHz > 0 && frequencyHz <= 1000) return frequencyHz;
  throw new AlidadeError('ALI_USAGE', `--frequency: '${text}' is no frequency above 0 and up to 1000 Hz`);
}

/** The help of an application. */
export function helpText(face: ApplicationFace, program: string): string {
  const name = face.name ?? nameOf(program);
  const words = face.argumentsHelp === undefined ? '' : ` ${face.argumentsHelp}`;
  return `Usage: ${basename(program)} [options]${words}
${face.description === undefined ? '' : `\n${face.description}\n`}
Options:
  --app-name NAME      the sender of its frames (default: ${name})
  -i, --env-init VAR   wait until the frames are initialised: VAR is the variable of the environment that names the flag
  --store URL          sqlite:FOLDER or redis://HOST (or set ALIDADE_STORE)
  --redis-server HOST  a Redis server and its database 0, as SimpleSHM has it (default: localhost)
  --redis-port PORT    its port (default: 6379)
  -f, --frequency HZ   how often its work is done (default: ${face.frequencyHz ?? 1})
  -d, --debug          say more on stderr
  --checked            refuse NaN and Infinity, which JSON has not
  -h, --help           show this help

LOGDIR and LOGFILE in the environment make CSV logs of its frames; LOGROTATE, day or a size such as 10MB, begins new files.
`;
}
