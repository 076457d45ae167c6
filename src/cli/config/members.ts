import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { printChange } from './changes.ts';
import { type CommitVerbOptions, withCommitOptions, withConfigurations } from './open.ts';

interface SourceOptions extends CommitVerbOptions {
  readonly section?: string;
}

const withSection = (command: Command): Command =>
  command.option('--section <name>', 'the section it is in (default: sources)');

/** `alidade config add source|configuration` */
export function defineAdd(config: Command, terminal: Terminal): void {
  const add = family(config, 'add', 'add a source to a configuration, or a configuration');
  withCommitOptions(
    withSection(
      add
        .command('source')
        .description('add a source to a configuration')
        .argument('<configuration>')
        .argument('<name>', 'of the source, such as motor5')
        .argument('<fields...>', 'its fields: address=IOC:m5 type=ca-motor'),
    ),
    'the values are JSON, and JSON is printed',
  )
    .addHelpText(
      'after',
      examples('alidade config add source instrument1 motor5 address=IOC:m5 type=ca-motor'),
    )
    .action((configuration: string, source: string, words: readonly string[], options: SourceOptions) => {
      const fields = fieldsOf(words);
      const { section, message, ifRevision, json } = options;
      return withConfigurations(
        options,
        terminal,
        'change',
        async ({ database }) => {
          const how = { section, message, ifRevision, json };
          await printChange(terminal, await database.addSource(configuration, source, fields, how), options);
        },
        { configuration },
      );
    });

  withCommitOptions(add.command('configuration').description('add an empty configuration').argument('<name>'))
    .addHelpText('after', examples('alidade config add configuration instrument3'))
    .action((name: string, options: CommitVerbOptions) =>
      withConfigurations(options, terminal, 'create', async ({ database }) => {
        await printChange(terminal, await database.addConfiguration(name, options), options);
      }),
    );
}

/** `alidade config remove source|configuration` */
export function defineRemove(config: Command, terminal: Terminal): void {
  const remove = family(config, 'remove', 'remove a source of a configuration, or a configuration');
  withCommitOptions(
    withSection(
      remove
        .command('source')
        .description('remove a source of a configuration')
        .argument('<configuration>')
        .argument('<source>', 'its name, such as motor5'),
    ),
  )
    .addHelpText('after', examples('alidade config remove source instrument1 motor5'))
    .action((configuration: string, source: string, options: SourceOptions) =>
      withConfigurations(
        options,
        terminal,
        'change',
        async ({ database }) => {
          const { section, message, ifRevision } = options;
          const how = { section, message, ifRevision };
          await printChange(terminal, await database.removeSource(configuration, source, how), options);
        },
        {
          configuration,
          hash: `${(options.section ?? 'sources').replace(/s$/, '')}:${configuration}:${source}`,
        },
      ),
    );

  withCommitOptions(
    remove
      .command('configuration')
      .description('remove a configuration; its history stays, and checkout brings it back')
      .argument('<configuration>'),
  )
    .addHelpText('after', examples('alidade config remove configuration instrument2'))
    .action((configuration: string, options: CommitVerbOptions) =>
      withConfigurations(
        options,
        terminal,
        'change',
        async ({ database }) => {
          await printChange(terminal, await database.removeConfiguration(configuration, options), options);
        },
        { configuration },
      ),
    );
}

function family(config: Command, name: string, description: string): Command {
  return config
    .command(name)
    .description(description)
    .helpCommand(false)
    .addHelpText('after', `\nEach verb has an example: alidade config ${name} VERB --help`);
}

/** @throws ALI_USAGE on a word that is not `name=value`, or a name that is there twice */
function fieldsOf(words: readonly string[]): Record<string, string> {
  const fields = new Map<string, string>();
  for (const word of words) {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) {
      throw new AlidadeError('ALI_USAGE', `${JSON.stringify(word)} is not a field, such as address=IOC:m5`);
    }
    if (fields.has(name))
      throw new AlidadeError('ALI_USAGE', `the field ${JSON.stringify(name)} is there twice`);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}
