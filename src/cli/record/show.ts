import type { Command } from 'commander';
import { jsonText } from '../../bsread/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples, named } from '../options.ts';
import { parseWhole } from '../stream/options.ts';
import { printLine, type Terminal } from '../terminal.ts';

export interface ShowOptions {
  readonly png?: string;
  readonly row?: number;
  readonly json?: boolean;
}

const help = `
Without CHANNEL: what the file says of itself, and the tree of its groups and datasets. Scalars are drawn over time, text
and booleans as states. Of arrays one row is drawn: the last that has a value, or --row; with --png in colours. Files of
other writers can be shown too. While a file is written, what was committed is shown.`;

export function defineShow(record: Command, terminal: Terminal): void {
  record
    .command('show')
    .description('print what is in a file, or draw one of its channels')
    .argument('<file>', 'a recording')
    .argument('[channel]', 'draw this channel')
    .option('--png <file>', 'draw into this file, a PNG picture')
    .option('--row <number>', 'of arrays, the row to draw; the first is 0', named('--row', parseWhole))
    .option('--json', 'print JSON')
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade record show run.h5',
        'alidade record show run.h5 SIM:SCALAR-001',
        'alidade record show run.h5 SIM:IMAGE-001 --row 20 --png image.png',
      ),
    )
    .action((path: string, channel: string | undefined, options: ShowOptions) =>
      show(path, channel, options, terminal),
    );
}

async function show(
  path: string,
  channel: string | undefined,
  options: ShowOptions,
  terminal: Terminal,
): Promise<void> {
  if (channel === undefined && options.png !== undefined) {
    throw new AlidadeError('ALI_USAGE', '--png draws a CHANNEL; name one');
  }
  const { RecordedFile } = await import('../../recording/index.ts');
  using file = await RecordedFile.open(path);
  if (channel !== undefined) {
    const { drawChannel } = await import('./draw.ts');
    await drawChannel(file, file.channel(channel), options, terminal);
  } else if (options.json === true) {
    const { path: _, ...ledger } = { ...file.attributes('/recording'), path };
    const objects = file.tree();
    await printLine(
      terminal,
      jsonText({
        file: path,
        general: file.general(),
        recording: ledger,
        channels: file.channels(),
        objects,
      }),
    );
  } else {
    const { treeLines } = await import('./tree.ts');
    const tree = file.tree();
    const channels = tree.filter(({ path }) => /^\/data\/.*\/pulse_id$/s.test(path)).length;
    await printLine(terminal, headline(path, channels, file.attributes('/recording')));
    for (const line of treeLines(file, tree)) await printLine(terminal, line);
  }
}

function headline(path: string, channels: number, ledger: Readonly<Record<string, unknown>>): string {
  const {
    received,
    written,
    first_pulse_id: first,
    last_pulse_id: last,
    missing_pulses: missing,
    ending,
  } = ledger;
  const parts = [`${path}: ${channels} channels`];
  if (written !== undefined) parts.push(`${written} of ${received} messages written`);
  if (first !== undefined) parts.push(`pulses ${first} to ${last}, ${missing} missing`);
  if (typeof ending === 'string') parts.push(ending);
  return parts.join(', ');
}
