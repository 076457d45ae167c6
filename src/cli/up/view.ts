import type { Instrument, SensorStatus } from '../../instrument/index.ts';
import { formatJson } from '../../telstate/index.ts';
import { printable, type Terminal } from '../terminal.ts';
import { Rate } from './rate.ts';
import { Screen } from './screen.ts';
import { type Line, sensorTable } from './table.ts';
import { counted, grouped, lossText, lostSamples } from './words.ts';

/** How a running instrument is shown until it is disposed. */
export type View = Disposable;

const drawMs = 500;
const plainWidth = 100;

/** A table that is redrawn in place twice a second, between what the start said and what to try. */
export function openLiveView(
  terminal: Terminal,
  instrument: Instrument,
  head: readonly string[],
  foot: readonly string[],
): View {
  const screen = new Screen(terminal);
  const rate = new Rate();
  const draw = () => {
    const nowSeconds = terminal.nowSeconds();
    const status = instrument.status();
    const fault = status.lastFault === undefined ? [] : [`last: ${printable(status.lastFault)}`];
    const { width, height } = screen;
    const totals = totalsText(instrument, rate.mark(nowSeconds, status.written));
    const look = lostSamples(status.losses) > 0 ? 'alert' : 'faint';
    const around = [
      ...head.map((text, i): Line => (i === 0 ? { text, look: 'strong' } : { text })),
      { text: '' },
    ];
    const below: Line[] = [
      { text: '' },
      ...[totals, ...fault].map((text): Line => ({ text, look })),
      { text: '' },
      ...foot.map((text): Line => (text.startsWith(' ') ? { text } : { text, look: 'faint' })),
    ];
    const room = height - around.length - below.length;
    // On a terminal of few lines the sensors matter most.
    const roomy = room >= Math.min(4, status.sensors.length + 1);
    const table = sensorTable(status, { width, maxLines: roomy ? room : height - 1, nowSeconds });
    screen.draw(roomy ? [...around, ...table, ...below] : [...table, { text: totals, look }]);
  };
  draw();
  const timer = setInterval(draw, drawMs);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      draw();
      screen[Symbol.dispose]();
    },
  };
}

/** For a file or a pipe: what the start said, the table once it has values, then a line every ten seconds. */
export function openPlainView(
  terminal: Terminal,
  instrument: Instrument,
  head: readonly string[],
  foot: readonly string[],
): View {
  const rate = new Rate();
  const print = (lines: readonly string[]) =>
    terminal.stdout.write(lines.map((line) => `${line}\n`).join(''));
  print(head);
  let seconds = 0;
  const timer = setInterval(() => {
    seconds += 1;
    const nowSeconds = terminal.nowSeconds();
    const totals = totalsText(instrument, rate.mark(nowSeconds, instrument.status().written));
    if (seconds === 2) {
      const table = sensorTable(instrument.status(), { width: plainWidth, maxLines: Infinity, nowSeconds });
      print(['', ...table.map(({ text }) => text), '', totals, '', ...foot]);
    } else if (seconds % 10 === 0) print([totals]);
  }, 1000);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** One JSON object a line: `started`, `status` every second, `stopped`. */
export function openJsonView(terminal: Terminal, instrument: Instrument): View {
  const rate = new Rate();
  const { definition, store, preparation } = instrument;
  const print = (event: Record<string, unknown>) => terminal.stdout.write(`${JSON.stringify(event)}\n`);
  print({ event: 'started', instrument: definition.name, store: store.location, ...preparation });
  const timer = setInterval(() => {
    if (terminal.stdout.writableNeedDrain) return;
    const time = terminal.nowSeconds();
    const { sensors, ...totals } = instrument.status();
    const samplesPerSecond = rate.mark(time, totals.written);
    const status = JSON.stringify({ event: 'status', time, samplesPerSecond, ...totals });
    terminal.stdout.write(`${status.slice(0, -1)},"sensors":[${sensors.map(sensorJson).join(',')}]}\n`);
  }, 1000);
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      const { written, losses } = instrument.status();
      print({ event: 'stopped', store: store.location, written, losses });
    },
  };
}

/** Values are written without loss: `1.0` is a float. */
function sensorJson({ name, units, value, timeSeconds: time, samples }: SensorStatus): string {
  const sensor = JSON.stringify({ name, units, time, samples });
  return value === undefined ? sensor : `${sensor.slice(0, -1)},"value":${formatJson(value)}}`;
}

function totalsText(instrument: Instrument, samplesPerSecond: number | undefined): string {
  const { written, losses } = instrument.status();
  const rate = samplesPerSecond === undefined ? '-' : grouped(samplesPerSecond);
  return `${rate} samples/s, ${counted(written, 'sample')} since the start, ${lossText(losses)}`;
}
