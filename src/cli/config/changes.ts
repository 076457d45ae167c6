import type { ConfigurationChange, HashChange } from '../../config/index.ts';
import { painter } from '../paint.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { changeLines, changesJson } from './show.ts';

/** Prints what happened to hashes, in the manner of `diff`, in colours where there are some. */
export async function printChangeLines(terminal: Terminal, changes: readonly HashChange[]): Promise<void> {
  const paint = painter(terminal);
  const looks = { '+': 'added', '-': 'removed' } as const;
  for (const line of changeLines(changes)) {
    const sign = line[0];
    await printLine(terminal, sign === '+' || sign === '-' ? paint(line, looks[sign]) : line);
  }
}

/** `instrument1: 1 hash added, 2 changed; revision 3` */
export function changeSummary({ configuration, kind, revision, changes }: ConfigurationChange): string {
  const name = printable(configuration);
  if (kind === 'same') return `${name}: nothing to change; revision ${revision}`;
  const kinds = (['added', 'changed', 'removed'] as const).flatMap((each) => {
    const count = changes.filter((change) => change.kind === each).length;
    return count === 0 ? [] : [`${counted(count, 'hash', 'hashes')} ${each}`];
  });
  const what = kind === 'changed' ? '' : ` ${kind},`;
  const none = kind === 'changed' ? 'the order changed' : 'it is empty';
  return `${name}:${what} ${kinds.join(', ') || none}; revision ${revision}`;
}

/** Prints what was done; of a dry run everything that would be. */
export async function printChanges(
  terminal: Terminal,
  changes: readonly ConfigurationChange[],
  { json, dryRun }: { readonly json?: boolean; readonly dryRun?: boolean },
): Promise<void> {
  if (json === true) return printLine(terminal, `[${changes.map(changeJson).join(',\n ')}]`);
  for (const change of changes) {
    await printLine(terminal, changeSummary(change));
    if (dryRun === true) await printChangeLines(terminal, change.changes);
  }
  if (dryRun === true) await printLine(terminal, 'Nothing was written: this was a dry run.');
}

/** Prints what one write did. */
export async function printChange(
  terminal: Terminal,
  change: ConfigurationChange,
  { json, dryRun }: { readonly json?: boolean; readonly dryRun?: boolean },
): Promise<void> {
  if (json === true) return printLine(terminal, changeJson(change));
  await printChanges(terminal, [change], { dryRun: dryRun === true });
}

function changeJson({ configuration, kind, revision, changes }: ConfigurationChange): string {
  const head = JSON.stringify({ configuration, kind, revision }).slice(0, -1);
  return `${head},"changes":${changesJson(changes)}}`;
}
