import type { Command } from 'commander';
import type { Commit } from '../../config/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import { painter } from '../paint.ts';
import { clip, printable, printLine, type Terminal } from '../terminal.ts';
import { formatTime } from '../time.ts';
import { printChange, printChangeLines, printChanges } from './changes.ts';
import {
  type CommitVerbOptions,
  type ConfigOptions,
  numberOf,
  type OpenConfigurations,
  withCommitOptions,
  withConfigOptions,
  withConfigurations,
} from './open.ts';
import { changesJson } from './show.ts';
import { readText } from './text.ts';

interface HistoryVerbOptions extends ConfigOptions {
  readonly limit?: number;
}

export function defineHistory(config: Command, terminal: Terminal): void {
  withConfigOptions(
    config
      .command('history')
      .description('print the commits of one configuration, or of all, the newest first')
      .argument('[configuration]')
      .option('--limit <number>', 'at most so many (default: 100)', (text: string) =>
        numberOf(text, '--limit'),
      ),
  )
    .addHelpText('after', '\nalidade config diff 2 3 shows what revision 3 changed.')
    .addHelpText('after', examples('alidade config history instrument1', 'alidade config history --json'))
    .action((configuration: string | undefined, { limit = 100, ...options }: HistoryVerbOptions) =>
      withConfigurations(
        options,
        terminal,
        'read',
        async ({ database }) => {
          const names = configuration === undefined ? await database.configurations() : [configuration];
          const commits: Commit[] = [];
          for (const name of names) commits.push(...(await database.history(name, { limit })));
          commits.sort((a, b) => b.timeSeconds - a.timeSeconds || b.revision - a.revision);
          const shown = commits.slice(0, limit);
          const lines = options.json === true ? jsonLines(shown) : tableLines(shown, terminal);
          for (const line of lines) await printLine(terminal, line);
        },
        { configuration },
      ),
    );
}

function jsonLines(commits: readonly Commit[]): string[] {
  if (commits.length === 0) return ['[]'];
  const rows = commits.map(({ timeSeconds, ...commit }) => JSON.stringify({ ...commit, time: timeSeconds }));
  return rows.map((row, i) => `${i === 0 ? '[' : ' '}${row}${i === rows.length - 1 ? ']' : ','}`);
}

function tableLines(commits: readonly Commit[], terminal: Terminal): string[] {
  if (commits.length === 0) return ['nothing was committed yet'];
  const head = ['configuration', 'revision', 'time (UTC)', 'author', 'hashes', 'message'];
  const rows = commits.map(({ configuration, revision, timeSeconds, author, hashes, message }) =>
    [
      configuration,
      String(revision),
      formatTime(timeSeconds).slice(0, 19).replace('T', ' '),
      author,
      String(hashes),
      message,
    ].map((cell) => printable(cell)),
  );
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const isNumber = (i: number) => i === 1 || i === 4;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const { isTTY, columns = Number.POSITIVE_INFINITY } = terminal.stdout;
  const fitting = (text: string) => (isTTY === true ? clip(text, columns) : text);
  return [painter(terminal)(fitting(line(head)), 'faint'), ...rows.map((row) => fitting(line(row)))];
}

interface DiffVerbOptions extends ConfigOptions {
  readonly configuration?: string;
  readonly file?: string;
}

const diffHelp = `
Without revisions it shows the newest commit; with A, what changed from revision A until now; with A and B, from A to B.
With --file it shows what that file would change, in revision A or in what is there now.`;

const configurationOption = [
  '--configuration <name>',
  'the configuration (default: the only one there is)',
] as const;

export function defineDiff(config: Command, terminal: Terminal): void {
  const revision = (text: string) => numberOf(text, 'the revision');
  withConfigOptions(
    config
      .command('diff')
      .description('show what changed between two revisions, or what a file would change')
      .argument('[a]', 'the older revision', revision)
      .argument('[b]', 'the newer revision', revision)
      .option(...configurationOption)
      .option('--file <file>', 'compare with this JSON file, or - for standard input'),
  )
    .addHelpText('after', diffHelp)
    .addHelpText(
      'after',
      examples(
        'alidade config diff --configuration instrument1',
        'alidade config diff 1 3 --configuration instrument1',
        'alidade config diff --file sample.json',
      ),
    )
    .action(async (a: number | undefined, b: number | undefined, options: DiffVerbOptions) => {
      const { file } = options;
      if (file !== undefined && b !== undefined) {
        throw new AlidadeError('ALI_USAGE', 'a file is compared with one revision: leave out the second');
      }
      const text = file === undefined ? undefined : await readText(file, terminal);
      const about = { configuration: options.configuration };
      await withConfigurations(
        options,
        terminal,
        'read',
        async (open) => {
          if (file !== undefined && text !== undefined)
            return diffFile(open, file, text, a, options, terminal);
          const configuration = await onlyConfiguration(open, options);
          const changes = await open.database.diff(configuration, { from: a, to: b });
          await printDiff(terminal, changes, options);
        },
        about,
      );
    });
}

/** All configurations of the file, unless one of them or a revision was asked for. */
async function diffFile(
  open: OpenConfigurations,
  file: string,
  text: string,
  from: number | undefined,
  options: DiffVerbOptions,
  terminal: Terminal,
): Promise<void> {
  const name = file === '-' ? 'standard input' : file;
  if (from === undefined && options.configuration === undefined) {
    const changes = await open.database.populate(text, { name, dryRun: true });
    return printChanges(terminal, changes, { json: options.json === true, dryRun: true });
  }
  const configuration = await onlyConfiguration(open, options);
  const changes = await open.database.diff(configuration, { from, to: { text, name } });
  await printDiff(terminal, changes, options);
}

type HashChanges = Awaited<ReturnType<OpenConfigurations['database']['diff']>>;

async function printDiff(terminal: Terminal, changes: HashChanges, { json }: ConfigOptions): Promise<void> {
  if (json === true) return printLine(terminal, changesJson(changes));
  if (changes.length === 0) return printLine(terminal, 'no difference');
  await printChangeLines(terminal, changes);
}

interface CheckoutOptions extends CommitVerbOptions {
  readonly configuration?: string;
  readonly dryRun?: boolean;
}

export function defineCheckout(config: Command, terminal: Terminal): void {
  withCommitOptions(
    config
      .command('checkout')
      .description('make a configuration what it was at a revision, as a new commit')
      .argument('<revision>', 'as history tells it', (text: string) => numberOf(text, 'the revision'))
      .option(...configurationOption)
      .option('--dry-run', 'show what would change, and write nothing'),
  )
    .addHelpText(
      'after',
      examples(
        'alidade config checkout 3 --configuration instrument1 --dry-run',
        "alidade config checkout 3 --configuration instrument1 --message 'as before the shutdown'",
      ),
    )
    .action((revision: number, options: CheckoutOptions) =>
      withConfigurations(
        options,
        terminal,
        'change',
        async (open) => {
          const { message, ifRevision, dryRun } = options;
          const configuration = await onlyConfiguration(open, options);
          const how = { message, ifRevision, dryRun };
          const change = await open.database.checkout(configuration, revision, how);
          await printChange(terminal, change, options);
        },
        { configuration: options.configuration },
      ),
    );
}

/** @throws ALI_USAGE when it is not said and there are several, ALI_NOT_FOUND when there is none */
async function onlyConfiguration(
  { database, location }: OpenConfigurations,
  { configuration }: { readonly configuration?: string },
): Promise<string> {
  if (configuration !== undefined) return configuration;
  const names = await database.configurations();
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  if (only === undefined) {
    throw new AlidadeError(
      'ALI_NOT_FOUND',
      `there is no configuration in ${location}; alidade config populate FILE puts some there`,
    );
  }
  const listed = names.length > 5 ? [...names.slice(0, 5), '…'] : names;
  throw new AlidadeError(
    'ALI_USAGE',
    `there are ${names.length} configurations (${listed.join(', ')}): say which, as in --configuration ${only}`,
  );
}
