import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { failureOf } from './failure.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** One part of the program on the command line. Its file is imported only when it is used, for a quick start. */
interface Noun {
  readonly name: string;
  readonly summary: string;
  /** Gives the function that adds verbs, options and help to the noun's command. */
  readonly load: () => Promise<(command: Command, terminal: Terminal) => void>;
}

const nouns: readonly Noun[] = [
  {
    name: 'state',
    summary: 'telescope state: read, write and wait for attributes, sensors and indexed keys',
    load: async () => (await import('./state.ts')).defineState,
  },
  {
    name: 'store',
    summary: 'whole stores: back up, restore, copy from engine to engine, check',
    load: async () => (await import('./store.ts')).defineStore,
  },
  {
    name: 'up',
    summary: 'bring the instrument of an instrument.yaml to life',
    load: async () => (await import('./up.ts')).defineUp,
  },
];

const exitStatus = `
Exit status: 0 done, 1 failed, 2 bad usage or input, 3 not found, 4 timed out, 5 refused.`;

/** Runs the command line of this process and sets its exit status. */
export async function run(): Promise<void> {
  process.exitCode = await main(process.argv.slice(2), processTerminal());
}

/** Runs one command; the result is its exit status. */
export async function main(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const program = await commandFor(args, terminal);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    const { text, exitCode } = failureOf(error);
    if (text !== undefined) terminal.stderr.write(`${text}\n`);
    return exitCode;
  }
}

async function commandFor(args: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command('alidade')
    .description('One live state for a scientific instrument.')
    .version(ownVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      // What went wrong is said once, in our own form, by main().
      outputError: () => undefined,
    })
    .addHelpText('after', exitStatus);
  const asked = args[0] === 'help' ? args[1] : args[0];
  for (const { name, summary, load } of nouns) {
    const command = program.command(name).description(summary).helpCommand(false);
    if (name === asked) (await load())(command, terminal);
  }
  return program;
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
