import type { Command } from 'commander';
import { isAlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import {
  chosenRecordings,
  type RunningRecording,
  runningRecordings,
  type SaidStatus,
  statusJson,
  statusOf,
} from './running.ts';
import { stateText, toldShortly } from './words.ts';

interface Options {
  readonly json?: boolean;
}

export function defineStatus(record: Command, terminal: Terminal): void {
  record
    .command('status')
    .description('tell what a running recording does, and what it has lost')
    .argument('[name]', 'its file, or the number of its process; not needed where only one runs')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('alidade record status', 'alidade record status run.h5 --json'))
    .action(async (name: string | undefined, options: Options) => {
      for (const recording of chosenRecordings(name, terminal)) {
        await printStatus(recording, await statusOf(recording), options, terminal);
      }
    });
}

export function defineList(record: Command, terminal: Terminal): void {
  record
    .command('list')
    .description('list your recordings that are running on this machine')
    .option('--json', 'print JSON, one object a line')
    .addHelpText('after', examples('alidade record list'))
    .action((options: Options) => list(options, terminal));
}

async function list({ json }: Options, terminal: Terminal): Promise<void> {
  const running = runningRecordings(terminal);
  if (running.length === 0 && json !== true) await printLine(terminal, 'no recording is running');
  for (const recording of running) {
    const status = await statusOf(recording).catch((error: unknown) => {
      // One that just ended is not in the list.
      if (isAlidadeError(error, 'ALI_NOT_FOUND')) return undefined;
      throw error;
    });
    if (status === undefined) continue;
    const text = `${recording.pid}  ${recording.file}  ${stateText(status)}, ${toldShortly(status)}`;
    await printLine(terminal, json === true ? statusJson(recording, status) : text);
  }
}

async function printStatus(
  recording: RunningRecording,
  status: SaidStatus,
  { json }: Options,
  terminal: Terminal,
): Promise<void> {
  if (json === true) return printLine(terminal, statusJson(recording, status));
  const { pid, file, stream, startedAt } = recording;
  const lines = [
    ['file', file],
    ['state', stateText(status)],
    ['written', toldShortly(status)],
    ['on disk', `${status.committed} messages`],
    ['channels', String(status.channels)],
    ['stream', `${stream}${connectionText(status)}`],
    ['process', `${pid}, since ${startedAt}`],
    ...(status.fault === undefined ? [] : [['first fault', status.fault]]),
  ];
  for (const [name = '', value] of lines) await printLine(terminal, `${name.padEnd(12)}${value}`);
}

/** `, connected since 2026-11-21T03:12:40.120Z`. */
function connectionText({ source }: SaidStatus): string {
  if (source === undefined) return '';
  const { connected, since, problem } = source;
  if (connected) return `, connected since ${since}`;
  return `, not there since ${since}${problem === undefined ? '' : `: ${printable(problem)}`}`;
}
