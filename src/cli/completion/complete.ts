import type { Command } from 'commander';
import { printable, type Terminal } from '../terminal.ts';
import { storedKeys } from './keys.ts';
import { type NameQuery, storedNames } from './names.ts';
import { commandsOf, optionOf, type Place, placeAfter, takesValue } from './place.ts';
import { escapedWord, type ShellWord, shellWords } from './shell-words.ts';

/** What can stand at a place; `files` where the shell itself knows best. */
type Candidates = 'files' | readonly Candidate[];

interface Candidate {
  readonly text: string;
  readonly description?: string;
}

/** How long the store may take: who waits for a completion has typed on. */
const storeMs = 150;

/**
 * `alidade __complete bash WORDBREAKS LINE` or `alidade __complete words WORD…`: what the last word could become, for
 * the scripts of scripts.ts. It never fails, prints no error, and leaves no store behind.
 *
 * @param load makes the commands, given the words of the line
 */
export async function complete(
  args: readonly string[],
  terminal: Terminal,
  load: (words: readonly string[]) => Promise<Command>,
): Promise<void> {
  const [mode, ...rest] = args;
  const isBash = mode === 'bash';
  const words = isBash ? wordsOfLine(rest[1] ?? '') : rest.map(plainWord);
  const current = words.at(-1) ?? plainWord('');
  const before = words.slice(0, -1).map(({ text }) => text);
  const candidates = await candidatesFor(before, current.text, terminal, load).catch(() => []);
  const lines =
    candidates === 'files'
      ? ['files']
      : [
          'words',
          ...candidates.map((one) => (isBash ? bashLine(one, current, rest[0] ?? '') : fullLine(one))),
        ];
  const text = `${lines.join('\n')}\n`;
  // A server that does not answer must not hold up the shell.
  await new Promise<void>((resolve) => terminal.stdout.write(text, () => resolve()));
}

function plainWord(text: string): ShellWord {
  return { text, raw: text, openQuote: undefined };
}

/** The words behind `alidade`, also where variables are set before it. */
function wordsOfLine(line: string): ShellWord[] {
  const words = shellWords(line);
  const program = words.findIndex(({ text }) => /(^|\/)alidade$/.test(text));
  return words.slice(program + 1);
}

/** Bash replaces only what follows the last of its word breaks, and takes the word as it is typed. */
function bashLine({ text }: Candidate, { raw, openQuote }: ShellWord, wordBreaks: string): string {
  if (openQuote !== undefined) return text;
  const breaks = [...raw].map((character) => wordBreaks.includes(character) && !/[\s"']/.test(character));
  return escapedWord(text).slice(breaks.lastIndexOf(true) + 1);
}

function fullLine({ text, description }: Candidate): string {
  return description === undefined ? text : `${text}\t${description}`;
}

async function candidatesFor(
  before: readonly string[],
  current: string,
  terminal: Terminal,
  load: (words: readonly string[]) => Promise<Command>,
): Promise<Candidates> {
  const place = placeAfter(await load(before), before);
  const inOne = /^(--[\w-]+)=(.*)$/s.exec(current);
  if (inOne !== null && place.allowsOptions) {
    const [, name = '', value = ''] = inOne;
    const option = optionOf(place.command, name);
    const values = option === undefined ? [] : await valuesOf(option.long ?? '', place, value, terminal);
    return values === 'files' ? values : values.map(({ text }) => ({ text: `${name}=${text}` }));
  }
  if (place.option !== undefined && !(place.option.variadic && current.startsWith('-'))) {
    return valuesOf(place.option.long ?? '', place, current, terminal);
  }
  if (current.startsWith('-') && place.allowsOptions) return starting(optionsOf(place), current);
  const verbs = place.allowsCommands ? commandsOf(place.command).map(described) : [];
  if (verbs.length > 0) return starting(verbs, current);
  return argumentsOf(place, current, terminal);
}

function described(command: Command): Candidate {
  return { text: command.name(), description: command.description() };
}

/** Options that were not given yet, or may be given again. */
function optionsOf({ command, given }: Place): Candidate[] {
  const visible = command.createHelp().visibleOptions(command);
  return visible.flatMap((option) => {
    const { long, description, variadic } = option;
    const isUsed = given.has(long ?? '') && !variadic && !(takesValue(option) && long === '--view');
    return long == null || isUsed ? [] : [{ text: long, description }];
  });
}

async function valuesOf(
  name: string,
  place: Place,
  current: string,
  terminal: Terminal,
): Promise<Candidates> {
  if (name === '--keys') return keys(place, current, terminal, []);
  if (name === '--only') return frames(place, current, terminal);
  if (name === '--configuration') return names('configuration', place, current, terminal);
  const choices = optionOf(place.command, name)?.argChoices;
  if (choices !== undefined) {
    return starting(
      choices.map((text) => ({ text })),
      current,
    );
  }
  return name === '--config' || name === '--png' || name === '--store' || name === '--file' ? 'files' : [];
}

async function argumentsOf(place: Place, current: string, terminal: Terminal): Promise<Candidates> {
  const { argument } = place;
  if (argument === undefined) return [];
  if (argument.argChoices !== undefined) {
    return starting(
      argument.argChoices.map((text) => ({ text })),
      current,
    );
  }
  switch (argument.name()) {
    case 'key':
    case 'keys':
      return keys(place, current, terminal, place.given.get('--view') ?? []);
    case 'glob':
      return keys(place, current, terminal, []);
    case 'configuration':
    case 'configurations':
      return names('configuration', place, current, terminal);
    case 'source':
    case 'hash':
    case 'change':
      return names(argument.name() as NameQuery['what'], place, current, terminal);
    case 'hashes':
      return names('hash', place, current, terminal);
    case 'frame':
    case 'frames':
      return frames(place, current, terminal);
    case 'target':
      return endpoints(place, current, terminal);
    case 'file':
    case 'files':
    case 'path':
    case 'folder':
      return 'files';
    default:
      return [];
  }
}

async function keys(
  { given }: Place,
  start: string,
  terminal: Terminal,
  views: readonly string[],
): Promise<Candidate[]> {
  const url = given.get('--store')?.at(-1) ?? terminal.environment.ALIDADE_STORE;
  const exclusive = given.has('--exclusive');
  return candidatesOf(await storedKeys({ url, space: 'state', start, views, exclusive, timeoutMs: storeMs }));
}

async function frames({ given }: Place, start: string, terminal: Terminal): Promise<Candidate[]> {
  const last = (name: string) => given.get(name)?.at(-1);
  const words = {
    store: last('--store'),
    redisServer: last('--redis-server'),
    redisPort: last('--redis-port'),
  };
  const { storeUrlOf } = await import('../../shm/index.ts');
  const url = storeUrlOf(words, terminal.environment);
  const query = { url, space: 'shm', start, views: [], exclusive: false, timeoutMs: storeMs } as const;
  return candidatesOf(await storedKeys(query));
}

/** Endpoints of a local bus; a file or a broker that says where they are is not asked. */
async function endpoints({ given }: Place, start: string, terminal: Terminal): Promise<Candidate[]> {
  if (given.has('--broker') || given.has('--config')) return [];
  const url = given.get('--bus')?.at(-1) ?? terminal.environment.ALIDADE_BUS;
  const { presentEndpoints } = await import('./endpoints.ts');
  const names = (await presentEndpoints(url)).filter((name) => name.startsWith(start));
  return candidatesOf(names.sort());
}

function candidatesOf(keys: readonly string[]): Candidate[] {
  return keys.filter((key) => printable(key) === key).map((text) => ({ text }));
}

/** Names of `alidade config`. */
async function names(
  what: NameQuery['what'],
  { given, operands }: Place,
  start: string,
  terminal: Terminal,
): Promise<Candidate[]> {
  const url = given.get('--store')?.at(-1) ?? terminal.environment.ALIDADE_STORE;
  return candidatesOf(await storedNames({ what, url, start, operands, timeoutMs: storeMs }));
}

function starting(candidates: readonly Candidate[], start: string): Candidate[] {
  return candidates.filter(({ text }) => text.startsWith(start));
}
