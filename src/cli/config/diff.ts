import type { Command } from 'commander';
import type { DiffOptions, HashChange } from '../../config/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { printChangeLines } from './changes.ts';
import {
  type ConfigOptions,
  numberOf,
  type OpenConfigurations,
  withConfigOptions,
  withConfigurations,
} from './open.ts';
import { changesJson, objectJson } from './show.ts';
import { nameOfText, readText } from './text.ts';
import { onlyConfiguration, whichConfiguration } from './which.ts';

interface DiffVerbOptions extends ConfigOptions {
  readonly configuration?: string;
  readonly file?: string;
}

const help = `
Without revisions it shows the newest commit, of each configuration if none is named; with A, what changed from revision A until now; with A and B, from A to B.
With --file it shows what that file would change, in all its configurations, or in one of them (also at revision A).`;

export function defineDiff(config: Command, terminal: Terminal): void {
  const revision = (text: string) => numberOf(text, 'the revision');
  withConfigOptions(
    config
      .command('diff')
      .description('show what changed between two revisions, or what a file would change')
      .argument('[a]', 'the older revision', revision)
      .argument('[b]', 'the newer revision', revision)
      .option(...whichConfiguration)
      .option('--file <file>', 'compare with this JSON file, or - for standard input'),
  )
    .addHelpText('after', help)
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
          const to = file === undefined || text === undefined ? b : { text, name: nameOfText(file) };
          await printDiffs(terminal, await differences(open, a, to, options), options);
        },
        about,
      );
    });
}

/** What differs in one configuration. */
interface Difference {
  readonly configuration: string;
  readonly changes: readonly HashChange[];
}

type Side = DiffOptions['to'];

/** Of one configuration; without its name and without revisions of all, or of all that the file names. */
async function differences(
  open: OpenConfigurations,
  from: number | undefined,
  to: Side,
  options: DiffVerbOptions,
): Promise<Difference[]> {
  const { database } = open;
  const isOfAll = options.configuration === undefined && from === undefined;
  if (isOfAll && typeof to === 'object') {
    return database.populate(to.text, { name: to.name, dryRun: true });
  }
  const all = isOfAll ? await database.configurations() : [];
  const names = all.length > 1 ? all : [await onlyConfiguration(open, options)];
  const found: Difference[] = [];
  for (const configuration of names) {
    found.push({ configuration, changes: await database.diff(configuration, { from, to }) });
  }
  return found;
}

async function printDiffs(
  terminal: Terminal,
  diffs: readonly Difference[],
  { json }: ConfigOptions,
): Promise<void> {
  if (json === true) {
    const each = diffs.map(({ configuration, changes }) =>
      objectJson([
        ['configuration', JSON.stringify(configuration)],
        ['changes', changesJson(changes)],
      ]),
    );
    return printLine(terminal, `[${each.join(',\n ')}]`);
  }
  for (const { configuration, changes } of diffs) {
    const title = diffs.length > 1 ? `${printable(configuration)}: ` : '';
    if (changes.length === 0) await printLine(terminal, `${title}no difference`);
    else if (title !== '') await printLine(terminal, title.trimEnd());
    await printChangeLines(terminal, changes);
  }
}
