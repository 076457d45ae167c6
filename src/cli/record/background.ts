import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync, rmSync } from 'node:fs';
import { AlidadeError, type ErrorCode, errorCodes, messageOf } from '../../shared/errors.ts';

/** A recording that goes on without its terminal. */
export interface InBackground {
  readonly pid: number;
  /** Where it says what it would have said in the terminal. */
  readonly log: string;
  /** What it said until it recorded. */
  readonly said: string;
}

/**
 * Starts this very command again, as a process of a session of its own, which the end of a terminal does not reach.
 * (`nohup` does not help: Node.js does not ignore the signals that its parent ignored.)
 *
 * @returns when it records
 * @throws what it could not start by
 */
export async function startInBackground(file: string): Promise<InBackground> {
  if (file === '/dev/null')
    throw new AlidadeError('ALI_USAGE', '--background needs a file; its log is beside it');
  const log = `${file}.log`;
  const output = openLog(log);
  const { size } = fstatSync(output);
  const words = process.argv.slice(1).filter((word) => word !== '--background' && word !== '--json');
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    // What many systems empty when the user logs out; see running.ts.
    env: { ...process.env, XDG_RUNTIME_DIR: '' },
  });
  closeSync(output);
  const hasBegun = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
  ]);
  const said = readFileSync(log).subarray(size).toString();
  if (!hasBegun) {
    if (size === 0) rmSync(log);
    throw failureIn(said);
  }
  child.disconnect();
  child.unref();
  return { pid: child.pid ?? 0, log, said };
}

/** Tells who started this process in the background, if somebody did, that it does what it was started for. */
export function tellBegun(): void {
  process.send?.('begun', undefined, undefined, () => {
    // Who does not wait any more need not know.
  });
}

/** @throws ALI_FILE_NOT_WRITTEN */
function openLog(log: string): number {
  try {
    return openSync(log, 'a');
  } catch (cause) {
    throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write the log ${log}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function failureIn(said: string): AlidadeError {
  const [, message = '', code = ''] = /^alidade: (.*) \((ALI_\w+)\)$/m.exec(said) ?? [];
  if (Object.hasOwn(errorCodes, code)) return new AlidadeError(code as ErrorCode, message);
  return new AlidadeError('ALI_INTERNAL', `the recording did not begin: ${said.trim()}`);
}
