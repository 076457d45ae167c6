import { setImmediate } from 'node:timers/promises';
import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import {
  type ExportHead,
  type ExportPage,
  exportLines,
  headLine,
  type TelescopeState,
  tailLine,
} from '../../telstate/index.ts';
import { examples, named } from '../options.ts';
import { openProgress } from '../progress.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { assertOrder, parseTime } from '../time.ts';
import { counted, grouped } from '../up/words.ts';
import { type ExportTarget, openExportFile } from './export-file.ts';
import { type StateOptions, withState, withStateOptions } from './open.ts';

interface ExportOptions extends StateOptions {
  readonly keys?: readonly string[];
  readonly from?: number;
  readonly to?: number;
  readonly resume?: boolean;
}

const help = `
Each line is one attribute, sample or sub-key; 'alidade state import' reads them back without loss. A FILE is there
whole or not at all: until then it is FILE.partial, and --resume goes on with that after an interruption.`;

export function defineExport(state: Command, terminal: Terminal): void {
  const time = (name: string) => named(name, (text: string) => parseTime(text, terminal.nowSeconds));
  withStateOptions(
    state
      .command('export')
      .description('write keys as lines of JSON, whatever the view')
      .argument('[file]', 'the file to make or replace, or - for standard output', '-')
      .option('--keys <globs...>', 'only keys that match one of these (default: all)')
      .option('--from <time>', 'of sensors, only samples from then on', time('--from'))
      .option('--to <time>', 'of sensors, only samples before then', time('--to'))
      .option('--resume', 'go on with FILE.partial, if there is one'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade state export night.jsonl --resume',
        "alidade state export - --keys 'wind_*' --from -1h | head -n 3",
      ),
    )
    .action((file: string, options: ExportOptions) => {
      if (file === '-' && options.resume === true) {
        throw new AlidadeError('ALI_USAGE', '--resume needs the name of a file to go on with');
      }
      assertOrder(options.from, options.to);
      return withState(options, terminal, 'read', async ({ state, location }) => {
        const head: ExportHead = {
          type: 'head',
          keys: options.keys ?? ['*'],
          start: options.from,
          end: options.to,
        };
        using stop = new StopSignals();
        await using target =
          file === '-'
            ? await openOutput(terminal, head)
            : await openExportFile(file, head, options.resume === true);
        const { keysTotal, leftOut } = await copy(state, head, target, file, stop.signal, terminal);
        await target.finish();
        if (file === '-') return;
        await printLine(
          terminal,
          options.json === true
            ? JSON.stringify({ keys: keysTotal - leftOut, lines: target.lines, leftOut })
            : summary(target.lines, keysTotal, leftOut, `from ${location} to ${file}`),
        );
      });
    });
}

type Extent = Pick<ExportPage, 'keysTotal' | 'leftOut'>;

async function copy(
  state: TelescopeState,
  { keys, start, end }: ExportHead,
  target: ExportTarget,
  file: string,
  stop: AbortSignal,
  terminal: Terminal,
): Promise<Extent> {
  using progress = await openProgress(terminal);
  let extent: Extent = { keysTotal: 0, leftOut: 0 };
  let waiting: string[] = [];
  let waitingLength = 0;
  let written = 0;
  for await (const page of exportLines(state.space, { keys, start, end, afterItem: target.afterItem })) {
    extent = page;
    // Only the numbers of keys are wanted of an export that is complete.
    if (target.isComplete) continue;
    for (const line of page.lines) {
      waiting.push(line);
      waitingLength += line.length;
    }
    if (waitingLength > flushLength || stop.aborted) {
      await target.write(waiting);
      written += waitingLength;
      waiting = [];
      waitingLength = 0;
      progress.portion('exporting', page.keysDone / page.keysTotal, written);
    }
    if (stop.aborted) throw interrupted(file, target.lines);
  }
  await target.write(waiting);
  return extent;
}

const flushLength = 256 * 1024;

function interrupted(file: string, lines: number): AlidadeError {
  const rest = file === '-' ? '' : `; 'alidade state export ${file} --resume' goes on from there`;
  return new AlidadeError('ALI_ABORTED', `the export was interrupted after ${counted(lines, 'line')}${rest}`);
}

async function openOutput(terminal: Terminal, head: ExportHead): Promise<ExportTarget> {
  await printLine(terminal, headLine(head));
  const output = {
    afterItem: undefined,
    isComplete: false,
    lines: 0,
    async write(lines: readonly string[]): Promise<void> {
      if (lines.length === 0) return;
      await printLine(terminal, lines.join('\n'));
      // Writing to a pipe and reading an embedded store leave no time to hear Ctrl-C.
      await setImmediate();
      output.lines += lines.length;
    },
    finish: () => printLine(terminal, tailLine({ type: 'tail', lines: output.lines })),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return output;
}

function summary(lines: number, keysTotal: number, leftOut: number, fromTo: string): string {
  const skipped = leftOut > 0 ? `, left out ${grouped(leftOut)} that telescope state cannot hold` : '';
  return `exported ${counted(lines, 'line')} of ${counted(keysTotal - leftOut, 'key')} ${fromTo}${skipped}`;
}
