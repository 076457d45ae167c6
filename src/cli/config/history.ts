import type { Command } from 'commander';
import type { Commit } from '../../config/index.ts';
import { examples } from '../options.ts';
import { painter } from '../paint.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { formatTime } from '../time.ts';
import { type ConfigOptions, numberOf, withConfigOptions, withConfigurations } from './open.ts';

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
          const each: Commit[][] = [];
          for (const name of names) each.push(await database.history(name, { limit }));
          const commits = each.flat();
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
  const widths = head.map((name, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), name.length),
  );
  const isNumber = (i: number) => i === 1 || i === 4;
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const [title = '', ...lines] = [head, ...rows].map((cells) => clipped(terminal, line(cells)));
  return [painter(terminal)(title, 'faint'), ...lines];
}
