import type { Redis } from 'ioredis';
import { AlidadeError } from '../../shared/errors.ts';
import { type Argument, type Command, Connection, type ConnectionOptions } from './connection.ts';
import { replyCode } from './failures.ts';
import { type Script, scripts } from './scripts.ts';

/** A server hangs up on a command of 2^20 parts, or of more than its query buffer (1 GiB unless configured). */
const mostArguments = 1_000_000;
const mostBytes = 512 * 1024 * 1024;

export type CommanderOptions = Omit<ConnectionOptions, 'prepare' | 'onLost'>;

/** A connection that knows the scripts. */
export function commandConnection(options: CommanderOptions): Connection {
  return new Connection({ ...options, prepare: loadScripts });
}

/**
 * Runs a script by its SHA-1, and by its text on a server that has lost it (`SCRIPT FLUSH`, or a user who may not load).
 */
export async function runScript(
  connection: Connection,
  script: Script,
  keys: readonly Buffer[],
  args: readonly Argument[],
): Promise<unknown> {
  const rest: Argument[] = [String(keys.length)];
  let sizeBytes = 0;
  for (const list of [keys, args]) {
    for (const argument of list) {
      rest.push(argument);
      sizeBytes += argument.length;
    }
  }
  if (rest.length > mostArguments || sizeBytes > mostBytes) {
    throw new AlidadeError(
      'ALI_VALUE_TOO_LARGE',
      `one write of ${rest.length} parts and ${sizeBytes} bytes is more than a Redis server takes at once (${mostArguments} parts, 512 MiB); split it`,
    );
  }
  try {
    return await connection.call('EVALSHA', [script.sha, ...rest]);
  } catch (error) {
    if (replyCode(error) !== 'NOSCRIPT') throw error;
    return await connection.call('EVAL', [script.lua, ...rest]);
  }
}

/** Commands in one MULTI/EXEC; where the server has lost a script, all again with its text. Only for reads. */
export async function readTogether(
  connection: Connection,
  commands: readonly Command[],
  withScriptText: (command: Command) => Command,
): Promise<unknown[]> {
  const replies = await connection.transaction(commands);
  if (!replies.some((reply) => replyCode(reply) === 'NOSCRIPT')) return replies;
  return connection.transaction(commands.map(withScriptText));
}

async function loadScripts(redis: Redis): Promise<void> {
  const loading = Object.values(scripts).map(({ lua }) => redis.callBuffer('SCRIPT', 'LOAD', lua));
  for (const loaded of await Promise.allSettled(loading)) {
    // A user who may not load scripts goes by their text; a lost connection is a failure.
    if (loaded.status === 'rejected' && replyCode(loaded.reason) === undefined) throw loaded.reason;
  }
}
