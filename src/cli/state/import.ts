import { open, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { AlidadeError, isAlidadeError, messageOf } from '../../shared/errors.ts';
import { StopSignals } from '../../shared/stop-signals.ts';
import {
  type ImportReport,
  importLines,
  type RefusedLine,
  type TelescopeState,
} from '../../telstate/index.ts';
import { readLines } from '../lines.ts';
import { examples, named } from '../options.ts';
import { openProgress } from '../progress.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';
import { counted, grouped } from '../up/words.ts';
import { type StateOptions, withState, withStateOptions } from './open.ts';

interface ImportVerbOptions extends StateOptions {
  readonly fromLine?: number;
  readonly skipConflicts?: boolean;
}

const help = `
What is there already stays as it is, so an import can be done again, and after an interruption. A line that would
change an attribute, a sub-key or the type of a key is refused and the rest imported; the exit status is 5 then.`;

export function defineImport(state: Command, terminal: Terminal): void {
  withStateOptions(
    state
      .command('import')
      .description("write what 'alidade state export' wrote into the store, whatever the view")
      .argument('<file>', 'a file of lines of JSON, or - for standard input')
      .option('--from-line <number>', 'begin at this line', named('--from-line', lineNumber))
      .option('--skip-conflicts', 'exit with 0 also where lines were refused for what is in the store'),
  )
    .addHelpText('after', help)
    .addHelpText(
      'after',
      examples(
        'alidade state import night.jsonl',
        'alidade state export - | alidade state import - --store sqlite:copy',
      ),
    )
    .action((file: string, options: ImportVerbOptions) =>
      withState(options, terminal, 'create', async ({ state, location }) => {
        const refused: RefusedLine[] = [];
        const report = await read(state, file, options, refused, terminal);
        await printLine(
          terminal,
          options.json === true ? reportJson(report, refused) : summary(report, refused, file, location),
        );
        assertTaken(report, options.skipConflicts === true, file);
      }),
    );
}

/** Refused lines that are named. */
const namedAtMost = 20;

async function read(
  state: TelescopeState,
  file: string,
  { fromLine = 1 }: ImportVerbOptions,
  refused: RefusedLine[],
  terminal: Terminal,
): Promise<ImportReport> {
  using stop = new StopSignals();
  using progress = await openProgress(terminal);
  const input = await openInput(file, terminal);
  let writtenLine = 0;
  async function* lines() {
    for await (const line of readLines(input.chunks)) {
      if (line.number < fromLine) continue;
      if (line.number % 1024 === 0) progress.update('importing', line.endOffset, input.sizeBytes);
      yield line;
    }
  }
  try {
    return await importLines(state.space, lines(), {
      signal: stop.signal,
      onRefused: (line) => {
        if (refused.length < namedAtMost) refused.push(line);
      },
      onWritten: (line) => {
        writtenLine = line;
      },
    });
  } catch (error) {
    if (!isAlidadeError(error) || writtenLine === 0) throw error;
    const message = `${error.message}. Everything up to line ${writtenLine} is in the store: go on with --from-line ${writtenLine + 1}`;
    throw new AlidadeError(error.code, message, { cause: error });
  }
}

async function openInput(
  file: string,
  terminal: Terminal,
): Promise<{ readonly chunks: AsyncIterable<Uint8Array>; readonly sizeBytes: number | undefined }> {
  if (file === '-') return { chunks: terminal.stdin as AsyncIterable<Uint8Array>, sizeBytes: undefined };
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new Error('it is a folder');
    const handle = await open(file);
    return { chunks: handle.createReadStream(), sizeBytes: found.isFile() ? found.size : undefined };
  } catch (error) {
    throw new AlidadeError('ALI_IMPORT', `cannot read ${file}: ${messageOf(error)}`, { cause: error });
  }
}

function lineNumber(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new AlidadeError('ALI_USAGE', `'${text}' is not the number of a line`);
}

/** @throws ALI_IMPORT, ALI_IMMUTABLE when not everything was taken */
function assertTaken(report: ImportReport, skipConflicts: boolean, file: string): void {
  const { malformed, conflicts, isWhole } = report;
  const name = nameOf(file);
  if (malformed > 0) {
    const lines = counted(malformed, 'line');
    throw new AlidadeError('ALI_IMPORT', `${lines} of ${name} could not be read; the others were imported`);
  }
  if (isWhole === false) {
    throw new AlidadeError(
      'ALI_IMPORT',
      `${name} was cut off: its last line is missing; what is in it was imported`,
    );
  }
  if (conflicts === 0 || skipConflicts) return;
  throw new AlidadeError(
    'ALI_IMMUTABLE',
    `${counted(conflicts, 'line')} of ${name} would change what never changes; the others were imported (--skip-conflicts accepts that)`,
  );
}

function reportJson({ isWhole: whole, ...counts }: ImportReport, refused: readonly RefusedLine[]): string {
  const named = refused.map(({ number: line, reason, message }) => ({ line, reason, message }));
  return JSON.stringify({ ...counts, whole, refused: named });
}

function summary(
  report: ImportReport,
  refused: readonly RefusedLine[],
  file: string,
  location: string,
): string {
  const { added, same, conflicts, malformed } = report;
  const refusedCount = conflicts + malformed;
  const total = `imported ${nameOf(file)} into ${location}: ${grouped(added)} new, ${grouped(same)} there already, ${grouped(refusedCount)} refused`;
  const lines = [...refused]
    .sort((a, b) => a.number - b.number)
    .map(({ number, message }) => `  line ${number}: ${printable(message)}`);
  const more = refusedCount > lines.length ? [`  and ${grouped(refusedCount - lines.length)} more`] : [];
  return [total, ...lines, ...more].join('\n');
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}
