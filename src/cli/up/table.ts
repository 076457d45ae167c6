import type { InstrumentStatus, SensorStatus } from '../../instrument/index.ts';
import { Float, type Value } from '../../telstate/index.ts';
import { showCell } from '../state/show.ts';
import { clip, printable } from '../terminal.ts';
import { ageText, grouped } from './words.ts';

/** One line on the terminal, and how it looks there. */
export interface Line {
  readonly text: string;
  readonly look?: 'strong' | 'faint' | 'alert';
}

const maxValueWidth = 20;
const minNameWidth = 8;
const gap = '  ';

interface Cells {
  readonly name: string;
  readonly value: string;
  readonly units: string;
  readonly age: string;
  readonly samples: string;
}

const headings: Cells = { name: 'sensor', value: 'value', units: 'units', age: 'age', samples: 'samples' };

export interface TableOptions {
  readonly width: number;
  readonly maxLines: number;
  readonly nowSeconds: number;
  /** How those can be seen that have no room. */
  readonly seeAll?: string | undefined;
}

/** The sensors as a table: no line is longer than `width`, and no more than `maxLines` lines. */
export function sensorTable(
  { sensors }: InstrumentStatus,
  { width, maxLines, nowSeconds, seeAll }: TableOptions,
): Line[] {
  const fits = sensors.length + 1 <= maxLines;
  const shown = fits ? sensors : sensors.slice(0, Math.max(0, maxLines - 2));
  const rows = [headings, ...shown.map((sensor) => cellsOf(sensor, nowSeconds))];
  const widest = (column: keyof Cells) => Math.max(...rows.map((row) => length(row[column])));
  // Fixed where values come and go, so that columns stay where they are.
  const widths = {
    value: Math.max(10, widest('value')),
    units: widest('units'),
    age: 6,
    samples: widest('samples'),
  };
  const others = widths.value + widths.units + widths.age + widths.samples + 4 * gap.length;
  const nameWidth = Math.max(minNameWidth, Math.min(widest('name'), width - others));
  const texts = rows.map(({ name, value, units, age, samples }) =>
    clip(
      [
        left(shorten(name, nameWidth), nameWidth),
        right(value, widths.value),
        left(units, widths.units),
        right(age, widths.age),
        right(samples, widths.samples),
      ].join(gap),
      width,
    ),
  );
  const lines = texts.map((text, i): Line => {
    const sensor = shown[i - 1];
    if (sensor === undefined) return { text, look: 'strong' };
    return isStale(sensor, nowSeconds) ? { text, look: 'alert' } : { text };
  });
  if (fits) return lines;
  const how = seeAll === undefined ? '' : `: ${seeAll}`;
  return [
    ...lines,
    { text: clip(`… and ${sensors.length - shown.length} more${how}`, width), look: 'faint' },
  ];
}

/** Whether a simulated sensor has missed samples: the newest is older than three of its periods, and than two seconds. */
function isStale({ rateHz, timeSeconds }: SensorStatus, nowSeconds: number): boolean {
  if (rateHz === undefined || timeSeconds === undefined) return false;
  return nowSeconds - timeSeconds > Math.max(2, 3 / rateHz);
}

function cellsOf({ name, value, units, timeSeconds, samples }: SensorStatus, nowSeconds: number): Cells {
  return {
    name: printable(name),
    value: value === undefined ? '-' : clip(valueText(value), maxValueWidth),
    units: clip(printable(units ?? ''), 12),
    age: timeSeconds === undefined ? '-' : ageText(nowSeconds - timeSeconds),
    samples: grouped(samples),
  };
}

/** A value as a cell; floats with digits that do not dance. */
export function valueText(value: Value): string {
  if (!(value instanceof Float)) return showCell(value);
  const size = Math.abs(value.value);
  if (size !== 0 && (size < 0.01 || size >= 1e7)) return value.value.toExponential(3);
  return Number.isFinite(size) ? value.value.toFixed(3) : showCell(value);
}

/** A name without its middle: of sensors the end tells as much as the beginning. */
function shorten(name: string, width: number): string {
  const characters = [...name];
  if (characters.length <= width) return name;
  const end = Math.floor((width - 1) / 2);
  return `${characters.slice(0, width - 1 - end).join('')}…${characters.slice(characters.length - end).join('')}`;
}

function length(text: string): number {
  return [...text].length;
}

function left(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - length(text)));
}

function right(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - length(text))) + text;
}
