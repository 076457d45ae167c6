import type { Command } from 'commander';
import { ConfigurationError, type Validation } from '../../config/index.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { type ConfigOptions, withConfigOptions, withConfigurations } from './open.ts';
import { nameOfText, readText } from './text.ts';
import { someOf } from './which.ts';

const help = `
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
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade config validate', 'alidade config validate --file sample.json'))
    .action(async (names: readonly string[], options: ConfigOptions & { readonly file?: string }) => {
      const { file } = options;
      const text = file === undefined ? undefined : await readText(file, terminal);
      await withConfigurations(
        options,
        terminal,
        file === undefined ? 'read' : 'look',
        async ({ database }) => {
          const name = file && nameOfText(file);
          const found = await database.validate({ configurations: someOf(names), text, name });
          await printValidation(terminal, found, options.json === true);
        },
        { configuration: names[0] },
      );
    });
}

/** @throws ALI_CONFIGURATION where there are any */
async function printValidation(
  terminal: Terminal,
  { sections, problems }: Validation,
  json: boolean,
): Promise<void> {
  if (json) await printLine(terminal, JSON.stringify(problems));
  else if (sections === 0) {
    await printLine(
      terminal,
      'nothing was checked: no section has a schema (alidade config validate --help)',
    );
  } else if (problems.length === 0) {
    await printLine(terminal, `${counted(sections, 'section')} checked: no value is against its schema`);
  } else {
    for (const { configuration, section, path, message } of problems) {
      await printLine(terminal, printable(`${[configuration, section, ...path].join('.')}: ${message}`));
    }
  }
  if (problems.length === 0) return;
  const count = counted(problems.length, 'value does not fit its schema', 'values do not fit their schemas');
  throw new ConfigurationError(count);
}
