import type { Command } from 'commander';
import { StopSignals } from '../../shared/stop-signals.ts';
import { keyText } from '../../store/index.ts';
import type { SpaceCopy, StoreCopy } from '../../store/upkeep/index.ts';
import { examples } from '../options.ts';
import { openProgress } from '../progress.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted, grouped } from '../up/words.ts';
import {
  megabytes,
  named,
  type SpaceOption,
  type StoreOptions,
  storeOf,
  storeOfWord,
  withJsonOption,
  withSpaceOption,
  withStoreOption,
} from './options.ts';

interface CopyOptions extends StoreOptions, SpaceOption {
  readonly overwrite?: boolean;
}

const help = `
Every key is read back after it was written, and compared by count and checksum. A folder that is new gets its name only
when all of it is there. Another target is written in place; where that was cut off, say the same again with --overwrite:
keys that are the same already are left, those that differ are replaced, and others stay.`;

export function defineCopy(store: Command, terminal: Terminal): void {
  const command = store
    .command('copy')
    .description('copy a store to another of any engine, which must be empty, and check every key')
    .argument('<from>', 'sqlite:FOLDER, redis://HOST or a snapshot FILE.rdb')
    .argument('<to>', 'sqlite:FOLDER or redis://HOST');
  withJsonOption(withSpaceOption(withOverwriteOption(command)))
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade store copy sqlite:.alidade redis://127.0.0.1',
        'alidade store copy redis://old-host/3 sqlite:.alidade --space state',
      ),
    )
    .action((from: string, to: string, options: CopyOptions) => copy(from, to, options, terminal));
}

export function defineRestore(store: Command, terminal: Terminal): void {
  const command = store
    .command('restore')
    .description('put a backup into the store, which must be empty, and check every key')
    .argument('<backup>', 'the folder of a backup, or a snapshot FILE.rdb');
  withJsonOption(withSpaceOption(withOverwriteOption(withStoreOption(command))))
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade store restore backups/monday --store sqlite:.alidade',
        'alidade store restore backups/monday --space config --overwrite',
      ),
    )
    .action((backup: string, options: CopyOptions) =>
      copy(storeOfWord(backup), storeOf(options, terminal), options, terminal),
    );
}

function withOverwriteOption(command: Command): Command {
  return command.option('--overwrite', 'also where there are keys: replace those that differ');
}

async function copy(
  from: string,
  to: string | undefined,
  options: CopyOptions,
  terminal: Terminal,
): Promise<void> {
  const { copyStore } = await import('../../store/upkeep/index.ts');
  const result = await (async () => {
    using stop = new StopSignals();
    using progress = await openProgress(terminal);
    return await copyStore(from, to, {
      spaces: options.space,
      overwrite: options.overwrite,
      signal: stop.signal,
      onProgress: ({ portion, bytes }) => progress.portion('copying', portion, bytes),
    });
  })();
  if (options.json === true) return printLine(terminal, json(result));
  for (const space of result.spaces) await printLine(terminal, spaceLine(space));
  const keys = result.spaces.reduce((sum, { copied, same }) => sum + copied + same, 0);
  await printLine(
    terminal,
    `copied ${printable(result.from)} to ${printable(result.to)}: ${counted(keys, 'key')}, each compared`,
  );
}

function spaceLine({ space, copied, same, elements, bytes, gone, foreign, mortal }: SpaceCopy): string {
  const parts = [
    `${counted(copied, 'key')} copied`,
    ...(same > 0 ? [`${grouped(same)} the same already`] : []),
    counted(elements, 'element'),
    megabytes(bytes),
    ...(gone > 0 ? [`${grouped(gone)} gone meanwhile`] : []),
    ...(foreign.length > 0 ? [`left out of kinds that only Redis has: ${named(foreign)}`] : []),
    ...(mortal.length > 0 ? [`no longer expire: ${named(mortal)}`] : []),
  ];
  return `${space.padEnd(6)}  ${parts.join(', ')}`;
}

function json({ from, to, spaces }: StoreCopy): string {
  const texts = (keys: readonly Uint8Array[]) => keys.map(keyText);
  return JSON.stringify({
    from,
    to,
    spaces: spaces.map((space) => ({ ...space, foreign: texts(space.foreign), mortal: texts(space.mortal) })),
  });
}
