import type { Command } from 'commander';
import { durationText } from '../../shared/duration.ts';
import { keyBytes, keyText, type Space, type Store } from '../../store/index.ts';
import { decodeValue, type KeyStatistics, keyStatistics } from '../../telstate/index.ts';
import { examples } from '../options.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { formatTime } from '../time.ts';
import { counted, grouped } from '../up/words.ts';
import { notFound, type StateOptions, withState, withStateOptions } from './open.ts';

interface StatOptions extends StateOptions {
  readonly exact?: boolean;
}

const help = `
Sizes are those of the values as telescope state encodes them; a store needs more. Of sensors with more than 1000
samples the size is reckoned from the first and last 500 (~) unless --exact is said. The rate is that between the first
and the last sample. What is kept of a sensor is told while 'alidade up' runs an instrument with rules for it.`;

export function defineStat(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('stat')
      .description('count what there is: keys by type, samples, times, rates and sizes, whatever the view')
      .argument('[keys...]', 'only these keys; globs are fine', [])
      .option('--exact', 'read every sample for the size'),
  )
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade state stat', "alidade state stat 'wind_*' --json"))
    .action((globs: readonly string[], options: StatOptions) =>
      withState(options, terminal, 'read', async ({ state: { space }, store, location }) => {
        const rows: StatRow[] = [];
        const keptAs = await keeping(store, space);
        for (const key of await matching(space, globs)) {
          const found = await keyStatistics(space, key, { exact: options.exact });
          if (found === undefined) continue;
          const kept = found.type === 'sensor' ? keptAs(key) : undefined;
          rows.push({ ...found, units: await unitsOf(space, found), kept });
        }
        if (options.json === true) return printJson(terminal, rows);
        await printTable(terminal, rows, location);
      }),
    );
}

interface StatRow extends KeyStatistics {
  readonly units: string | undefined;
  /** What a running instrument keeps of a sensor. */
  readonly kept: string | undefined;
}

/** What the running instruments keep of a key; undefined where no rule is in force. */
async function keeping(store: Store, space: Space): Promise<(key: Uint8Array) => string | undefined> {
  // Only here: no other verb of telescope state needs what reads instrument files.
  const { retentionInForce } = await import('../../instrument/index.ts');
  const kept = new Map<string, string>();
  for (const { keys, keepMs, keepLast } of await retentionInForce(store)) {
    const bounds = [
      ...(keepMs === undefined ? [] : [durationText(keepMs)]),
      ...(keepLast === undefined ? [] : [`last ${grouped(keepLast)}`]),
    ];
    for (const key of await space.keys(keys)) {
      const name = Buffer.from(key).toString('latin1');
      if (!kept.has(name)) kept.set(name, bounds.length === 0 ? 'forever' : bounds.join(', '));
    }
  }
  return (key) => kept.get(Buffer.from(key).toString('latin1'));
}

/** @throws ALI_NOT_FOUND where a glob matches nothing */
async function matching(space: Space, globs: readonly string[]): Promise<Uint8Array[]> {
  if (globs.length === 0) return space.keys();
  const found = new Map<string, Uint8Array>();
  for (const glob of globs) {
    const keys = await space.keys(glob);
    if (keys.length === 0) throw notFound(glob);
    for (const key of keys) found.set(Buffer.from(key).toString('latin1'), key);
  }
  return [...found.values()].sort(Buffer.compare);
}

/** The attribute `<key>_units` of a sensor, where it is text. */
async function unitsOf(space: Space, { key, type }: KeyStatistics): Promise<string | undefined> {
  if (type !== 'sensor') return undefined;
  const stored = await space.read({ read: 'value', key: keyBytes(`${keyText(key)}_units`) });
  if (stored === undefined) return undefined;
  try {
    const value = decodeValue(stored);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Totals {
  readonly keys: number;
  readonly attributes: number;
  readonly sensors: number;
  readonly indexed: number;
  readonly foreign: number;
  readonly samples: number;
  readonly sizeBytes: number;
  readonly isEstimate: boolean;
}

function totalsOf(rows: readonly StatRow[]): Totals {
  const ofType = (type: StatRow['type']) => rows.filter((row) => row.type === type);
  return {
    keys: rows.length,
    attributes: ofType('attribute').length,
    sensors: ofType('sensor').length,
    indexed: ofType('indexed').length,
    foreign: ofType('foreign').length,
    samples: ofType('sensor').reduce((sum, { count }) => sum + count, 0),
    sizeBytes: rows.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    isEstimate: rows.some(({ isEstimate }) => isEstimate),
  };
}

async function printJson(terminal: Terminal, rows: readonly StatRow[]): Promise<void> {
  const head = JSON.stringify(totalsOf(rows)).slice(0, -1);
  await printLine(terminal, `${head},"perKey":[${rows.length === 0 ? ']}' : ''}`);
  for (const [i, row] of rows.entries()) {
    const { key, type, count, sizeBytes, isEstimate, firstSeconds, lastSeconds, rateHz, units, kept } = row;
    const json = JSON.stringify({
      key: keyText(key),
      type,
      count,
      first: firstSeconds,
      last: lastSeconds,
      rateHz,
      sizeBytes,
      isEstimate,
      units,
      kept,
    });
    await printLine(terminal, `${json}${i === rows.length - 1 ? ']}' : ','}`);
  }
}

const headings = ['key', 'type', 'count', 'first', 'last', 'rate', 'size', 'units', 'kept'];
const rightAligned = new Set(['count', 'rate', 'size']);

async function printTable(terminal: Terminal, rows: readonly StatRow[], location: string): Promise<void> {
  const { attributes, sensors, indexed, foreign, samples, sizeBytes, isEstimate } = totalsOf(rows);
  const types = [
    counted(attributes, 'attribute'),
    counted(sensors, 'sensor'),
    counted(indexed, 'indexed key'),
    ...(foreign > 0 ? [`${grouped(foreign)} foreign`] : []),
  ].join(', ');
  await printLine(
    terminal,
    `${location}: ${counted(rows.length, 'key')} (${types}), ${counted(samples, 'sample')}, ${sizeText(sizeBytes, isEstimate)}`,
  );
  if (rows.length === 0) return;
  const table = [headings, ...rows.map(cellsOf)];
  const widths = headings.map((_, i) => Math.max(...table.map((cells) => [...(cells[i] ?? '')].length)));
  for (const cells of table) {
    const line = cells.map((cell, i) => {
      const space = ' '.repeat((widths[i] ?? 0) - [...cell].length);
      return rightAligned.has(headings[i] ?? '') ? space + cell : cell + space;
    });
    await printLine(terminal, clipped(terminal, line.join('  ').trimEnd()));
  }
}

function cellsOf(row: StatRow): string[] {
  const { key, type, count, sizeBytes, isEstimate, firstSeconds, lastSeconds, rateHz, units, kept } = row;
  return [
    printable(keyText(key)),
    type,
    type === 'foreign' ? '' : grouped(count),
    firstSeconds === undefined ? '' : timeText(firstSeconds),
    lastSeconds === undefined ? '' : timeText(lastSeconds),
    rateHz === undefined ? '' : `${Number(rateHz.toPrecision(3))} Hz`,
    type === 'foreign' ? '' : sizeText(sizeBytes, isEstimate),
    printable(units ?? ''),
    kept ?? '',
  ];
}

/** To the second, which is enough of a table. */
function timeText(timeSeconds: number): string {
  return formatTime(timeSeconds).replace(/\.\d{6}Z$/, 'Z');
}

function sizeText(sizeBytes: number, isEstimate: boolean): string {
  const about = isEstimate ? '~' : '';
  if (sizeBytes < 1000) return `${about}${sizeBytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(sizeBytes) / 3));
  return `${about}${(sizeBytes / 1000 ** power).toFixed(1)} ${['', 'kB', 'MB', 'GB', 'TB'][power]}`;
}
