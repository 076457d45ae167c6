import { AlidadeError } from '../../shared/errors.ts';
import type { Space } from '../../store/index.ts';
import { CancelledError } from '../errors.ts';
import { ImportBatch, type RefusedLine } from './import-batch.ts';
import { type Head, type Item, lineFault, parseLine, type Tail } from './line.ts';

export interface ImportOptions {
  /** Called for each line that was not taken. */
  readonly onRefused?: ((line: RefusedLine) => void) | undefined;
  /** Called when the store has everything up to this line. */
  readonly onWritten?: ((lineNumber: number) => void) | undefined;
  /** Lines that cannot be read before the import is given up (default 100): such a file is something else. */
  readonly maxMalformed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What became of the lines. Line feeds, and the first and last line of an export, count as nothing. */
export interface ImportReport {
  /** Samples, attributes and sub-keys that are in the store now and were not before. */
  readonly added: number;
  /** That were in the store already. */
  readonly same: number;
  /** That would have changed an attribute, a sub-key or the type of a key; nothing was done. */
  readonly conflicts: number;
  /** That are not what an export writes. */
  readonly malformed: number;
  /** Whether the last line of an export was seen: undefined where the first was not seen either. */
  readonly isWhole: boolean | undefined;
}

const batchLines = 4096;
const batchBytes = 4 * 1024 * 1024;

/**
 * Writes the lines of an export into a space. It can be done again at any time, and after an interruption: what is
 * there already stays as it is and is counted as the same. A value that would change one that never changes is
 * refused, and the import goes on. Notices are sent, as for every write.
 *
 * @param lines line by line, with the number of each (from 1); a line longer than the largest value is not expected
 * @throws ALI_IMPORT when the input is something else; CancelledError; what the space throws, after lines before were
 * written
 */
export async function importLines(
  space: Space,
  lines: AsyncIterable<{ readonly text: string; readonly number: number }>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const { onRefused, signal, maxMalformed = 100 } = options;
  const counts = { added: 0, same: 0, conflicts: 0, malformed: 0 };
  let hasHead = false;
  let hasTail = false;
  let batch = new ImportBatch();
  let writing = Promise.resolve();

  const refuse = (line: RefusedLine): void => {
    counts[line.reason === 'conflict' ? 'conflicts' : 'malformed']++;
    onRefused?.(line);
  };
  const write = async (full: ImportBatch): Promise<void> => {
    const { added, same } = await full.write(space, refuse);
    counts.added += added;
    counts.same += same;
    options.onWritten?.(full.lastLine);
  };
  /** One batch is written while the next one is read. */
  const flush = async (): Promise<void> => {
    await writing;
    if (batch.lines === 0) return;
    const full = batch;
    batch = new ImportBatch();
    writing = write(full);
    // Whoever awaits it next hears of the failure.
    writing.catch(() => undefined);
  };

  try {
    for await (const { text, number } of lines) {
      if (signal?.aborted) throw new CancelledError('the import was interrupted');
      const item = readLine(text, number, refuse);
      if (counts.malformed > maxMalformed) {
        throw new AlidadeError(
          'ALI_IMPORT',
          `more than ${maxMalformed} lines up to line ${number} are not what 'alidade state export' writes; the import was given up there`,
        );
      }
      if (item === undefined) continue;
      if (item.type === 'head') hasHead = true;
      else if (item.type === 'tail') hasTail = true;
      else batch.add(item, number, text.length);
      if (batch.lines >= batchLines || batch.bytes >= batchBytes) await flush();
    }
    await flush();
  } finally {
    await writing.catch(() => undefined);
  }
  await writing;
  return { ...counts, isWhole: hasHead || hasTail ? hasTail : undefined };
}

function readLine(
  text: string,
  number: number,
  refuse: (line: RefusedLine) => void,
): Item | Head | Tail | undefined {
  if (text.trim() === '') return undefined;
  try {
    return parseLine(text);
  } catch (error) {
    const fault = lineFault(error);
    if (fault === undefined) throw error;
    refuse({ number, reason: 'malformed', message: fault });
    return undefined;
  }
}
