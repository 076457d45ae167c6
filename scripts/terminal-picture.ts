/**
 * `node scripts/terminal-picture.ts [FILE]`: runs the example instrument in a terminal of its own and draws what stands
 * on it after a few seconds (docs/terminal.svg).
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { main } from '../src/cli/main.ts';
import { root } from './run.ts';

const columns = 74;
const rows = 32;
const shownAfterMs = 6200;
/** What one types to see this. */
const commandLine = '$ npm start';

interface Cell {
  readonly text: string;
  readonly look: string;
}

/** The part of a terminal that `alidade up` uses: lines, the cursor up and down, clearing, and four looks. */
class Grid {
  readonly #lines: Cell[][] = [[]];
  #line = 0;
  #column = 0;
  #look = '0';

  feed(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    for (const [, codes = '', verb, plain = ''] of text.matchAll(/\x1b\[([\d?;]*)([A-Za-z])|([\s\S])/gu)) {
      if (verb === undefined) this.#put(plain);
      else this.#control(verb, codes);
    }
  }

  get lines(): Cell[][] {
    return this.#lines.map((line) => [...line]);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#moveTo(this.#line + 1, 0);
    else {
      const line = this.#lines[this.#line] ?? [];
      while (line.length < this.#column) line.push({ text: ' ', look: '0' });
      line[this.#column] = { text: character, look: this.#look };
      this.#column += 1;
    }
  }

  #control(verb: string, codes: string): void {
    const count = Number(codes || 1);
    if (verb === 'A') this.#moveTo(Math.max(0, this.#line - count), this.#column);
    else if (verb === 'B') this.#moveTo(this.#line + count, this.#column);
    else if (verb === 'K') this.#lines[this.#line]?.splice(this.#column);
    else if (verb === 'J') this.#lines.splice(this.#line, Number.POSITIVE_INFINITY, []);
    else if (verb === 'm') this.#look = codes;
    else if (verb !== 'h' && verb !== 'l')
      throw new Error(`the picture does not know the sequence ${codes}${verb}`);
  }

  #moveTo(line: number, column: number): void {
    while (this.#lines.length <= line) this.#lines.push([]);
    this.#line = line;
    this.#column = column;
  }
}

/** Runs the example in an empty folder, with this grid as its terminal. */
async function capture(): Promise<Cell[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-picture-'));
  const here = process.cwd();
  const grid = new Grid();
  // The folder has a random name; readers would have the clone there.
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    grid.feed(chunk.toString().replaceAll(folder, '~/alidade'));
    done();
  };
  const stdout = Object.assign(new Writable({ write }), { isTTY: true, columns, rows });
  const stdin = new PassThrough();
  const environment = { TERM: 'xterm-256color' };
  process.chdir(folder);
  try {
    const nowSeconds = () => Date.now() / 1000;
    const running = main(['up', join(root, 'examples/telescope'), '--for', `${shownAfterMs + 500}ms`], {
      stdin,
      stdout,
      stderr: process.stderr,
      environment,
      nowSeconds,
    });
    await new Promise((resolve) => setTimeout(resolve, shownAfterMs));
    const { lines } = grid;
    const status = await running;
    if (status !== 0) throw new Error(`the example ended with ${status}`);
    return lines;
  } finally {
    process.chdir(here);
    rmSync(folder, { recursive: true, force: true });
  }
}

const fontPx = 14;
const cellPx = 8.4;
const linePx = 19;
const marginPx = 18;
const barPx = 30;
const colours: Readonly<Record<string, string>> = { 0: '#d6dde6', 1: '#ffffff', 2: '#8a97a8', 33: '#e8b341' };

/** Lines of cells as a picture. Each run has its width given, so that columns stand in any font. */
function draw(lines: readonly (readonly Cell[])[]): string {
  const width = columns * cellPx + 2 * marginPx;
  const height = lines.length * linePx + barPx + 2 * marginPx - 8;
  const texts = lines.flatMap((line, i) => drawLine(line, barPx + marginPx + fontPx + i * linePx - 4));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width.toFixed(0)} ${height}" width="${width.toFixed(0)}" height="${height}" role="img" aria-label="alidade up: a live table of sensors in a terminal">
<rect width="100%" height="100%" rx="9" fill="#161b22"/>
<g fill="#3b4654"><circle cx="20" cy="17" r="6"/><circle cx="40" cy="17" r="6"/><circle cx="60" cy="17" r="6"/></g>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontPx}" xml:space="preserve">
${texts.join('\n')}
</g>
</svg>
`;
}

function drawLine(line: readonly Cell[], y: number): string[] {
  const runs: string[] = [];
  for (let start = 0; start < line.length; ) {
    const look = line[start]?.look ?? '0';
    let end = start;
    while (end < line.length && line[end]?.look === look) end += 1;
    const text = line
      .slice(start, end)
      .map((cell) => cell.text)
      .join('');
    runs.push(...drawWords(text, start, y, look));
    start = end;
  }
  return runs;
}

/** Words one by one: what stands between columns is no text. */
function drawWords(run: string, column: number, y: number, look: string): string[] {
  return [...run.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
    const x = marginPx + (column + index) * cellPx;
    const weight = look === '1' ? ' font-weight="600"' : '';
    const fill = colours[look] ?? colours[0];
    return `<text x="${x.toFixed(1)}" y="${y}" fill="${fill}"${weight} textLength="${(words.length * cellPx).toFixed(1)}">${escaped(words)}</text>`;
  });
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const typed = [...commandLine].map((text): Cell => ({ text, look: '2' }));
const file = process.argv[2] ?? join(root, 'docs/terminal.svg');
writeFileSync(file, draw([typed, [], ...(await capture())]));
console.log(`drawn: ${file}`);
