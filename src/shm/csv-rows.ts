import { AlidadeError } from '../shared/errors.ts';

/** A row longer than this is no frame. */
const maxRowLength = 64 * 1024 * 1024;

export interface NumberedRow {
  readonly cells: readonly string[];
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** Whether the end of its line is there; the last row of a log whose writer was killed may lack it. */
  readonly isWhole: boolean;
}

/**
 * The rows of a CSV text as Python's `csv` reads them: cells between commas, quotes doubled inside quotes, lines that
 * end in CR LF, LF or CR; empty lines are left out. Memory is that of the longest row.
 *
 * @throws ALI_SHM_LOG on a row of more than 64 million characters
 */
export async function* csvRows(chunks: AsyncIterable<string>): AsyncGenerator<NumberedRow> {
  const reader = new RowReader();
  for await (const chunk of chunks) yield* reader.read(chunk);
  yield* reader.end();
}

class RowReader {
  #cells: string[] = [];
  #cell = '';
  #state: 'start' | 'plain' | 'quoted' | 'quote' = 'start';
  #afterReturn = false;
  #length = 0;
  #line = 1;
  #rowLine = 1;

  *read(chunk: string): Generator<NumberedRow> {
    // Whole stretches without anything special are taken at once.
    const special = /[",\r\n]/g;
    for (let at = 0; at < chunk.length; ) {
      special.lastIndex = at;
      const next = special.exec(chunk)?.index ?? chunk.length;
      if (next > at) this.#take(chunk.slice(at, next));
      if (next === chunk.length) return;
      const character = chunk[next] as string;
      at = next + 1;
      if (character === '\n' && this.#afterReturn) this.#afterReturn = false;
      else {
        const row = this.#special(character);
        if (row !== undefined) yield row;
      }
    }
  }

  *end(): Generator<NumberedRow> {
    if (this.#isEmpty) return;
    this.#endCell();
    yield { cells: this.#cells, line: this.#rowLine, isWhole: false };
  }

  get #isEmpty(): boolean {
    return this.#cells.length === 0 && this.#state === 'start';
  }

  #take(text: string): void {
    this.#afterReturn = false;
    if (this.#state !== 'quoted') this.#state = 'plain';
    this.#cell += text;
    this.#length += text.length;
    if (this.#length <= maxRowLength) return;
    throw new AlidadeError(
      'ALI_SHM_LOG',
      `line ${this.#rowLine}: the row has more than ${maxRowLength} characters`,
    );
  }

  #special(character: string): NumberedRow | undefined {
    this.#afterReturn = false;
    if (this.#state === 'quoted') {
      if (character === '"') this.#state = 'quote';
      else this.#inQuotes(character);
      return undefined;
    }
    if (character === '"') {
      // The first quote opens; one behind another, and one in the middle of plain text, stand for themselves.
      const isDoubled = this.#state === 'quote';
      if (this.#state !== 'start') this.#take('"');
      if (this.#state === 'start' || isDoubled) this.#state = 'quoted';
      return undefined;
    }
    if (character === ',') {
      this.#endCell();
      return undefined;
    }
    this.#afterReturn = character === '\r';
    return this.#endRow();
  }

  #inQuotes(character: string): void {
    this.#take(character);
    if (character === '\n') this.#line++;
  }

  #endCell(): void {
    this.#cells.push(this.#cell);
    this.#cell = '';
    this.#state = 'start';
  }

  #endRow(): NumberedRow | undefined {
    const isEmpty = this.#isEmpty;
    if (!isEmpty) this.#endCell();
    const row = { cells: this.#cells, line: this.#rowLine, isWhole: true };
    this.#cells = [];
    this.#length = 0;
    this.#rowLine = ++this.#line;
    return isEmpty ? undefined : row;
  }
}
