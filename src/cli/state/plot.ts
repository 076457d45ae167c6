import type { Command } from 'commander';
import { parseDurationMs } from '../../shared/duration.ts';
import { examples, named } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { parseTime } from '../time.ts';
import { type StateOptions, withState, withStateOptions } from './open.ts';

/** What `alidade state plot` was asked for. */
export interface PlotOptions extends StateOptions {
  readonly from?: number;
  readonly to?: number;
  readonly png?: string;
  /** From how long on an interval is a gap, in seconds. */
  readonly gap?: number;
}

const help = `
Sensors whose attributes <sensor>_units agree share a panel where there are colours. Text and booleans are drawn as
states in time. Of many samples the smallest and largest of each column are drawn: no spike is lost. Where nothing
came for 5 times the median interval (or --gap), the line is broken. With --json, what a plot would tell: numbers of
samples, extremes, gaps.`;

export function definePlot(state: Command, terminal: Terminal): void {
  const time = (name: string) => named(name, (text: string) => parseTime(text, terminal.nowSeconds));
  withStateOptions(
    state
      .command('plot')
      .description('draw sensors over time, in the terminal or as a picture')
      .argument('<keys...>')
      .option('--from <time>', 'begin then (default: at the first sample)', time('--from'))
      .option('--to <time>', 'end before then (default: with the last sample)', time('--to'))
      .option('--png <file>', 'draw into this file, a PNG picture')
      .option(
        '--gap <duration>',
        'break the line where nothing came for so long: 10s, 5m, none',
        named('--gap', readGap),
      ),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples('alidade state plot wind_speed --from -1h', 'alidade state plot wind_speed --png wind.png'),
    )
    .action((keys: readonly string[], options: PlotOptions) =>
      withState(options, terminal, 'read', async ({ state }) => {
        const { plot } = await import('./plot-run.ts');
        await plot(state, keys, options, terminal);
      }),
    );
}

function readGap(text: string): number {
  return text === 'none' ? Number.POSITIVE_INFINITY : parseDurationMs(text) / 1000;
}
