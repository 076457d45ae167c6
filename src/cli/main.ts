import type { Command } from 'commander';
import { withVerb } from './config/reference-spelling.ts';
import { withLongFlags } from './control/reference-flags.ts';
import { execute, programOf } from './program.ts';
import { withDashes } from './stream/reference-spelling.ts';
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
    name: 'config',
    summary: 'configurations of instruments: populate, listen, update, fetch, and their history',
    load: async () => (await import('./config.ts')).defineConfig,
  },
  {
    name: 'shm',
    summary: 'frames: small records that processes share, each with its newest value',
    load: async () => (await import('./shm.ts')).defineShm,
  },
  {
    name: 'control',
    summary: 'slow control: serve endpoints, get and set them, monitor what is sent',
    load: async () => (await import('./control.ts')).defineControl,
  },
  {
    name: 'stream',
    summary: 'pulse-synchronous streams of bsread: simulate, buffer, receive, inspect, record, replay',
    load: async () => (await import('./stream.ts')).defineStream,
  },
  {
    name: 'record',
    summary: 'recordings: streams into HDF5 files, and what is in such a file',
    load: async () => (await import('./record.ts')).defineRecord,
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
  {
    name: 'completion',
    summary: 'print a script that makes a shell complete commands, options, keys and names',
    load: async () => (await import('./completion.ts')).defineCompletion,
  },
];

/** Command lines as people know them from other programs, by noun. */
const spellings: Readonly<Record<string, (words: readonly string[]) => readonly string[]>> = {
  config: withVerb,
  control: withLongFlags,
  stream: withDashes,
};

/** Runs the command line of this process and sets its exit status. */
export async function run(): Promise<void> {
  const [verb, ...words] = process.argv.slice(2);
  if (verb === '__complete') {
    const { complete } = await import('./completion/complete.ts');
    const terminal = processTerminal();
    await complete(words, terminal, (line) => commandFor(line, terminal));
    // Without waiting for a store that does not answer.
    process.exit(0);
  }
  process.exitCode = await main(process.argv.slice(2), processTerminal());
}

/** Runs one command; the result is its exit status. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const program = commandOf(terminal);
  const [noun = ''] = words;
  const args = Object.hasOwn(spellings, noun) ? (spellings[noun]?.(words) ?? words) : words;
  return execute(program, args, terminal, () => defineNoun(program, args, terminal));
}

async function commandFor(args: readonly string[], terminal: Terminal): Promise<Command> {
  const program = commandOf(terminal);
  await defineNoun(program, args, terminal);
  return program;
}

function commandOf(terminal: Terminal): Command {
  return programOf('alidade', 'One live state for a scientific instrument.', terminal);
}

async function defineNoun(program: Command, args: readonly string[], terminal: Terminal): Promise<void> {
  const asked = args[0] === 'help' ? args[1] : args[0];
  for (const { name, summary, load } of nouns) {
    const command = program.command(name).description(summary).helpCommand(false);
    if (name === asked) (await load())(command, terminal);
  }
}
