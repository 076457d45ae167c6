import type { Entry } from '../../config/index.ts';
import { printable } from '../terminal.ts';
import { fieldLines } from './show.ts';

type Hash = Extract<Entry, { kind: 'hash' }>;

/**
 * The entries of the space as a tree: configurations, their hashes, the fields of those. What belongs to no configuration
 * stands behind it.
 */
export function* treeLines(entries: readonly Entry[]): Generator<string> {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const shown = new Set<string>();
  const membersOf = (name: string): readonly string[] | undefined => {
    const entry = byName.get(name);
    if (entry?.kind !== 'set') return undefined;
    shown.add(name);
    return entry.members;
  };
  const configurations = membersOf('configurations');
  if (configurations !== undefined) yield 'configurations';
  for (const [name, isLast] of withLast(configurations ?? [])) {
    yield `${branch(isLast)}${printable(name)}`;
    for (const [hash, isLastHash] of withLast(membersOf(`configuration:${name}`) ?? [])) {
      shown.add(hash);
      const trunk = stem(isLast);
      const entry = byName.get(hash);
      yield `${trunk}${branch(isLastHash)}${printable(hash)}${entry?.kind === 'hash' ? '' : ' (not there)'}`;
      if (entry?.kind === 'hash') yield* fieldsOf(entry, trunk + stem(isLastHash));
    }
  }
  yield* strayLines(
    entries.filter(({ name }) => !shown.has(name)),
    shown.size > 0,
  );
}

/** What is in no configuration, one entry below the other. */
function* strayLines(entries: readonly Entry[], isBehind: boolean): Generator<string> {
  if (entries.length > 0 && isBehind) yield '';
  for (const entry of entries) {
    yield entry.kind === 'hash' ? printable(entry.name) : `${printable(entry.name)} (${entry.kind})`;
    if (entry.kind === 'hash') yield* fieldsOf(entry, '');
    if (entry.kind !== 'set') continue;
    for (const [member, isLast] of withLast(entry.members)) yield `${branch(isLast)}${printable(member)}`;
  }
}

function* fieldsOf({ fields }: Hash, trunk: string): Generator<string> {
  for (const line of fieldLines(fields)) yield `${trunk}  ${line}`;
}

function* withLast<T>(items: readonly T[]): Generator<readonly [T, boolean]> {
  for (const [i, item] of items.entries()) yield [item, i === items.length - 1];
}

function branch(isLast: boolean): string {
  return isLast ? '└─ ' : '├─ ';
}

function stem(isLast: boolean): string {
  return isLast ? '   ' : '│  ';
}
