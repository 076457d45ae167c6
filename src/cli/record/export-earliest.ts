import { StopSignals } from '../../shared/stop-signals.ts';
import { openProgress } from '../progress.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted } from '../up/words.ts';

export interface EarliestOptions {
  readonly output: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** A copy for old readers. */
export async function exportForOldReaders(
  file: string,
  channels: readonly string[],
  { output, force, json }: EarliestOptions,
  terminal: Terminal,
): Promise<void> {
  const { exportEarliest } = await import('../../recording/index.ts');
  using stop = new StopSignals();
  using progress = await openProgress(terminal);
  const copied = await exportEarliest({
    file,
    output,
    channels,
    force,
    signal: stop.signal,
    onProgress: (doneBytes, totalBytes) => progress.update('exporting', doneBytes, totalBytes),
  });
  progress[Symbol.dispose]();
  const told = `${counted(copied.channels, 'channel')} with ${counted(copied.rows, 'row')} to ${printable(output)}`;
  await printLine(terminal, json === true ? JSON.stringify({ file: output, ...copied }) : `exported ${told}`);
}
