import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { RecordedFile, StoredChannel } from '../../recording/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { items, type RowValue, rowsOf } from './rows.ts';

interface ExportOptions {
  readonly output?: string;
}

/** Larger arrays are pictures rather than cells of a table. */
const mostItems = 4096;

const help = `
The first column is the pulse id, the second the time in nanoseconds since 1970 (empty where the file does not say). A
missing value is an empty cell; the items of an array stand in one cell, with spaces between. Text is quoted.`;

export function defineExport(record: Command, terminal: Terminal): void {
  record
    .command('export')
    .description('write channels of a file as a table (CSV)')
    .argument('<file>', 'a recording')
    .argument('[channels...]', 'which ones; by default all whose values are not large arrays')
    .option('-o, --output <file>', 'write into this file instead of standard output')
    .option('--json', 'accepted as everywhere; the table is CSV all the same')
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade record export run.h5 SIM:SCALAR-001 SIM:SCALAR-002 -o run.csv'))
    .action((path: string, names: readonly string[], options: ExportOptions) =>
      exportTable(path, names, options, terminal),
    );
}

async function exportTable(
  path: string,
  names: readonly string[],
  { output }: ExportOptions,
  terminal: Terminal,
): Promise<void> {
  const { RecordedFile } = await import('../../recording/index.ts');
  using file = await RecordedFile.open(path);
  const channels =
    names.length > 0 ? names.map((name) => tabular(file.channel(name))) : file.channels().filter(isTabular);
  if (channels.length === 0) throw new AlidadeError('ALI_NOT_FOUND', `${path} has no channel for a table`);
  if (output === undefined) {
    await pipeline(Readable.from(lines(file, channels)), terminal.stdout as Writable, { end: false });
    return;
  }
  const partial = `${output}.${process.pid}.partial`;
  try {
    await pipeline(Readable.from(lines(file, channels)), createWriteStream(partial));
    await rename(partial, output);
  } catch (cause) {
    await rm(partial, { force: true });
    if (cause instanceof AlidadeError) throw cause;
    throw new AlidadeError('ALI_FILE_NOT_WRITTEN', `cannot write ${output}: ${messageOf(cause)}`, { cause });
  }
}

function isTabular({ definitions }: StoredChannel): boolean {
  return definitions.every(({ rowShape }) => items(rowShape) <= mostItems);
}

function tabular(channel: StoredChannel): StoredChannel {
  if (isTabular(channel)) return channel;
  throw new AlidadeError(
    'ALI_USAGE',
    `values of ${channel.name} have more than ${mostItems} items; 'alidade record show --png' makes pictures of them`,
  );
}

function* lines(file: RecordedFile, channels: readonly StoredChannel[]): Generator<string> {
  yield `${['pulse_id', 'timestamp_ns', ...channels.map(({ name }) => quoted(name))].join(',')}\n`;
  const columns = channels.map((channel) => rowsOf(file, channel));
  for (;;) {
    const row = columns.map((column) => column.next().value ?? undefined);
    const first = row.find((each) => each !== undefined);
    if (first === undefined) return;
    const timeNs = row.find((each) => each?.timeNs !== undefined)?.timeNs;
    yield `${[first.pulseId, timeNs ?? '', ...row.map((each) => cell(each?.value))].join(',')}\n`;
  }
}

function cell(value: RowValue): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object') return Array.from(value as ArrayLike<number>, String).join(' ');
  return String(value);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
