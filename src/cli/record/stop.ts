import type { Command } from 'commander';
import { examples } from '../options.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { chosenRecordings, runningRecordings, statusJson, stopRecording } from './running.ts';
import { stateText, toldShortly } from './words.ts';

interface StopOptions {
  readonly all?: boolean;
  readonly json?: boolean;
}

export function defineStop(record: Command, terminal: Terminal): void {
  record
    .command('stop')
    .description('end a recording, and wait until its file is closed')
    .argument('[name]', 'its file, or the number of its process; not needed where only one runs')
    .option('--all', 'end all recordings of yours')
    .option('--json', 'print JSON, one object a line')
    .addHelpText('after', examples('alidade record stop run.h5'))
    .action((name: string | undefined, options: StopOptions) => stop(name, options, terminal));
}

async function stop(name: string | undefined, { all, json }: StopOptions, terminal: Terminal): Promise<void> {
  const chosen = all === true ? runningRecordings(terminal) : chosenRecordings(name, terminal);
  for (const recording of chosen) {
    const status = await stopRecording(recording);
    const text = `${recording.file}: ${stateText(status)}; ${toldShortly(status)}`;
    await printLine(terminal, json === true ? statusJson(recording, status) : text);
  }
}
