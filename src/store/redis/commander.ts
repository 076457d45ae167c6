import type { Redis } from 'ioredis';
import { type Argument, type Command, Connection, type ConnectionOptions } from './connection.ts';
import { replyCode } from './failures.ts';
import { type Script, scripts } from './scripts.ts';

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
  const rest: Argument[] = [String(keys.length), ...keys];
  for (const argument of args) rest.push(argument);
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
