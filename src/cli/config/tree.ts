import type { Entry } from '../../config/index.ts';
import { printable } from '../terminal.ts';
import { fieldLines } from './show.ts';

type Hash = Extract<Entry, { kind: 'hash' }>;

/**
 * The entries of `dump` as a tree, while they come: configurations, their hashes, the fields of those. What belongs to no
 * configuration stands behind it.
 */
export async function* treeLines(entries: AsyncIterable<Entry>): AsyncGenerator<string> {
  const left = { configurations: 0, hashes: 0 };
  let isTree = false;
  let isBehind = false;
  for await (const entry of entries) {
    if (entry.kind === 'set' && entry.name === 'configurations') {
      isTree = true;
      left.configurations = entry.members.length;
      yield 'configurations';
    } else if (entry.kind === 'hash' && left.hashes > 0) {
      const isLast = --left.hashes === 0;
      const trunk = stem(left.configurations === 0);
      yield `${trunk}${branch(isLast)}${printable(entry.name)}`;
      yield* fieldsOf(entry, trunk + stem(isLast));
    } else if (entry.kind === 'set' && left.configurations > 0) {
      left.hashes = entry.members.length;
      const isLast = --left.configurations === 0;
      yield `${branch(isLast)}${printable(entry.name.slice('configuration:'.length))}`;
    } else {
      if (isTree && !isBehind) yield '';
      isBehind = true;
      yield* strayLines(entry);
    }
  }
}

function* strayLines(entry: Entry): Generator<string> {
  yield entry.kind === 'hash' ? printable(entry.name) : `${printable(entry.name)} (${entry.kind})`;
  if (entry.kind === 'hash') yield* fieldsOf(entry, '');
  if (entry.kind !== 'set') return;
  for (const [i, member] of entry.members.entries()) {
    yield `${branch(i === entry.members.length - 1)}${printable(member)}`;
  }
}

function* fieldsOf({ fields }: Hash, trunk: string): Generator<string> {
  for (const line of fieldLines(fields)) yield `${trunk}  ${line}`;
}

function branch(isLast: boolean): string {
  return isLast ? '└─ ' : '├─ ';
}

function stem(isLast: boolean): string {
  return isLast ? '   ' : '│  ';
}
