import { CommanderError } from 'commander';
import { AlidadeError, errorCodes, messageOf } from '../shared/errors.ts';
import { printable } from './terminal.ts';

/** What a command that failed says on stderr, and its exit status. No text where commander has said all there is. */
export interface Failure {
  readonly text: string | undefined;
  readonly exitCode: number;
}

/**
 * Turns whatever a command threw into `alidade: <message> (ALI_CODE)` and the exit status of the code.
 *
 * @param program what the command is called
 * @param usage what to say of a command line that cannot be read
 */
export function failureOf(
  program: string,
  error: unknown,
  usage: (error: CommanderError) => string,
): Failure {
  if (error instanceof CommanderError) return usageFailure(program, error, usage);
  if (error instanceof AlidadeError)
    return { text: said(program, error.message, error.code), exitCode: error.exitCode };
  return { text: said(program, messageOf(error), 'ALI_INTERNAL'), exitCode: errorCodes.ALI_INTERNAL.exit };
}

function usageFailure(
  program: string,
  error: CommanderError,
  usage: (error: CommanderError) => string,
): Failure {
  if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version') {
    return { text: undefined, exitCode: 0 };
  }
  const { exit } = errorCodes.ALI_USAGE;
  // A noun without a verb: its help has been shown on stderr.
  if (error.code === 'commander.help') return { text: undefined, exitCode: exit };
  return { text: said(program, usage(error), 'ALI_USAGE'), exitCode: exit };
}

/** The code stands at the end of the first line; more lines (a caret under an expression) follow. */
function said(program: string, message: string, code: string): string {
  const [first = '', ...rest] = message.split('\n').map((line) => printable(line));
  return [`${program}: ${first} (${code})`, ...rest].join('\n');
}
