import { appendFileSync, readFileSync } from 'node:fs';

/** The columns of the table that `npm run interop` ends with. */
const directions = [
  'Python → Alidade',
  'Alidade → Python',
  'Alidade sets again',
  'Python sets again',
  'snapshots',
] as const;

export type Direction = (typeof directions)[number];

/** Notes for the table that so many cases have passed; to be called when they have. */
export function proven(what: string, direction: Direction, cases = 1): void {
  const file = process.env.ALIDADE_PROVEN;
  if (file !== undefined) appendFileSync(file, `${what}\t${direction}\t${cases}\n`);
}

/**
 * How many cases have passed of each kind of thing in each direction. A dot is where there was nothing to prove, or
 * where something failed.
 *
 * @param file what {@link proven} wrote
 */
export function provenTable(file: string): string {
  const counts = new Map<string, Map<string, number>>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [what, direction, cases] = line.split('\t');
    if (what === undefined || direction === undefined) continue;
    const row = counts.get(what) ?? new Map<string, number>();
    row.set(direction, (row.get(direction) ?? 0) + Number(cases));
    counts.set(what, row);
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const width = Math.max(0, ...rows.map(([what]) => what.length));
  const line = (what: string, cells: readonly string[]) =>
    [what.padEnd(width), ...cells.map((cell, i) => cell.padStart(directions[i]?.length ?? 0))].join('  ');
  return [
    line('', directions),
    ...rows.map(([what, row]) =>
      line(
        what,
        directions.map((direction) => String(row.get(direction) ?? '·')),
      ),
    ),
  ].join('\n');
}
