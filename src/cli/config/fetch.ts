import { type Command, Option } from 'commander';
import { examples } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { type ConfigOptions, numberOf, withConfigOptions, withConfigurations } from './open.ts';
import { someOf } from './which.ts';

interface FetchOptions extends ConfigOptions {
  readonly format: 'json' | 'yaml' | 'python';
  readonly revision?: number;
}

const revision = (command: Command): Command =>
  command.option('--revision <number>', 'as it was at this revision', (text: string) =>
    numberOf(text, '--revision'),
  );

const help = `
python is what psi_example.py -f prints: a dictionary of Python, its keys sorted. --json is the same as --format json.`;

export function defineFetch(config: Command, terminal: Terminal): void {
  const fetch = config
    .command('fetch')
    .description('print one whole configuration')
    .argument('<configuration>')
    .addOption(
      new Option('--format <format>', 'how it is printed')
        .choices(['json', 'yaml', 'python'])
        .default('json'),
    );
  withConfigOptions(revision(fetch))
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade config fetch instrument2',
        'alidade config fetch instrument2 --format python',
        'alidade config fetch instrument2 --revision 3',
      ),
    )
    .action((configuration: string, { format: wanted, ...options }: FetchOptions) => {
      const format = options.json === true ? 'json' : wanted;
      return withConfigurations(
        options,
        terminal,
        'read',
        async ({ database }) => {
          const text = await database.fetchText(configuration, {
            format: format === 'python' ? 'json' : format,
            revision: options.revision,
          });
          await printText(terminal, format === 'python' ? (await pythonForm())(text) : text);
        },
        { configuration },
      );
    });
}

async function pythonForm(): Promise<(json: string) => string> {
  return (await import('./python-form.ts')).pythonForm;
}

interface ExportVerbOptions extends ConfigOptions {
  readonly format: 'json' | 'yaml';
  readonly revision?: number;
}

export function defineExport(config: Command, terminal: Terminal): void {
  const verb = config
    .command('export')
    .description('print configurations as a file for populate')
    .argument('[configurations...]', 'which of them (default: all)')
    .addOption(
      new Option('--format <format>', 'how they are printed').choices(['json', 'yaml']).default('json'),
    );
  withConfigOptions(revision(verb))
    .addHelpText(
      'after',
      examples(
        'alidade config export > beamline.json',
        'alidade config export instrument1 --revision 3 --format yaml',
      ),
    )
    .action((configurations: readonly string[], options: ExportVerbOptions) =>
      withConfigurations(
        options,
        terminal,
        'read',
        async ({ database }) => {
          const text = await database.exportText({
            configurations: someOf(configurations),
            format: options.json === true ? 'json' : options.format,
            revision: options.revision,
          });
          await printText(terminal, text);
        },
        { configuration: configurations[0] },
      ),
    );
}

/** Text of several lines, which may end with a line feed or not. */
async function printText({ stdout }: Terminal, text: string): Promise<void> {
  await new Promise<void>((resolve) =>
    stdout.write(text.endsWith('\n') ? text : `${text}\n`, () => resolve()),
  );
}
