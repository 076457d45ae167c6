import type { Command } from 'commander';
import { examples } from '../options.ts';
import { openProgress } from '../progress.ts';
import type { Terminal } from '../terminal.ts';
import { printChanges } from './changes.ts';
import {
  type CommitVerbOptions,
  type OpenConfigurations,
  withCommitOptions,
  withConfigurations,
} from './open.ts';
import { nameOfText, readText } from './text.ts';

interface PopulateVerbOptions extends CommitVerbOptions {
  readonly dryRun?: boolean;
}

const help = `
The file is one JSON object: {"instrument1": {"sources": {"motor1": {"address": "IOC:m1"}}, "user": {"name": "Ada"}}}.
Each configuration that it names becomes what it says, all in one step; the others stay as they are. Of a file with a
mistake nothing is stored.`;

export function definePopulate(config: Command, terminal: Terminal): void {
  withCommitOptions(
    config
      .command('populate')
      .description('make configurations what a JSON file says')
      .argument('<file>', 'a JSON file, or - for standard input')
      .option('--dry-run', 'show what would change, and write nothing'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade config populate sample.json --dry-run',
        "alidade config populate sample.json --message 'as of the last shutdown'",
      ),
    )
    .action(async (file: string, options: PopulateVerbOptions) => {
      // Before a store is opened or made.
      const text = await readText(file, terminal);
      const access = options.dryRun === true ? 'look' : 'create';
      await withConfigurations(options, terminal, access, async (open) => {
        await printChanges(terminal, await populate(open, file, text, options, terminal), options);
      });
    });
}

const phases = { read: '  reading', compare: 'comparing', store: '  storing' } as const;

async function populate(
  { database }: OpenConfigurations,
  file: string,
  text: string,
  { message, ifRevision, dryRun }: PopulateVerbOptions,
  terminal: Terminal,
) {
  using bar = await openProgress(terminal);
  return await database.populate(text, {
    name: nameOfText(file),
    message,
    ifRevision,
    dryRun,
    onProgress: ({ phase, done, total }) => bar.count(phases[phase], done, total, 'hashes'),
  });
}
