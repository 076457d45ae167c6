import type { Command } from 'commander';
import { StopSignals } from '../../shared/stop-signals.ts';
import type { BackupReport } from '../../store/upkeep/index.ts';
import { examples } from '../options.ts';
import { openProgress } from '../progress.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import {
  folderOfWord,
  megabytes,
  type StoreOptions,
  storeOf,
  withJsonOption,
  withStoreOption,
} from './options.ts';

const help = `
The backup is a folder like that of any sqlite: store: read it with --store sqlite:FOLDER, put it back with
alidade store restore FOLDER. The store may be in use meanwhile. Of a sqlite: store each space is as it was when the
backup began, whatever is written meanwhile; of Redis each key is as it is when its turn comes. The folder has its name
only when the whole was checked; what is killed leaves at most a folder FOLDER.….part, which can be deleted.`;

export function defineBackup(store: Command, terminal: Terminal): void {
  const command = store
    .command('backup')
    .description('put the whole store into a new folder, while it is in use')
    .argument('<folder>', 'a folder that does not exist yet, or is empty');
  withJsonOption(withStoreOption(command))
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples('alidade store backup backups/monday', 'alidade store backup copy --store redis://127.0.0.1'),
    )
    .action(async (folder: string, options: StoreOptions) => {
      const { backupStore } = await import('../../store/upkeep/index.ts');
      const report = await (async () => {
        using stop = new StopSignals();
        using progress = await openProgress(terminal);
        return await backupStore(storeOf(options, terminal), folderOfWord(folder), {
          signal: stop.signal,
          onProgress: ({ portion, bytes }) => progress.portion('backing up', portion, bytes),
        });
      })();
      await printLine(terminal, options.json === true ? JSON.stringify(report) : summary(report));
    });
}

function summary({ from, folder, spaces, leftOut }: BackupReport): string {
  const keys = spaces.reduce((sum, space) => sum + space.keys, 0);
  const bytes = spaces.reduce((sum, space) => sum + space.bytes, 0);
  const parts = spaces.map((space) => `${space.space} ${space.keys}`).join(', ');
  const left = leftOut === 0 ? '' : `; left out ${counted(leftOut, 'key')} of kinds that only Redis has`;
  return `backed up ${counted(keys, 'key')} (${parts}; ${megabytes(bytes)}) of ${printable(from)} in ${printable(folder)}${left}`;
}
