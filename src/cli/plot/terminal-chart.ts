import { clip, printable } from '../terminal.ts';

import { Braille, type CanvasCell } from './braille.ts';
import type { Chart, Panel } from './chart.ts';
import type { Stretch } from './columns.ts';
import { type Scale, valueScale } from './ticks.ts';
import { timeAxis } from './time-ticks.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
  /** Whether lines may be told apart by colours. */
  readonly hasColour: boolean;
}

const maxPanelRows = 14;
const minPanelRows = 5;
const maxGutter = 24;
const colours = ['36', '33', '32', '35', '34', '31'];

/** Columns of dots that a chart in a terminal of this width has. */
export function dotColumns({ columns }: TerminalSize): number {
  return 2 * Math.max(16, columns - 12);
}

/** A chart as lines of a terminal, none wider than it. */
export function terminalChart(chart: Chart, size: TerminalSize): string[] {
  const panels = chart.panels.map((panel) => ({ panel, scale: scaleOf(panel, size, chart.panels.length) }));
  const gutter = gutterOf(panels, size);
  const width = Math.max(8, size.columns - gutter - 2);
  const draw = new Drawing(chart, size, gutter, width);
  const lines = panels.flatMap(({ panel, scale }, i) => [
    ...(i === 0 ? [] : ['']),
    ...(panel.kind === 'lines' ? draw.lines(panel, scale as PanelScale) : draw.states(panel)),
  ]);
  const notes = chart.notes.map((note) => clip(printable(note), size.columns));
  return [...lines, ...draw.axis(), ...notes];
}

interface PanelScale extends Scale {
  readonly rows: number;
}

function scaleOf(panel: Panel, { rows }: TerminalSize, panels: number): PanelScale | undefined {
  if (panel.kind === 'states') return undefined;
  // Each panel has a line of names and an empty one; the axis and the prompt need four more.
  const room = Math.floor((rows - 4) / panels) - 2;
  const height = Math.max(minPanelRows, Math.min(maxPanelRows, room));
  return { ...valueScale(panel.min, panel.max, Math.max(2, Math.floor(height / 3))), rows: height };
}

function gutterOf(
  panels: readonly { readonly panel: Panel; readonly scale: Scale | undefined }[],
  { columns }: TerminalSize,
): number {
  const labels = panels.flatMap(({ panel, scale }) =>
    panel.kind === 'states'
      ? panel.lanes.map(({ name }) => printable(name))
      : (scale?.ticks.map(({ label }) => label) ?? []),
  );
  const widest = Math.max(...labels.map((label) => [...label].length));
  return Math.min(widest, maxGutter, Math.floor(columns / 3));
}

class Drawing {
  readonly #chart: Chart;
  readonly #size: TerminalSize;
  readonly #gutter: number;
  readonly #width: number;

  constructor(chart: Chart, size: TerminalSize, gutter: number, width: number) {
    this.#chart = chart;
    this.#size = size;
    this.#gutter = gutter;
    this.#width = width;
  }

  lines(panel: Panel & { kind: 'lines' }, { min, max, ticks, rows }: PanelScale): string[] {
    const canvas = new Braille(this.#width, rows);
    const y = (value: number) => {
      const share = max === min ? 0.5 : (value / 2 - min / 2) / (max / 2 - min / 2);
      return Math.round((1 - share) * (canvas.height - 1));
    };
    for (const { points, colour } of panel.lines) {
      let before: readonly [number, number] | undefined;
      for (const { timeSeconds, value, breaks } of points) {
        const at = [this.#dotOf(timeSeconds), y(value)] as const;
        if (breaks || before === undefined) canvas.dot(...at, colour);
        else canvas.line(...before, ...at, colour);
        before = at;
      }
    }
    const labels = new Map(ticks.map(({ value, label }) => [y(value) >> 2, label]));
    const body = canvas.rows().map((cells, row) => {
      const label = labels.get(row);
      return `${this.#label(label ?? '')} ${label === undefined ? '│' : '┤'}${this.#painted(cells)}`;
    });
    return [...this.#names(panel), ...body];
  }

  states({ name, lanes }: Panel & { kind: 'states' }): string[] {
    return [
      this.#title(name, ''),
      ...lanes.map(({ name: state, stretches }, i) => {
        const cells = this.#laneCells(stretches, i % colours.length);
        return `${this.#label(printable(state))} ┤${this.#painted(cells)}`;
      }),
    ];
  }

  axis(): string[] {
    const { fromSeconds, toSeconds } = this.#chart;
    const { ticks, title } = timeAxis(fromSeconds, toSeconds, (length) => this.#width / (length + 4));
    const line = [...'─'.repeat(this.#width)];
    const labels = [...' '.repeat(this.#gutter + 2 + this.#width)];
    for (const { value, label } of ticks) {
      const column = this.#dotOf(value) >> 1;
      line[column] = '┬';
      const start = Math.min(labels.length - label.length, this.#gutter + 2 + column - (label.length >> 1));
      for (const [i, character] of [...label].entries()) labels[Math.max(0, start) + i] = character;
    }
    const indent = ' '.repeat(this.#gutter + 1);
    const titleLine = ' '.repeat(Math.max(0, this.#gutter + 2 + this.#width - title.length)) + title;
    return [`${indent}└${line.join('')}`, labels.join('').trimEnd(), clip(titleLine, this.#size.columns)];
  }

  /** The column of dots of a time. */
  #dotOf(timeSeconds: number): number {
    return Math.round(this.#shareOf(timeSeconds) * (2 * this.#width - 1));
  }

  #shareOf(timeSeconds: number): number {
    const { fromSeconds, toSeconds } = this.#chart;
    return (timeSeconds - fromSeconds) / (toSeconds - fromSeconds);
  }

  /** A lane in half characters. A stretch is never nothing. */
  #laneCells(stretches: readonly Stretch[], colour: number): CanvasCell[] {
    const halves = new Uint8Array(2 * this.#width);
    for (const { fromSeconds, toSeconds } of stretches) {
      const [start, end] = [fromSeconds, toSeconds].map((time) =>
        Math.round(this.#shareOf(time) * halves.length),
      );
      const first = Math.min(start ?? 0, halves.length - 1);
      halves.fill(1, first, Math.max(first + 1, end ?? 0));
    }
    return Array.from({ length: this.#width }, (_, i) => {
      const blocks = [' ', '▌', '▐', '█'];
      const text = blocks[(halves[2 * i] ?? 0) + 2 * (halves[2 * i + 1] ?? 0)] ?? ' ';
      return { text, colour: text === ' ' ? undefined : colour };
    });
  }

  #label(text: string): string {
    const clipped = clip(text, this.#gutter);
    return ' '.repeat(this.#gutter - [...clipped].length) + clipped;
  }

  #title(name: string, units: string): string {
    const indent = ' '.repeat(this.#gutter + 2);
    return clip(`${indent}${printable(name)}${units}`, this.#size.columns);
  }

  /** The names of the lines, each beside its colour where there are several. */
  #names({ lines, units }: Panel & { kind: 'lines' }): string[] {
    const suffix = units === undefined ? '' : ` [${printable(units)}]`;
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) return [this.#title(only.name, suffix)];
    const indent = this.#gutter + 2;
    return lines.map(({ name, colour }, i) => {
      const text = clip(`${printable(name)}${i === 0 ? suffix : ''}`, this.#size.columns - indent - 2);
      return `${' '.repeat(indent)}${this.#paint('●', colour)} ${text}`;
    });
  }

  #painted(cells: readonly CanvasCell[]): string {
    let text = '';
    for (let start = 0; start < cells.length; ) {
      const colour = cells[start]?.colour;
      let end = start;
      while (end < cells.length && cells[end]?.colour === colour) end++;
      const run = cells.slice(start, end).map((cell) => cell.text);
      text += this.#paint(run.join(''), colour);
      start = end;
    }
    return text.trimEnd();
  }

  #paint(text: string, colour: number | undefined): string {
    if (!this.#size.hasColour || colour === undefined) return text;
    return `\x1b[${colours[colour % colours.length]}m${text}\x1b[0m`;
  }
}
