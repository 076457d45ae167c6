import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { AlidadeError, messageOf } from '../shared/errors.ts';
import { jsonOfLiteral } from '../shared/python-literal.ts';
import { jsonText } from '../shared/python-text.ts';
import { csvRows, type NumberedRow } from './csv-rows.ts';

/** A row of a log that can go on the wire. */
export interface LoggedFrame {
  readonly timeSeconds: number;
  /** The values as JSON text, in the order of the fields; the first is `ts`. */
  readonly values: readonly string[];
}

/** The head of a log: what it has in each column, and who wrote its first row. */
export interface LogHead {
  readonly fields: readonly string[];
  /** Undefined where there is no row. */
  readonly sender: string | undefined;
}

/** @throws ALI_NOT_FOUND, ALI_SHM_LOG */
export async function readHead(file: string): Promise<LogHead> {
  const rows = rowsOf(file);
  try {
    const first = await rows.next();
    if (first.done === true || !first.value.isWhole) throw fault(file, 1, 'the file has no header');
    const fields = first.value.cells;
    if (fields[0] !== 'ts' || fields[1] !== 'sender') {
      throw fault(
        file,
        1,
        `a log of a frame begins with the columns ts and sender, not ${fields.slice(0, 2)}`,
      );
    }
    const second = await rows.next();
    return { fields, sender: second.done === true ? undefined : second.value.cells[1] };
  } finally {
    await rows.return(undefined);
  }
}

/**
 * The rows of a log from its top. A last row that was cut off is left out.
 *
 * @param isText of each field, whether the declared frame has text there; a cell of another is read as Python's literal,
 * or as text where it is none
 * @throws ALI_SHM_LOG on a row that has other columns than the header, or no time
 */
export async function* loggedFrames(
  file: string,
  isText: readonly boolean[],
  onCut: () => void,
): AsyncGenerator<LoggedFrame> {
  let isHeader = true;
  for await (const { cells, line, isWhole } of rowsOf(file)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    if (!isWhole) {
      onCut();
      return;
    }
    if (cells.length !== isText.length) {
      throw fault(file, line, `${cells.length} cells, where the header has ${isText.length}`);
    }
    const values = cells.map((cell, i) => (isText[i] === true ? jsonText(cell) : jsonOfCell(cell)));
    const timeSeconds = Number(values[0]);
    if (values[0] === 'null' || !Number.isFinite(timeSeconds)) {
      throw fault(file, line, `'${cells[0]}' is no time`);
    }
    yield { timeSeconds, values };
  }
}

function jsonOfCell(cell: string): string {
  return cell === '' ? 'null' : (jsonOfLiteral(cell) ?? jsonText(cell));
}

/**
 * The name of the frame that a log is of, from the name of its file: `STAMP_SENDER_NAME.csv`, with a number behind where
 * the name was taken. Undefined where it is none of the known ones.
 */
export function frameNameOf(
  file: string,
  { sender }: LogHead,
  isKnown: (name: string) => boolean,
): string | undefined {
  const stem = basename(file).replace(/\.csv$/i, '');
  const unnumbered = stem.replace(/-\d+$/, '');
  for (const name of [stem, unnumbered]) {
    const rest = name.replace(stamp, '');
    const own = sender !== undefined && rest.startsWith(`${sender}_`) ? rest.slice(sender.length + 1) : rest;
    const found = [own, ...tails(rest)].find(isKnown);
    if (found !== undefined) return found;
  }
  return undefined;
}

const stamp = /^\d{4}-\d\d-\d\d_\d\dh\d\dm\d\dsZ_/;

/** What the name of a file says the frame is called, for a message; undefined of a file with a name of its own. */
export function namedIn(file: string, { sender }: LogHead): string | undefined {
  const stem = basename(file).replace(/\.csv$/i, '');
  if (!stamp.test(stem)) return undefined;
  const rest = stem.replace(stamp, '');
  return sender !== undefined && rest.startsWith(`${sender}_`) ? rest.slice(sender.length + 1) : rest;
}

/** `a_b_c` may end with the name `b_c` or `c`. */
function tails(text: string): string[] {
  const parts = text.split('_');
  return parts.slice(1).map((_, i) => parts.slice(i + 1).join('_'));
}

async function* rowsOf(file: string): AsyncGenerator<NumberedRow, void, undefined> {
  const stream = createReadStream(file, { encoding: 'utf8' });
  try {
    yield* csvRows(stream as AsyncIterable<string>);
  } catch (error) {
    if (error instanceof AlidadeError)
      throw new AlidadeError(error.code, `${file}: ${error.message}`, { cause: error });
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new AlidadeError(isMissing ? 'ALI_NOT_FOUND' : 'ALI_SHM_LOG', `${file}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    stream.destroy();
  }
}

function fault(file: string, line: number, what: string): AlidadeError {
  return new AlidadeError('ALI_SHM_LOG', `${file}, line ${line}: ${what}`);
}
