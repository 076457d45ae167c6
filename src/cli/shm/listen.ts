import type { Command } from 'commander';
import { AlidadeError, messageOf } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import { CsvLogs, type Frame, logOptionsOf, parseRotation, type SharedMemory } from '../../shm/index.ts';
import { examples } from '../options.ts';
import { clipped, printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';
import { type ShmOptions, withFrames, withShmOptions } from './open.ts';
import { frameJson, frameLine } from './show.ts';

interface ListenOptions extends ShmOptions {
  readonly any?: boolean;
  readonly all?: boolean;
}

export function defineListen(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('listen')
      .description('print frames as they are, and again whenever the first of them is written, until Ctrl-C')
      .argument('<frames...>', 'names; or one glob, for every frame that matches')
      .option('--any', 'whenever any of them is written')
      .option('--all', 'whenever all of them were written'),
  )
    .addHelpText(
      'after',
      examples(
        'alidade shm listen BATTERY__measures BATTERY__command --any',
        "alidade shm listen 'BATTERY__*' --json",
      ),
    )
    .action((names: readonly string[], options: ListenOptions) => {
      if (options.any === true && options.all === true) {
        throw new AlidadeError('ALI_USAGE', '--any and --all: say one of them');
      }
      return withFrames(options, terminal, false, ({ shm }) => listen(shm, names, options, terminal));
    });
}

async function listen(
  shm: SharedMemory,
  names: readonly string[],
  options: ListenOptions,
  terminal: Terminal,
): Promise<void> {
  using stop = new StopSignals();
  const { signal } = stop;
  const onFault = faultSayer(terminal);
  const [only = ''] = names;
  if (isGlob(names)) {
    const listener = await shm.listenToMatching(only, { from: 'current', signal, onFault });
    terminal.stderr.write(`alidade: listening to whatever matches ${printable(only)}; Ctrl-C ends it\n`);
    for await (const frame of listener) {
      await printGroup(terminal, options, [frame]);
    }
    return;
  }
  const mode = options.any === true ? 'any' : options.all === true ? 'all' : 'first';
  for await (const frames of await shm.dict().listenTo(names, { mode, signal, onFault })) {
    await printGroup(terminal, options, frames);
    if (names.length > 1 && options.json !== true) await printLine(terminal, '');
  }
}

function isGlob(names: readonly string[]): boolean {
  return names.length === 1 && /[*?[]/.test(names[0] ?? '');
}

/** Frames that were written at one moment: a line each, or with `--json` one line with the list of them. */
async function printGroup(
  terminal: Terminal,
  options: ShmOptions,
  frames: readonly (Frame | undefined)[],
): Promise<void> {
  if (options.json === true) {
    const list = frames.map((frame) => (frame === undefined ? 'null' : frameJson(frame)));
    return printLine(terminal, `[${list.join(',')}]`);
  }
  for (const frame of frames) {
    if (frame !== undefined) await printLine(terminal, clipped(terminal, frameLine(frame)));
  }
}

function faultSayer(terminal: Terminal): (error: AlidadeError) => void {
  return (error) => terminal.stderr.write(`alidade: ${printable(messageOf(error))}\n`);
}

interface LogOptions extends ShmOptions {
  readonly dir?: string;
  readonly rotate?: string;
}

const logHelp = `
Files are as those of applications with LOGDIR: STAMP_SENDER_FRAME.csv, one for each frame and sender, which can be
replayed. --dir and --rotate go before LOGDIR and LOGROTATE. Who writes faster than this reads has some of his frames
left out: only his own log has them all.`;

export function defineLog(shm: Command, terminal: Terminal): void {
  withShmOptions(
    shm
      .command('log')
      .description('write what others write to frames into CSV files, until Ctrl-C')
      .argument('<frames...>', 'names; or one glob, for every frame that matches')
      .option('--dir <folder>', 'where the files go (default: LOGDIR, else here)')
      .option('--rotate <when>', 'begin a new file each day of UTC (day), or before one is larger than 10MB'),
  )
    .addHelpText('after', logHelp)
    .addHelpText(
      'after',
      examples('alidade shm log BATTERY__measures --dir logs', "alidade shm log 'BATTERY__*' --rotate day"),
    )
    .action((names: readonly string[], options: LogOptions) =>
      withFrames(options, terminal, false, ({ shm }) => log(shm, names, options, terminal)),
    );
}

async function log(
  shm: SharedMemory,
  names: readonly string[],
  { dir, rotate, json }: LogOptions,
  terminal: Terminal,
): Promise<void> {
  using stop = new StopSignals();
  const { signal } = stop;
  const onFault = faultSayer(terminal);
  const environment = logOptionsOf({
    ...terminal.environment,
    LOGDIR: dir ?? (terminal.environment.LOGDIR || '.'),
  });
  const rotation = rotate === undefined ? environment?.rotation : parseRotation(rotate, '--rotate');
  await using logs = new CsvLogs({
    folder: dir ?? environment?.folder,
    file: dir === undefined ? environment?.file : undefined,
    rotation,
    onTrouble: (message) => terminal.stderr.write(`alidade: ${printable(message)}\n`),
  });
  let rows = 0;
  const add = (frame: Frame | undefined) => {
    if (frame === undefined) return;
    logs.add(frame.name, frame.sender, frame.text, terminal.nowSeconds());
    rows++;
  };
  const ends = new AbortController();
  const ending = AbortSignal.any([signal, ends.signal]);
  try {
    const [only = ''] = names;
    const dict = shm.dict();
    if (!isGlob(names)) await dict.declareToListen(names);
    const listeners = isGlob(names)
      ? [await shm.listenToMatching(only, { signal: ending, onFault })]
      : await Promise.all(
          names.map((name) => dict.listenTo([name], { from: 'declared', signal: ending, onFault })),
        );
    terminal.stderr.write(`alidade: logging ${printable(names.join(', '))}; Ctrl-C ends it\n`);
    await Promise.all(
      listeners.map(async (listener) => {
        for await (const heard of listener) for (const frame of [heard].flat()) add(frame);
      }),
    );
  } finally {
    ends.abort();
  }
  await logs.close();
  const { lostRows } = logs;
  if (json === true) return printLine(terminal, JSON.stringify({ rows: rows - lostRows, lost: lostRows }));
  await printLine(terminal, `${counted(rows - lostRows, 'row')} logged, ${counted(lostRows, 'row')} lost`);
}
