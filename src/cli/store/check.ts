import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import type { SpaceCheck } from '../../store/upkeep/index.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted, grouped } from '../up/words.ts';
import {
  type SpaceOption,
  type StoreOptions,
  storeOf,
  storeOfWord,
  withJsonOption,
  withSpaceOption,
  withStoreOption,
} from './options.ts';

interface CheckOptions extends StoreOptions, SpaceOption {
  readonly quick?: boolean;
}

const help = `
Of a sqlite: store every page of every file is read, and looked through for what Alidade never writes; of Redis it is
looked whether it answers, and whether there are keys of kinds that Alidade does not use. The store may be in use.
The exit status is 1 where something is wrong.`;

export function defineCheck(store: Command, terminal: Terminal): void {
  const command = store
    .command('check')
    .description('look whether a store is whole: one line for each space')
    .argument('[store]', 'the store, a backup folder or a snapshot FILE.rdb (default: --store)')
    .option('--quick', 'leave out whether indexes agree with their tables, which takes longest');
  withJsonOption(withSpaceOption(withStoreOption(command)))
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade store check', 'alidade store check backups/monday --json'))
    .action((word: string | undefined, options: CheckOptions) => check(word, options, terminal));
}

async function check(word: string | undefined, options: CheckOptions, terminal: Terminal): Promise<void> {
  const { checkStore } = await import('../../store/upkeep/index.ts');
  using stop = new StopSignals();
  const url = word === undefined ? storeOf(options, terminal) : storeOfWord(word);
  const { store, spaces } = await checkStore(url, {
    quick: options.quick,
    spaces: options.space,
    signal: stop.signal,
  });
  const faulty = spaces.filter(({ faults }) => faults.length > 0);
  if (options.json === true) {
    await printLine(terminal, JSON.stringify({ store, whole: faulty.length === 0, spaces }));
  } else for (const space of spaces) await printLine(terminal, spaceLine(space));
  if (faulty.length === 0) return;
  throw new AlidadeError(
    'ALI_STORE_DAMAGED',
    `${store} is not whole: see ${faulty.map(({ space }) => space).join(', ')}. Keep it as it is for inspection, and restore a backup into a new store.`,
  );
}

function spaceLine({ space, faults, keys, kinds, elements }: SpaceCheck): string {
  const name = space.padEnd(6);
  if (faults.length > 0) return `${name}  wrong  ${printable(faults.join('; '))}`;
  const parts = Object.entries(kinds).map(([kind, count]) => `${kind} ${grouped(count)}`);
  const held = elements === undefined ? '' : `, ${counted(elements, 'element')}`;
  return `${name}  whole  ${counted(keys, 'key')}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}${held}`;
}
