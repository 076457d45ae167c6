import { AlidadeError } from '../../shared/errors.ts';
import type { TelescopeState } from '../../telstate/index.ts';
import { chartOf, drawnAs, type Series } from '../plot/chart.ts';
import { dotColumns, terminalChart } from '../plot/terminal-chart.ts';
import { sizeOf } from '../plot/terminal-size.ts';
import { openProgress } from '../progress.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { formatTime } from '../time.ts';
import { counted } from '../up/words.ts';
import type { PlotOptions } from './plot.ts';
import { countSamples, findSensors, type PlotRange, plotRange, readSeries } from './plot-read.ts';

/** Draws sensors in the terminal, into a picture, or tells with `--json` what would be drawn. */
export async function plot(
  state: TelescopeState,
  keys: readonly string[],
  options: PlotOptions,
  terminal: Terminal,
): Promise<void> {
  const size = sizeOf(terminal);
  const sensors = await findSensors(state, keys);
  const range = await plotRange(state, sensors, options);
  const picture = options.png === undefined ? undefined : await import('../plot/picture.ts');
  const columns = picture?.pictureColumns ?? dotColumns(size);
  const series = await readAll(state, sensors, range, columns, options, terminal);
  assertDrawable(series, range);
  if (picture !== undefined && options.png !== undefined) {
    await picture.writePicture(options.png, chartOf(series, range, true));
  }
  if (options.json === true) return printLine(terminal, json(series, range, options));
  const chart = chartOf(series, range, size.hasColour);
  if (picture === undefined) return printAll(terminal, terminalChart(chart, size));
  await printAll(terminal, [summary(series, options.png ?? ''), ...chart.notes]);
}

async function readAll(
  state: TelescopeState,
  sensors: Awaited<ReturnType<typeof findSensors>>,
  range: PlotRange,
  columns: number,
  options: PlotOptions,
  terminal: Terminal,
): Promise<Series[]> {
  using progress = await openProgress(terminal);
  const total = await countSamples(state, sensors, range);
  const series: Series[] = [];
  let done = 0;
  let doneBytes = 0;
  for (const sensor of sensors) {
    const reduction = { columns, gapSeconds: options.gap };
    series.push(
      await readSeries(state, sensor, range, reduction, (samples, bytes) => {
        done += samples;
        doneBytes += bytes;
        // Short work shows no bar.
        if (total > 100_000) progress.portion('reading', Math.min(1, done / total), doneBytes);
      }),
    );
  }
  return series;
}

/** @throws ALI_NOT_FOUND, ALI_USAGE where the picture would be empty */
function assertDrawable(series: readonly Series[], { fromSeconds, toSeconds }: PlotRange): void {
  if (series.some(({ reduced }) => drawnAs(reduced) !== 'nothing')) return;
  const names = series.map(({ name }) => `'${name}'`).join(', ');
  if (series.every(({ reduced }) => reduced.count === 0)) {
    throw new AlidadeError(
      'ALI_NOT_FOUND',
      `samples of ${names} between ${formatTime(fromSeconds)} and ${formatTime(toSeconds)} not found`,
    );
  }
  const kinds = new Set(
    series.flatMap(({ reduced }) => [
      ...reduced.others.keys(),
      ...(reduced.notFinite > 0 ? ['not finite'] : []),
    ]),
  );
  throw new AlidadeError(
    'ALI_USAGE',
    `${names} cannot be drawn: no sample is a number, text or boolean (${[...kinds].join(', ')})`,
  );
}

async function printAll(terminal: Terminal, lines: readonly string[]): Promise<void> {
  for (const line of lines) await printLine(terminal, line);
}

function summary(series: readonly Series[], file: string): string {
  const samples = series.reduce((sum, { reduced }) => sum + reduced.count, 0);
  return `drew ${counted(samples, 'sample')} of ${counted(series.length, 'sensor')} into ${file}`;
}

function json(
  series: readonly Series[],
  { fromSeconds, toSeconds }: PlotRange,
  { png }: PlotOptions,
): string {
  const sensors = series.map(({ name, units, reduced }) => ({
    key: name,
    units,
    drawn: drawnAs(reduced),
    samples: reduced.count,
    min: reduced.numbers > 0 ? reduced.min : undefined,
    max: reduced.numbers > 0 ? reduced.max : undefined,
    states: drawnAs(reduced) === 'states' ? reduced.stateLanes().map((lane) => lane.name) : undefined,
    medianInterval: reduced.medianSeconds && Number(reduced.medianSeconds.toPrecision(3)),
    gaps: reduced.gaps().map((gap) => ({ from: gap.fromSeconds, to: gap.toSeconds })),
    notDrawn: notDrawn(reduced),
  }));
  return JSON.stringify({ from: fromSeconds, to: toSeconds, sensors, png });
}

function notDrawn(reduced: Series['reduced']): number {
  const others = [...reduced.others.values()].reduce((sum, count) => sum + count, 0);
  return others + reduced.notFinite + (drawnAs(reduced) === 'line' ? reduced.states : 0);
}
