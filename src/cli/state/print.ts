import { formatJson, type Indexed, type Sample, type Value } from '../../telstate/index.ts';
import { clipped, printLine, type Terminal } from '../terminal.ts';
import { formatTime } from '../time.ts';
import type { StateOptions } from './open.ts';
import { showCell, showValue } from './show.ts';

/** Prints one value. */
export async function printValue(terminal: Terminal, options: StateOptions, value: Value): Promise<void> {
  if (options.json === true) return printLine(terminal, formatJson(value));
  await printLine(terminal, showValue(value));
}

/** Prints all of an indexed key: a table of its sub-keys. */
export function printIndexed(terminal: Terminal, options: StateOptions, indexed: Indexed): Promise<void> {
  return printRows(terminal, options, [...indexed].map(indexedRow));
}

/** Prints rows: with `--json` a list of them, else cells in columns as wide as their widest. */
export async function printRows(
  terminal: Terminal,
  options: StateOptions,
  rows: readonly Row[],
): Promise<void> {
  if (options.json === true)
    return printJsonList(
      terminal,
      rows.map((row) => row.json),
    );
  const widths: number[] = [];
  for (const { cells } of rows) {
    for (const [i, cell] of cells.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  for (const { cells } of rows) {
    const last = cells.length - 1;
    const line = cells.map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] ?? 0))).join('  ');
    await printLine(terminal, clipped(terminal, line));
  }
}

export interface Row {
  readonly cells: readonly string[];
  /** The row as JSON text. */
  readonly json: string;
}

export function sampleRow({ value, timeSeconds }: Sample): Row {
  return {
    cells: [formatTime(timeSeconds), showCell(value)],
    json: `{"time":${timeSeconds},"value":${formatJson(value)}}`,
  };
}

function indexedRow([subKey, value]: readonly [Value, Value]): Row {
  return {
    cells: [showCell(subKey), showCell(value)],
    json: `{"subkey":${formatJson(subKey)},"value":${formatJson(value)}}`,
  };
}

/** One element a line, so that also a reader of lines finds its way. */
async function printJsonList(terminal: Terminal, elements: readonly string[]): Promise<void> {
  if (elements.length === 0) return printLine(terminal, '[]');
  for (const [i, element] of elements.entries()) {
    await printLine(terminal, `${i === 0 ? '[' : ' '}${element}${i === elements.length - 1 ? ']' : ','}`);
  }
}
