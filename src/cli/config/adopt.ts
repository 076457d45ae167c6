import type { Command } from 'commander';
import { examples } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { printChanges } from './changes.ts';
import { type CommitVerbOptions, withCommitOptions, withConfigurations } from './open.ts';
import { someOf } from './which.ts';

const help = `
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
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade config adopt --store redis://host:6379/0 --dry-run'))
    .action((configurations: readonly string[], options: CommitVerbOptions & { readonly dryRun?: boolean }) =>
      withConfigurations(options, terminal, 'change', async ({ database }) => {
        const { message, dryRun } = options;
        const all = await database.adopt({ configurations: someOf(configurations), message, dryRun });
        const changes = all.filter(({ kind }) => kind !== 'same');
        if (changes.length === 0 && options.json !== true) {
          return printLine(terminal, 'there is nothing to adopt');
        }
        await printChanges(terminal, changes, options);
      }),
    );
}
