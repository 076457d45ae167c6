import { jsonText } from '../../bsread/index.ts';
import type { Bound, Recording, RecordingStatus } from '../../recording/index.ts';
import { openProgress } from '../progress.ts';
import { printLine, type Terminal } from '../terminal.ts';
import { boundText } from './bound.ts';
import { endedEarly } from './ended-early.ts';
import { stateText, toldShortly } from './words.ts';

interface Followed {
  readonly start?: Bound | undefined;
  readonly stop?: Bound | undefined;
  readonly json: boolean;
}

/** Shows how a recording goes, until it is over. @throws ALI_FILE_FAILED, ALI_INTERNAL when it ended before its time */
export async function follow(
  recording: Recording,
  { start, stop, json }: Followed,
  terminal: Terminal,
): Promise<void> {
  using progress = await openProgress(terminal);
  const begunSeconds = terminal.nowSeconds();
  const show = () => {
    const status = recording.status();
    if (json) {
      terminal.stdout.write(`${jsonText(status)}\n`);
      return;
    }
    const label = `${stateText(status)}: ${status.written} messages,`;
    const portion = portionOf(status, start, stop, { begunSeconds, nowSeconds: terminal.nowSeconds() });
    if (portion === undefined) progress.update(label, status.receivedBytes, undefined);
    else progress.portion(label, Math.min(1, portion), status.receivedBytes);
  };
  const timer = setInterval(show, json ? 1000 : 200);
  const status = await recording.finished;
  clearInterval(timer);
  progress[Symbol.dispose]();
  await printLine(terminal, json ? jsonText(status) : `${recording.file}: ${toldShortly(status)}`);
  if (status.written === 0 && stop !== undefined && !json) {
    terminal.stderr.write(`alidade: nothing came up to ${boundText(stop)}\n`);
  }
  if (status.state === 'error') throw endedEarly(recording.file, status);
}

/** How much of a recording is done; undefined where its end is not known, or not in the measure of its start. */
function portionOf(
  { firstPulseId, lastPulseId }: RecordingStatus,
  start: Bound | undefined,
  stop: Bound | undefined,
  time: { readonly begunSeconds: number; readonly nowSeconds: number },
): number | undefined {
  if (stop === undefined) return undefined;
  if ('timeNs' in stop) {
    const from = start !== undefined && 'timeNs' in start ? Number(start.timeNs) / 1e9 : time.begunSeconds;
    const length = Number(stop.timeNs) / 1e9 - from;
    return length > 0 ? Math.max(0, (time.nowSeconds - from) / length) : undefined;
  }
  if (firstPulseId === undefined || lastPulseId === undefined) return 0;
  return Number(lastPulseId - firstPulseId + 1n) / Number(stop.pulseId - firstPulseId + 1n);
}
