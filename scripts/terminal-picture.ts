/**
 * Makes the picture of a terminal from what a program wrote to it, as an SVG on standard output:
 *
 *     script -qec 'stty cols 96 rows 30; timeout -s KILL 60 node bin/alidade.cjs up examples/telescope' /dev/null |
 *       node scripts/terminal-picture.ts 'npm start' > docs/terminal.svg
 *
 * The argument is shown as the command that was typed. The picture is the screen as the program left it.
 */
import { text } from 'node:stream/consumers';

interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly color?: number | undefined;
}
interface Cell {
  readonly character: string;
  readonly style: Style;
}

const esc = '\u001b';
/** A control sequence in its parts, another escape, or a character. */
const tokens = new RegExp(`${esc}\\[([\\d;?]*)([A-Za-z])|${esc}[^[]|[^]`, 'gu');

/** The screen of a terminal, as far as a program that redraws lines in place needs one. */
class Screen {
  readonly rows: Cell[][] = [];
  #row = 0;
  #column = 0;
  #style: Style = {};

  write(output: string): void {
    for (const [token, parameters, final] of output.matchAll(tokens)) {
      if (final !== undefined) this.#control(parameters ?? '', final);
      else if (token === '\n') this.#row++;
      else if (token === '\r') this.#column = 0;
      else if (token >= ' ') this.#put(token);
    }
  }

  #put(character: string): void {
    while (this.rows.length <= this.#row) this.rows.push([]);
    const row = this.rows[this.#row] ?? [];
    while (row.length < this.#column) row.push({ character: ' ', style: {} });
    row[this.#column++] = { character, style: this.#style };
  }

  #control(parameters: string, final: string): void {
    const numbers = parameters.split(';').map(Number);
    const count = numbers[0] || 1;
    if (final === 'm') this.#style = numbers.reduce(restyled, this.#style);
    else if (final === 'A') this.#row = Math.max(0, this.#row - count);
    else if (final === 'B') this.#row += count;
    else if (final === 'C') this.#column += count;
    else if (final === 'D') this.#column = Math.max(0, this.#column - count);
    else if (final === 'G') this.#column = count - 1;
    else if (final === 'H') [this.#row, this.#column] = [count - 1, (numbers[1] || 1) - 1];
    else if (final === 'K') this.rows[this.#row]?.splice(numbers[0] === 2 ? 0 : this.#column);
    else if (final === 'J') {
      const whole = numbers[0] === 2;
      if (!whole) this.rows[this.#row]?.splice(this.#column);
      this.rows.splice(whole ? 0 : this.#row + 1);
    }
  }
}

function restyled(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: undefined };
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, color: code % 10 };
  return style;
}

const colors = ['#5c6370', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#dcdfe4'];
const lineHeight = 20;
const characterWidth = 8.4;
const margin = 20;

const escaped = (content: string) =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Cells of one style, each in its column whatever the font. */
function span(cells: readonly Cell[], column: number): string {
  const content = cells.map(({ character }) => character).join('');
  if (content.trim() === '') return '';
  const { bold, dim, color } = cells[0]?.style ?? {};
  const look = [
    bold ? ' font-weight="bold"' : '',
    dim ? ' fill-opacity="0.6"' : '',
    color === undefined ? '' : ` fill="${colors[color]}"`,
  ];
  const x = (margin + column * characterWidth).toFixed(1);
  const width = (cells.length * characterWidth).toFixed(1);
  return `<tspan x="${x}" textLength="${width}"${look.join('')}>${escaped(content)}</tspan>`;
}

function line(row: readonly Cell[]): string {
  const spans: string[] = [];
  for (let start = 0; start < row.length; ) {
    const look = JSON.stringify(row[start]?.style);
    const length = row.slice(start).findIndex(({ style }) => JSON.stringify(style) !== look);
    const end = length < 0 ? row.length : start + length;
    spans.push(span(row.slice(start, end), start));
    start = end;
  }
  return spans.join('');
}

function picture(rows: readonly (readonly Cell[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const width = Math.ceil(columns * characterWidth + 2 * margin);
  const height = rows.length * lineHeight + 2 * margin;
  const lines = rows.map(
    (row, i) => `<text y="${margin + (i + 0.75) * lineHeight}" xml:space="preserve">${line(row)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="#21252b"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#dcdfe4">`,
    ...lines.filter((text) => !text.endsWith('"></text>')),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

const screen = new Screen();
if (process.argv[2] !== undefined) screen.write(`${esc}[2m$${esc}[0m ${process.argv[2]}\r\n`);
const typed = screen.rows.length;
const program = new Screen();
program.write(await text(process.stdin));
const rows = [...screen.rows.slice(0, typed), ...program.rows];
while (rows.length > 0 && rows.at(-1)?.length === 0) rows.pop();
process.stdout.write(picture(rows));
