import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Instrument, openInstrument, readDefinition, systemClock } from '../instrument/index.ts';
import { parseDurationMs } from '../shared/duration.ts';
import { isAlidadeError } from '../shared/errors.ts';
import { StopSignals } from '../shared/stop-signals.ts';
import { examples, named } from './options.ts';
import { openProgress } from './progress.ts';
import { printLine, type Terminal } from './terminal.ts';
import { calledAs } from './up/called-as.ts';
import { hints, type StoreChoice } from './up/hints.ts';
import { startReport, stopLine } from './up/report.ts';
import { openJsonView, openLiveView, openPlainView, type View } from './up/view.ts';

interface UpOptions {
  readonly store?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly for?: number;
}

const packageFolder = resolve(import.meta.dirname, '../..');

const help = `
The store is --store, else $ALIDADE_STORE, else the store of the file, else ./.alidade. What it has already is never
overwritten: neither by the attributes of the file nor by its snapshot. Ctrl-C ends the instrument; the data stay, but
for those in memory:. It ends with 0 whatever was lost, and with 1 if the store was not reachable in the end.`;

/** `alidade up`: an instrument in one process. */
export function defineUp(command: Command, terminal: Terminal): void {
  command
    .argument('[path]', 'an instrument file, or a folder with an instrument.yaml', '.')
    .option(
      '--store <url>',
      'the store to use: sqlite:FOLDER, redis://HOST or memory: (or set ALIDADE_STORE)',
    )
    .option('--for <duration>', 'end after this long: 90s, 10m, 1h', named('--for', parseDurationMs))
    .option('--quiet', 'print nothing but errors')
    .option('--json', 'print JSON, one object a line')
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples('alidade up examples/telescope', 'alidade up --store redis://127.0.0.1 --for 10m'),
    )
    .action((path: string, options: UpOptions) => up(path, options, terminal));
}

async function up(path: string, options: UpOptions, terminal: Terminal): Promise<void> {
  using stop = new StopSignals();
  const choice = chooseStore(path, options, terminal);
  const instrument = await open(path, choice, stop, terminal);
  if (instrument === undefined) return;
  await using _closing = instrument;
  await run(instrument, choice, options, stop, terminal);
  await closeAloud(instrument, terminal);
  if (options.quiet !== true && options.json !== true) await printLine(terminal, stopLine(instrument));
  const { storeAway } = instrument.status();
  if (storeAway?.error !== undefined) throw storeAway.error;
}

/** Closing waits for the writes under way; where that takes long, the user should know why. */
async function closeAloud(instrument: Instrument, terminal: Terminal): Promise<void> {
  const note = setTimeout(() => {
    terminal.stderr.write('alidade: waiting for the store; Ctrl-C again ends without waiting\n');
  }, 1000);
  try {
    await instrument.close();
  } finally {
    clearTimeout(note);
  }
}

function chooseStore(path: string, { store }: UpOptions, terminal: Terminal): StoreChoice {
  if (store !== undefined) return { from: 'option', url: store };
  const variable = terminal.environment.ALIDADE_STORE;
  if (variable !== undefined && variable !== '') return { from: 'environment', url: variable };
  const { storeUrl } = readDefinition(path);
  return storeUrl === undefined ? { from: 'default', url: undefined } : { from: 'file', url: storeUrl };
}

/** Undefined when it was stopped before it ran. */
async function open(
  path: string,
  { url }: StoreChoice,
  stop: StopSignals,
  terminal: Terminal,
): Promise<Instrument | undefined> {
  using progress = await openProgress(terminal);
  try {
    return await openInstrument(path, {
      storeUrl: url,
      signal: stop.signal,
      onProgress: ({ phase, bytes, totalBytes }) =>
        progress.update(phase === 'check' ? 'checking the snapshot' : 'loading it', bytes, totalBytes),
    });
  } catch (error) {
    if (stop.signal.aborted && isAlidadeError(error, 'ALI_ABORTED')) return undefined;
    throw error;
  }
}

/** Shows the instrument until it is told to end. @throws ALI_INSTRUMENT_RUNNING when it was taken over */
async function run(
  instrument: Instrument,
  choice: StoreChoice,
  options: UpOptions,
  stop: StopSignals,
  terminal: Terminal,
): Promise<void> {
  using _view = openView(instrument, choice, options, terminal);
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const cancel =
    options.for === undefined ? undefined : systemClock.after(options.for, () => resolve(undefined));
  const rival = await Promise.race([over, stop.stopped, instrument.takenOver]);
  cancel?.();
  if (rival !== undefined) throw rival;
}

function openView(
  instrument: Instrument,
  choice: StoreChoice,
  { quiet, json }: UpOptions,
  terminal: Terminal,
): View {
  if (json === true) return openJsonView(terminal, instrument);
  if (quiet === true) return { [Symbol.dispose]: () => undefined };
  const openTable = terminal.stdout.isTTY === true ? openLiveView : openPlainView;
  const program = calledAs({
    script: terminal.program,
    folder: process.cwd(),
    path: terminal.environment.PATH,
    packageFolder,
  });
  return openTable(terminal, instrument, startReport(instrument), hints(instrument, choice, program));
}
