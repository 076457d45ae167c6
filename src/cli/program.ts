import { Command } from 'commander';
import { ownVersion } from '../shared/version.ts';
import { failureOf } from './failure.ts';
import type { Terminal } from './terminal.ts';
import { usageMessage, withHelpOption } from './usage.ts';

const exitStatus = `
Exit status: 0 done, 1 failed, 2 bad usage or input, 3 not found, 4 timed out, 5 refused.`;

/** A command of this package, without its verbs. */
export function programOf(name: string, description: string, terminal: Terminal): Command {
  return new Command(name)
    .description(description)
    .version(ownVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // What went wrong is said once, in our own form, by execute().
      outputError: () => undefined,
    })
    .addHelpText('after', exitStatus);
}

/**
 * Runs one command line; the result is its exit status.
 *
 * @param define adds what the words need to the program
 */
export async function execute(
  program: Command,
  args: readonly string[],
  terminal: Terminal,
  define: () => void | Promise<void>,
): Promise<number> {
  try {
    await define();
    await program.parseAsync(withHelpOption(program, args), { from: 'user' });
    return 0;
  } catch (error) {
    const { text, exitCode } = failureOf(program.name(), error, (wrong) =>
      usageMessage(program, args, wrong),
    );
    if (text !== undefined) terminal.stderr.write(`${text}\n`);
    return exitCode;
  }
}
