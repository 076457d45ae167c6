import type { Command } from 'commander';
import type { ConfigurationEvent } from '../../config/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { onAnyKey } from './any-key.ts';
import {
  type ConfigOptions,
  type OpenConfigurations,
  withConfigOptions,
  withConfigurations,
} from './open.ts';

interface ListenOptions extends ConfigOptions {
  readonly configuration?: readonly string[];
  readonly all?: boolean;
}

const help = `
Hashes need not be there yet. A configuration is all its hashes, what is added to it and removed, and, after each
change, the whole of it. When the connection was lost, what changed meanwhile is told afterwards.`;

export function defineListen(config: Command, terminal: Terminal): void {
  withConfigOptions(
    config
      .command('listen')
      .description('print every change of some hashes or configurations, until a key is pressed')
      .argument('[hashes...]', 'names, separated by commas or spaces')
      .option('--configuration <names...>', 'every change of these configurations')
      .option('--all', 'every change of all configurations'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade config listen source:instrument1:motor1,source:instrument1:motor2',
        'alidade config listen --configuration instrument1',
        'alidade config listen --all --json',
      ),
    )
    .action((words: readonly string[], options: ListenOptions) => {
      const hashes = namesIn(words);
      const configurations = namesIn(options.configuration ?? []);
      if (hashes.length + configurations.length === 0 && options.all !== true) {
        throw new AlidadeError(
          'ALI_USAGE',
          'nothing to listen to: name hashes (source:instrument1:motor2), --configuration NAME, or --all',
        );
      }
      return withConfigurations(options, terminal, 'read', async (open) => {
        using end = onAnyKey(terminal);
        const { signal } = end;
        const filter = { hashes, configurations, all: options.all };
        await using listening = await open.database.listen(filter, { signal });
        const what = options.all === true ? 'everything' : subject(hashes.length, configurations.length);
        const way = end.byKey ? 'any key ends it' : 'Ctrl-C ends it';
        tell(terminal, `listening to ${what} in ${open.location}; ${way}`);
        await warnOfUnknown(open, hashes, configurations, terminal);
        for await (const event of listening) await printEvent(terminal, event, options.json === true);
      });
    });
}

function namesIn(words: readonly string[]): string[] {
  const names = words.flatMap((word) => word.split(',')).map((name) => name.trim());
  if (names.includes(''))
    throw new AlidadeError('ALI_USAGE', `${JSON.stringify(words.join(' '))} has an empty name`);
  return names;
}

function subject(hashes: number, configurations: number): string {
  return [
    hashes > 0 ? counted(hashes, 'hash', 'hashes') : '',
    configurations > 0 ? counted(configurations, 'configuration') : '',
  ]
    .filter((text) => text !== '')
    .join(' and ');
}

/** They may come yet; but most often such a name is a slip. */
async function warnOfUnknown(
  { hint }: OpenConfigurations,
  hashes: readonly string[],
  configurations: readonly string[],
  terminal: Terminal,
): Promise<void> {
  for (const hash of hashes) await warn(hash, await hint({ hash }));
  for (const configuration of configurations) await warn(configuration, await hint({ configuration }));

  async function warn(name: string, hint: string | undefined): Promise<void> {
    if (hint !== undefined) tell(terminal, `${name} is not there yet${hint}`);
  }
}

function tell(terminal: Terminal, line: string): void {
  terminal.stderr.write(`alidade: ${printable(line)}\n`);
}

async function printEvent(terminal: Terminal, event: ConfigurationEvent, json: boolean): Promise<void> {
  if (json) return printLine(terminal, eventJson(event));
  switch (event.event) {
    // Word for word what psi_example.py prints: people and programs know it.
    case 'field':
      return printLine(terminal, printable(`Change on hash ${event.hash} key: ${event.field}`));
    case 'hash-added':
      return printLine(terminal, printable(`Added ${event.hash}`));
    case 'hash-removed':
      return printLine(terminal, printable(`Removed ${event.hash}`));
    case 'configuration-added':
      return printLine(terminal, printable(`Added configuration ${event.configuration}`));
    case 'configuration-removed':
      return printLine(terminal, printable(`Removed configuration ${event.configuration}`));
    case 'configuration':
      return printLine(
        terminal,
        clipped(terminal, printable(`Configuration ${event.configuration}: ${event.text}`)),
      );
    case 'away':
      return tell(terminal, 'the store is not reachable; waiting for it');
    case 'back':
      return tell(terminal, 'the store is back; what changed meanwhile was told');
    case 'gap': {
      const count = event.dropped === undefined ? 'some' : event.dropped;
      return tell(terminal, `${count} changes may have been missed: look again with alidade config dump`);
    }
  }
}

/** One JSON object; values and whole configurations stand in it as what they are. */
function eventJson(event: ConfigurationEvent): string {
  if (event.event === 'field' && event.value !== undefined) {
    const { value, ...rest } = event;
    return `${JSON.stringify(rest).slice(0, -1)},"value":${value}}`;
  }
  if (event.event === 'configuration') {
    const { text, ...rest } = event;
    return `${JSON.stringify(rest).slice(0, -1)},"content":${text}}`;
  }
  return JSON.stringify(event);
}
