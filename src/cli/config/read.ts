import type { Command } from 'commander';
import type { Entry } from '../../config/index.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { type ConfigOptions, withConfigOptions, withConfigurations } from './open.ts';
import { fieldLines, objectJson } from './show.ts';
import { treeLines } from './tree.ts';

export function defineDump(config: Command, terminal: Terminal): void {
  withConfigOptions(
    config
      .command('dump')
      .description('print all hashes with their fields, and all sets, as a tree of configurations')
      .option('--all', 'also what else is in the space, and the keys that hold the history'),
  )
    .addHelpText('after', examples('alidade config dump', 'alidade config dump --all --json'))
    .action((options: ConfigOptions & { readonly all?: boolean }) =>
      withConfigurations(options, terminal, 'read', async ({ database }) => {
        const entries = database.dump({ all: options.all });
        const lines = options.json === true ? jsonLines(entries) : treeLines(entries);
        for await (const line of lines) await printLine(terminal, line);
      }),
    );
}

/** One object, a member a line: a hash is an object, a set a list, and of anything else the kind is told. */
async function* jsonLines(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  let line = '{';
  for await (const entry of entries) {
    yield line === '{' ? line : `${line},`;
    line = ` ${JSON.stringify(entry.name)}:${entryJson(entry)}`;
  }
  yield line;
  yield '}';
}

function entryJson(entry: Entry): string {
  switch (entry.kind) {
    case 'hash':
      return objectJson(entry.fields);
    case 'set':
      return JSON.stringify(entry.members);
    default:
      return JSON.stringify({ kind: entry.kind });
  }
}

export function defineQuery(config: Command, terminal: Terminal): void {
  withConfigOptions(
    config
      .command('query')
      .description('print the fields of one hash, or the members of one set')
      .argument('<hash>', 'the name of a hash or set'),
  )
    .addHelpText(
      'after',
      examples(
        'alidade config query source:instrument1:motor2',
        'alidade config query configuration:instrument1 --json',
      ),
    )
    .action((name: string, options: ConfigOptions) =>
      withConfigurations(
        options,
        terminal,
        'read',
        async ({ database }) => {
          const entry = await database.query(name);
          const lines = options.json === true ? [entryJson(entry)] : entryLines(entry);
          for (const line of lines) await printLine(terminal, line);
        },
        { hash: name },
      ),
    );
}

function entryLines(entry: Entry): string[] {
  switch (entry.kind) {
    case 'hash':
      return fieldLines(entry.fields);
    case 'set':
      return entry.members.map((member) => printable(member));
    default:
      return [`a ${entry.kind}, which is no part of a configuration`];
  }
}
