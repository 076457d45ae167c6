import type { Key, Space } from '../../store/index.ts';
import { memberPages, type PageRange } from '../sample-pages.ts';
import { type Item, itemLine } from './line.ts';

export interface ExportOptions extends PageRange {
  /** Globs of the keys to export; default all. */
  readonly keys?: readonly Key[] | undefined;
  /** Go on after this item, the last one of an export that was interrupted. */
  readonly afterItem?: Item | undefined;
}

/** Some lines of an export, without their line feeds, and how far it is. */
export interface ExportPage {
  readonly lines: readonly string[];
  readonly keysDone: number;
  readonly keysTotal: number;
  /** Keys so far that telescope state cannot hold: sets, lists and foreign types. */
  readonly leftOut: number;
}

/**
 * Everything in telescope state as lines of JSON, without loss and in an order that depends on the content only: keys
 * in the order of their bytes, samples by time, sub-keys by their encoded bytes. Memory is that of a page of samples
 * (or of one indexed key). `start` and `end` choose among samples; attributes and indexed keys have no time.
 *
 * Each page is read as of its own moment: what is written during an export may be in it or not.
 *
 * @example
 * for await (const { lines } of exportLines(space, { keys: ['wind_*'] })) process.stdout.write(`${lines.join('\n')}\n`);
 */
export async function* exportLines(space: Space, options: ExportOptions = {}): AsyncGenerator<ExportPage> {
  const { afterItem } = options;
  const keys = await matching(space, options.keys ?? ['*']);
  let leftOut = 0;
  for (const [i, key] of keys.entries()) {
    const order = afterItem === undefined ? 1 : Buffer.compare(key, afterItem.key);
    if (order < 0) continue;
    const progress = (lines: readonly string[], isLast: boolean): ExportPage => ({
      lines,
      keysDone: isLast ? i + 1 : i,
      keysTotal: keys.length,
      leftOut,
    });
    const resumed = order === 0 ? afterItem : undefined;
    const isForeign = yield* mapPages(linesOf(space, key, options, resumed), (lines) =>
      progress(lines, false),
    );
    if (isForeign) leftOut++;
    yield progress([], true);
  }
}

/** Gives whether the key holds what telescope state cannot. */
async function* linesOf(
  space: Space,
  key: Uint8Array,
  range: PageRange,
  resumed: Item | undefined,
): AsyncGenerator<readonly string[], boolean> {
  const entry = await space.read({ read: 'entry', key });
  switch (entry?.kind) {
    // Deleted since the keys were listed.
    case undefined:
      return false;
    case 'value':
      if (resumed === undefined) yield [itemLine({ type: 'attribute', key, encoded: entry.value })];
      return false;
    case 'series': {
      const after = resumed?.type === 'sensor' ? resumed.member : undefined;
      for await (const page of memberPages(space, key, { ...range, after })) {
        yield page.map((member) => itemLine({ type: 'sensor', key, member }));
      }
      return false;
    }
    case 'hash': {
      const after = resumed?.type === 'indexed' ? resumed.encodedSubKey : undefined;
      const fields = entry.fields
        .filter(([subKey]) => after === undefined || Buffer.compare(subKey, after) > 0)
        .sort(([a], [b]) => Buffer.compare(a, b));
      yield fields.map(([encodedSubKey, encoded]) =>
        itemLine({ type: 'indexed', key, encodedSubKey, encoded }),
      );
      return false;
    }
    default:
      return true;
  }
}

async function* mapPages<T, U, R>(pages: AsyncGenerator<T, R>, map: (page: T) => U): AsyncGenerator<U, R> {
  for (;;) {
    const next = await pages.next();
    if (next.done === true) return next.value;
    yield map(next.value);
  }
}

/** The keys that match any of the globs, each once, in the order of their bytes. */
async function matching(space: Space, globs: readonly Key[]): Promise<Uint8Array[]> {
  const [only] = globs;
  if (globs.length === 1 && only !== undefined) return space.keys(only);
  const lists: Uint8Array[][] = [];
  for (const glob of globs) lists.push(await space.keys(glob));
  const all = lists.flat().sort(Buffer.compare);
  return all.filter((key, i) => i === 0 || Buffer.compare(key, all[i - 1] as Uint8Array) !== 0);
}
