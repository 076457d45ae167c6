import type { Command } from 'commander';
import { ConfigurationError, type Problem } from '../../config/index.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { printChanges } from './changes.ts';
import {
  type CommitVerbOptions,
  type ConfigOptions,
  withCommitOptions,
  withConfigOptions,
  withConfigurations,
} from './open.ts';
import { readText } from './text.ts';

const validateHelp = `
The schemas are a section of the configuration: {"instrument1": {"schemas": {"sources": {…JSON Schema…}}, …}}.
What does not fit is told line by line, and the exit status is 2 then.`;

export function defineValidate(config: Command, terminal: Terminal): void {
  withConfigOptions(
    config
      .command('validate')
      .description('check that sections fit the JSON Schemas that stand beside them')
      .argument('[configurations...]', 'which of them (default: all)')
      .option('--file <file>', 'check this JSON file instead, or - for standard input'),
  )
    .addHelpText('after', validateHelp)
    .addHelpText('after', examples('alidade config validate', 'alidade config validate --file sample.json'))
    .action(async (names: readonly string[], options: ConfigOptions & { readonly file?: string }) => {
      const { file } = options;
      const text = file === undefined ? undefined : await readText(file, terminal);
      await withConfigurations(
        options,
        terminal,
        file === undefined ? 'read' : 'look',
        async ({ database }) => {
          const name = file === '-' ? 'standard input' : file;
          const problems = await database.validate({ configurations: someOf(names), text, name });
          await printProblems(terminal, problems, options.json === true);
        },
        { configuration: names[0] },
      );
    });
}

/** @throws ALI_CONFIGURATION where there are any */
async function printProblems(terminal: Terminal, problems: readonly Problem[], json: boolean): Promise<void> {
  if (json) await printLine(terminal, JSON.stringify(problems));
  else if (problems.length === 0) await printLine(terminal, 'everything fits its schemas');
  else {
    for (const { configuration, section, path, message } of problems) {
      await printLine(terminal, printable(`${[configuration, section, ...path].join('.')}: ${message}`));
    }
  }
  if (problems.length === 0) return;
  const count = counted(problems.length, 'value does not fit its schema', 'values do not fit their schemas');
  throw new ConfigurationError(count);
}

const adoptHelp = `
For hashes that other programs wrote before Alidade came, in its own layout or in that of psi_example.py: they become
configurations with a history. What is there stays as it is.`;

export function defineAdopt(config: Command, terminal: Terminal): void {
  withCommitOptions(
    config
      .command('adopt')
      .description('take an existing database of hashes under history')
      .argument('[configurations...]', 'which of them (default: all that are found)')
      .option('--dry-run', 'show what would be adopted, and write nothing'),
  )
    .addHelpText('after', adoptHelp)
    .addHelpText('after', examples('alidade config adopt --store redis://host:6379/0 --dry-run'))
    .action((configurations: readonly string[], options: CommitVerbOptions & { readonly dryRun?: boolean }) =>
      withConfigurations(options, terminal, 'change', async ({ database }) => {
        const { message, dryRun } = options;
        const which = configurations.length === 0 ? undefined : configurations;
        const changes = await database.adopt({ configurations: which, message, dryRun });
        if (changes.length === 0 && options.json !== true) {
          return printLine(terminal, 'there is nothing to adopt');
        }
        await printChanges(terminal, changes, options);
      }),
    );
}

function someOf(names: readonly string[]): readonly string[] | undefined {
  return names.length === 0 ? undefined : names;
}
