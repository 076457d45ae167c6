import type { Instrument, InstrumentStatus, SensorStatus } from '../../instrument/index.ts';
import { formatJson } from '../../telstate/index.ts';
import type { Terminal } from '../terminal.ts';
import type { Hints } from './hints.ts';
import { layout } from './layout.ts';
import { Rate } from './rate.ts';
import { type StartReport, troubleLines } from './report.ts';
import { startRhythm } from './rhythm.ts';
import { Screen } from './screen.ts';
import { sensorTable } from './table.ts';
import { counted, grouped, lostSamples } from './words.ts';

/** How a running instrument is shown until it is disposed. */
export type View = Disposable;

const drawMs = 500;
const plainWidth = 100;

/** A table that is redrawn in place twice a second, between what the start said and what to try. */
export function openLiveView(
  terminal: Terminal,
  instrument: Instrument,
  report: StartReport,
  hints: Hints,
): View {
  const screen = new Screen(terminal);
  const rate = new Rate();
  const draw = () => {
    const nowSeconds = terminal.nowSeconds();
    const status = instrument.status();
    const totals = totalsText(status, rate.mark(nowSeconds, status.written));
    screen.draw(layout({ report, hints, status, totals, nowSeconds }, screen));
  };
  draw();
  const rhythm = startRhythm(instrument, drawMs, draw);
  return {
    [Symbol.dispose]() {
      rhythm[Symbol.dispose]();
      draw();
      screen[Symbol.dispose]();
    },
  };
}

/** For a file or a pipe: what the start said, the table once it has values, then a line every ten seconds. */
export function openPlainView(
  terminal: Terminal,
  instrument: Instrument,
  { title, details, warnings, store }: StartReport,
  hints: Hints,
): View {
  const rate = new Rate();
  const print = (lines: readonly string[]) =>
    terminal.stdout.write(lines.map((line) => `${line}\n`).join(''));
  print([title, ...details, ...warnings, store]);
  let seconds = 0;
  return startRhythm(instrument, 1000, () => {
    seconds += 1;
    const nowSeconds = terminal.nowSeconds();
    const status = instrument.status();
    const totals = [totalsText(status, rate.mark(nowSeconds, status.written)), ...troubleLines(status)];
    if (seconds === 2) {
      const table = sensorTable(status, { width: plainWidth, maxLines: Infinity, nowSeconds });
      print(['', ...table.map(({ text }) => text), '', ...totals, '', ...hints.lines]);
    } else if (seconds % 10 === 0) print(totals);
  });
}

/** One JSON object a line: `started`, `status` every second, `stopped`. */
export function openJsonView(terminal: Terminal, instrument: Instrument): View {
  const rate = new Rate();
  const { definition, store, preparation, configurations } = instrument;
  const print = (event: Record<string, unknown>) => terminal.stdout.write(`${JSON.stringify(event)}\n`);
  print({
    event: 'started',
    instrument: definition.name,
    store: store.location,
    ...preparation,
    configurations,
  });
  const rhythm = startRhythm(instrument, 1000, () => {
    if (terminal.stdout.writableNeedDrain) return;
    const time = terminal.nowSeconds();
    const { sensors, storeAway, ...totals } = instrument.status();
    const samplesPerSecond = rate.mark(time, totals.written);
    const storeAwaySinceSeconds = storeAway?.sinceSeconds;
    const status = JSON.stringify({
      event: 'status',
      time,
      samplesPerSecond,
      ...totals,
      storeAwaySinceSeconds,
    });
    terminal.stdout.write(`${status.slice(0, -1)},"sensors":[${sensors.map(sensorJson).join(',')}]}\n`);
  });
  return {
    [Symbol.dispose]() {
      rhythm[Symbol.dispose]();
      const { written, losses, lastLossSeconds, lastFault, retention } = instrument.status();
      print({
        event: 'stopped',
        store: store.location,
        written,
        losses,
        lastLossSeconds,
        lastFault,
        retention,
      });
    },
  };
}

/** Values are written without loss: `1.0` is a float. */
function sensorJson({ name, units, value, timeSeconds: time, samples }: SensorStatus): string {
  const sensor = JSON.stringify({ name, units, time, samples });
  return value === undefined ? sensor : `${sensor.slice(0, -1)},"value":${formatJson(value)}}`;
}

function totalsText({ written, losses }: InstrumentStatus, samplesPerSecond: number | undefined): string {
  const rate = samplesPerSecond === undefined ? '-' : grouped(samplesPerSecond);
  const lost = grouped(lostSamples(losses));
  return `${rate} samples/s, ${counted(written, 'sample')} written since the start, ${lost} lost`;
}
