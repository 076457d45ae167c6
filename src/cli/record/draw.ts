import { jsonText } from '../../bsread/index.ts';
import type { RecordedFile, StoredChannel } from '../../recording/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { chartOf, drawnAs } from '../plot/chart.ts';
import { Reduced } from '../plot/reduced.ts';
import { dotColumns, type TerminalSize, terminalChart } from '../plot/terminal-chart.ts';
import { sizeOf } from '../plot/terminal-size.ts';
import { palette } from '../stream/colour-map.ts';
import { indexedPng } from '../stream/png.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { items, type Row, type RowItems, rowsOf } from './rows.ts';
import { type Image, levelsOf, rangeOf, shadeLines } from './shades.ts';
import type { ShowOptions } from './show.ts';

/** Draws a channel of a file, in the terminal or into a picture. @throws ALI_NOT_FOUND where there is nothing to draw */
export async function drawChannel(
  file: RecordedFile,
  channel: StoredChannel,
  options: ShowOptions,
  terminal: Terminal,
): Promise<void> {
  const newest = channel.definitions.at(-1);
  if (newest === undefined || channel.present === 0) {
    throw new AlidadeError('ALI_NOT_FOUND', `${channel.name} has no value in ${file.path}`);
  }
  if (newest.rowShape.length > 0 || options.row !== undefined) {
    await drawArray(file, channel, options, terminal);
  } else await drawScalars(file, channel, options, terminal);
}

async function drawScalars(
  file: RecordedFile,
  channel: StoredChannel,
  options: ShowOptions,
  terminal: Terminal,
) {
  const size = sizeOf(terminal);
  const picture = options.png === undefined ? undefined : await import('../plot/picture.ts');
  const first = firstOf(rowsOf(file, channel, 0, 1));
  const last = firstOf(rowsOf(file, channel, channel.rows - 1));
  const hasTimes = first?.timeNs !== undefined && last?.timeNs !== undefined;
  const secondsOf = (row: Row) => Number(hasTimes ? (row.timeNs ?? 0n) : row.pulseId * 1_000_000_000n) / 1e9;
  const fromSeconds = first === undefined ? 0 : secondsOf(first);
  const toSeconds = Math.max(fromSeconds + 1e-3, last === undefined ? 0 : secondsOf(last));
  const count = picture?.pictureColumns ?? dotColumns(size);
  const reduced = new Reduced({ columns: { fromSeconds, toSeconds, count } });
  for (const row of rowsOf(file, channel)) {
    const { value } = row;
    if (value === undefined || typeof value === 'object') continue;
    reduced.add(
      secondsOf(row),
      typeof value === 'bigint' ? Number(value) : typeof value === 'boolean' ? String(value) : value,
    );
  }
  if (drawnAs(reduced) === 'nothing') {
    throw new AlidadeError('ALI_NOT_FOUND', `${channel.name} has no number, text or boolean in ${file.path}`);
  }
  const series = [{ name: channel.name, units: undefined, reduced }];
  const chart = chartOf(series, { fromSeconds, toSeconds }, size.hasColour);
  if (picture !== undefined && options.png !== undefined) await picture.writePicture(options.png, chart);
  if (options.json === true) {
    const { count: values, min, max } = reduced;
    return printLine(terminal, jsonText({ channel: channel.name, values, min, max, png: options.png }));
  }
  const lines =
    picture === undefined ? terminalChart(chart, size) : [`drew ${channel.name} into ${options.png}`];
  if (!hasTimes) lines.push('the file has no times: a pulse is drawn as a second');
  for (const line of lines) await printLine(terminal, line);
}

async function drawArray(
  file: RecordedFile,
  channel: StoredChannel,
  options: ShowOptions,
  terminal: Terminal,
) {
  const place = options.row ?? lastPresent(file, channel);
  const row = place < channel.rows ? firstOf(rowsOf(file, channel, place, place + 1)) : undefined;
  const { value, definition } = row ?? {};
  if (definition === undefined || definition.type === 'string' || typeof value !== 'object') {
    throw new AlidadeError(
      'ALI_NOT_FOUND',
      `${channel.name} has no array in row ${place} of ${channel.rows}`,
    );
  }
  const image = imageOf(value, definition.rowShape);
  const { least, most } = rangeOf(image);
  const told = `${channel.name}, row ${place}, pulse ${row?.pulseId}: ${definition.rowShape.join(' × ')} ${definition.type}, ${least} to ${most}`;
  if (options.png !== undefined) {
    const { writeWhole } = await import('../plot/picture.ts');
    const pixels = levelsOf(image, { least, most });
    await writeWhole(options.png, indexedPng(image.width, image.height, pixels, palette('viridis')));
  }
  if (options.json === true) {
    const { name } = channel;
    return printLine(
      terminal,
      jsonText({
        channel: name,
        row: place,
        pulseId: row?.pulseId,
        shape: definition.rowShape,
        min: least,
        max: most,
        png: options.png,
      }),
    );
  }
  const size = sizeOf(terminal);
  const drawn =
    options.png !== undefined
      ? [`drawn into ${options.png}`]
      : image.height === 1
        ? waveform(image, size)
        : shadeLines(image, size.columns, Math.max(8, size.rows - 3));
  for (const line of [...drawn, told]) await printLine(terminal, line);
}

/** Items over their places, as a chart without its axis of time. */
function waveform({ values }: Image, size: TerminalSize): string[] {
  const range = { fromSeconds: 0, toSeconds: Math.max(1, values.length - 1) };
  const reduced = new Reduced({
    columns: { ...range, count: dotColumns(size) },
    gapSeconds: Number.POSITIVE_INFINITY,
  });
  for (let at = 0; at < values.length; at++) reduced.add(at, values[at] as number);
  const chart = chartOf([{ name: '', units: undefined, reduced }], range, false);
  // The last lines are the axis, which tells times.
  return terminalChart(chart, size).filter((line) => /[┤│]/.test(line));
}

/** A row has the last dimension from left to right, and all others from top to bottom. */
function imageOf(value: RowItems, shape: readonly number[]): Image {
  const width = shape.at(-1) ?? 1;
  return {
    width,
    height: items(shape) / width,
    values: Float64Array.from(value as ArrayLike<number>, Number),
  };
}

function lastPresent(file: RecordedFile, { path, rows }: StoredChannel): number {
  const present = file.values(`${path}/is_data_present`, 0, rows) ?? [];
  for (let row = rows - 1; row >= 0; row--) if (Number(present[row] ?? 1) !== 0) return row;
  return 0;
}

function firstOf<T>(values: Iterable<T>): T | undefined {
  for (const value of values) return value;
  return undefined;
}
