import type { Command } from 'commander';
import { AlidadeError } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { type ReplayReport, replay } from '../../shm/index.ts';
import { examples, named } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { assertOrder, parseTime } from '../time.ts';
import { counted } from '../up/words.ts';
import { type ShmOptions, withFrames, withShmOptions } from './open.ts';

interface ReplayVerbOptions extends ShmOptions {
  readonly from?: number;
  readonly to?: number;
  readonly speed?: number;
  readonly loop?: boolean;
  readonly only?: readonly string[];
  readonly prefix?: string;
  readonly restamp?: boolean;
  readonly live?: boolean;
}

const help = `
Rows go out with the pauses that they had, all files merged in the order of their times. Which frame a file is of, its
name says (STAMP_SENDER_FRAME.csv), else its columns.
A replay is refused while another sender of one of its frames is alive: its frame is less than 5 s old by its own ts, it
writes during the second in which the frames are watched before the start, or it writes during the replay, which then
ends. Who was silent for longer cannot be known: make sure that nothing moves by a command that you replay.`;

export function defineReplay(shm: Command, terminal: Terminal): void {
  const time = (name: string) => named(name, (text: string) => parseTime(text, terminal.nowSeconds));
  const command = shm
    .command('replay')
    .description('put the frames of CSV logs back on the wire, by their times')
    .argument('<files...>')
    .option('--from <time>', 'the first time', time('--from'))
    .option('--to <time>', 'the last time', time('--to'))
    .option('--speed <factor>', 'so many times as fast (default: 1)', named('--speed', parseSpeed))
    .option('--loop', 'begin again at the end, until Ctrl-C')
    .option('--only <names>', 'only these frames, with commas between them', nameList)
    .option('--prefix <text>', 'put before the names of the frames')
    .option('--restamp', 'with ts as it is now, not as it was')
    .option('--live', 'also while another sender of a frame is alive');
  withShmOptions(command)
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade shm replay logs/*_BATTERY__measures.csv --speed 2',
        'alidade shm replay logs/*.csv --prefix OLD_ --from 2014-05-13T16:50 --restamp --loop',
      ),
    )
    .action((files: readonly string[], options: ReplayVerbOptions) => run(files, options, terminal));
}

async function run(files: readonly string[], options: ReplayVerbOptions, terminal: Terminal): Promise<void> {
  assertOrder(options.from, options.to);
  const { from: fromSeconds, to: toSeconds, speed, loop, only, prefix, restamp, live } = options;
  await withFrames(options, terminal, false, async ({ space }) => {
    using stop = new StopSignals();
    const report = await replay(space, files, {
      ...{ fromSeconds, toSeconds, speed, loop, only, prefix, restamp, live },
      signal: stop.signal,
      onStart: (names) => terminal.stderr.write(`alidade: replaying ${printable(names.join(', '))}\n`),
    });
    await print(report, options, terminal);
  });
}

async function print(report: ReplayReport, options: ReplayVerbOptions, terminal: Terminal): Promise<void> {
  if (options.json === true) return printLine(terminal, JSON.stringify(report));
  const { rows, cutRows, latestMs } = report;
  const cut = cutRows === 0 ? '' : `, ${counted(cutRows, 'row')} left out because the end was cut off`;
  await printLine(
    terminal,
    `${counted(rows, 'row')} replayed, the latest ${Math.ceil(latestMs)} ms after its time${cut}`,
  );
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (text.trim() !== '' && speed > 0 && Number.isFinite(speed)) return speed;
  throw new AlidadeError('ALI_USAGE', `'${text}' is not a number above 0`);
}

/** Names with commas between them. */
export function nameList(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(',').map((name) => name.trim())];
}
