import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { RecordedFile, StoredChannel } from '../../recording/index.ts';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { examples, named } from '../options.ts';
import { oneOf } from '../stream/options.ts';
import type { Terminal } from '../terminal.ts';
import { exportForOldReaders } from './export-earliest.ts';
import { items, type RowValue, rowsOf } from './rows.ts';

interface ExportOptions {
  readonly output?: string;
  readonly hdf5?: 'earliest';
  readonly uncompressed?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Larger arrays are pictures rather than cells of a table. */
const mostItems = 4096;

const help = `
The first column is the pulse id, the second the time in nanoseconds since 1970 (empty where the file does not say). A
missing value is an empty cell; the items of an array stand in one cell, with spaces between. Text is quoted.

With --hdf5 earliest it is a copy for old readers: HDF5's oldest form, nothing compressed, numbers little-endian, with
/general and all of /data, large arrays too. It is there whole or not at all; a file that is there is kept, unless --force.`;

export function defineExport(record: Command, terminal: Terminal): void {
  record
    .command('export')
    .description('write channels of a file as a table (CSV), or a copy of it for old readers (HDF5)')
    .argument('<file>', 'a recording')
    .argument('[channels...]', 'which ones; by default all, in a table without large arrays')
    .option('-o, --output <file>', 'write into this file instead of standard output')
    .option('--hdf5 <form>', 'an HDF5 file instead of a table: earliest', named('--hdf5', oneOf('earliest')))
    .option('--uncompressed', 'as --hdf5 earliest always is')
    .option('--force', 'with --hdf5, replace a file that is there')
    .option('--json', 'with --hdf5, say as JSON what was copied; a table is CSV all the same')
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade record export run.h5 SIM:SCALAR-001 SIM:SCALAR-002 -o run.csv',
        'alidade record export run.h5 --hdf5 earliest --uncompressed -o old.h5',
      ),
    )
    .action((path: string, names: readonly string[], options: ExportOptions) => {
      const { hdf5, output, uncompressed, force } = options;
      if (hdf5 === undefined) {
        if (uncompressed !== true && force !== true) return exportTable(path, names, options, terminal);
        const name = uncompressed === true ? '--uncompressed' : '--force';
        throw new AlidadeError('ALI_USAGE', `${name} is for HDF5 files: it goes with --hdf5 earliest`);
      }
      if (output !== undefined) return exportForOldReaders(path, names, { ...options, output }, terminal);
      throw new AlidadeError('ALI_USAGE', '--hdf5 needs -o FILE, the file to make');
    });
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
    if (row.every((each) => each === undefined)) return;
    // The reference has a pulse id of 0 where a channel has no value.
    const pulseId = row.find((each) => each !== undefined && each.pulseId !== 0n)?.pulseId ?? 0n;
    const timeNs = row.find((each) => each?.timeNs !== undefined)?.timeNs;
    yield `${[pulseId, timeNs ?? '', ...row.map((each) => cell(each?.value))].join(',')}\n`;
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
