import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { keyText } from '../../store/index.ts';
import type { LoadReport, SkippedKey } from '../../store/rdb/index.ts';
import { repr } from '../../telstate/index.ts';
import { examples } from '../options.ts';
import { openProgress } from '../progress.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { type StateOptions, withState, withStateOptions } from './open.ts';

interface LoadVerbOptions extends StateOptions {
  readonly replace?: boolean;
}

const help = `
What the store has already is merged: sensors gain the samples that they lack, indexed keys the sub-keys. Attributes and
sub-keys that have another value in the store, and keys of another type, are left as they are and named, and the exit
status is 5 then. --replace overwrites attributes and sub-keys, as load_from_file of katsdptelstate does, and an
attribute of the file then replaces whatever has its name, sensors too.`;

export function defineLoad(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('load')
      .description('load the keys of a Redis snapshot; of a damaged one nothing is loaded')
      .argument('<file>', 'an RDB file, or - for standard input')
      .option('--replace', 'overwrite attributes, and whatever has the name of one'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples('alidade state load snapshot.rdb', 'cat snapshot.rdb | alidade state load -'),
    )
    .action((file: string, options: LoadVerbOptions) => {
      // Before a store is opened or made.
      if (file !== '-' && !existsSync(file)) {
        throw new AlidadeError('ALI_STORE_NOT_FOUND', `there is no snapshot file ${file}`);
      }
      return withState(options, terminal, 'create', async ({ state, location }) => {
        const { loadSnapshot } = await import('../../store/rdb/index.ts');
        using progress = await openProgress(terminal);
        const filename = file === '-' ? 'standard input' : file;
        const report = await loadSnapshot(state.space, file === '-' ? terminal.stdin : file, {
          filename,
          keepDifferent: options.replace !== true,
          onProgress: ({ phase, bytes, totalBytes }) =>
            progress.update(phase === 'check' ? 'checking' : ' loading', bytes, totalBytes),
        });
        progress[Symbol.dispose]();
        await printLine(
          terminal,
          options.json === true
            ? json(report)
            : [
                `loaded ${counted(report.keys, 'key')} from ${filename} into ${location}`,
                ...leftOut(report),
              ].join('\n'),
        );
        assertLoaded(report, filename, options.replace === true);
      });
    });
}

type Reason = SkippedKey['reason'];
const namedAtMost = 5;

/** Why keys were left out, from what the user should look at to what is as it should be. */
const reasons: Record<Reason, string> = {
  differs: 'left as in the store, with another value',
  'other-kind': 'left as in the store, as a key of another type',
  foreign: 'left out, of a Redis type that telescope state does not have',
  exists: 'left as in the store',
  expired: 'left out, because the time to expire is over',
  empty: 'left out, because there is nothing in it',
};

function leftOut({ skipped, skippedFor }: LoadReport): string[] {
  return (Object.keys(reasons) as Reason[]).flatMap((reason) => {
    const count = skippedFor[reason] ?? 0;
    if (count === 0) return [];
    const named = skipped.filter((each) => each.reason === reason).slice(0, namedAtMost);
    const names = named.map(({ key, type }) => {
      const name = printable(repr(keyText(key)));
      return reason === 'foreign' && type !== undefined ? `${name} (${printable(type)})` : name;
    });
    const more = count > names.length ? ', …' : '';
    return [`  ${counted(count, 'key')} ${reasons[reason]}: ${names.join(', ')}${more}`];
  });
}

function json({ keys, skipped, skippedCount, skippedFor }: LoadReport): string {
  const leftOut = skipped
    .slice(0, 1000)
    .map(({ key, reason, type }) => ({ key: keyText(key), reason, type }));
  return JSON.stringify({
    keys,
    skipped: skippedCount,
    ...(skippedCount > 0 && { reasons: skippedFor, leftOut }),
  });
}

/** @throws ALI_IMMUTABLE when something in the store stood against a key of the file */
function assertLoaded({ skippedFor }: LoadReport, filename: string, replace: boolean): void {
  const count = (skippedFor.differs ?? 0) + (skippedFor['other-kind'] ?? 0);
  if (count === 0) return;
  const remedy = replace
    ? 'delete the keys and load the file again'
    : '--replace overwrites attributes, and whatever has the name of one';
  throw new AlidadeError(
    'ALI_IMMUTABLE',
    `${counted(count, 'key')} of ${filename} would change what is in the store; the others were loaded (${remedy})`,
  );
}
