import type { Command } from 'commander';
import { examples } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { printChange } from './changes.ts';
import { type CommitVerbOptions, numberOf, withCommitOptions, withConfigurations } from './open.ts';
import { onlyConfiguration, whichConfiguration } from './which.ts';

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
      .option(...whichConfiguration)
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
