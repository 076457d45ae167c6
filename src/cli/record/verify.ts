import type { Command } from 'commander';
import { jsonText } from '../../bsread/index.ts';
import type { Verification } from '../../recording/index.ts';
import { AlidadeError } from '../../shared/errors.ts';
import { examples } from '../options.ts';
import { printable, printLine, type Terminal } from '../terminal.ts';

interface VerifyOptions {
  readonly json?: boolean;
}

const help = `
All of a file is read once: its rows against the ledger that it has of itself, and against their checksums. What is wrong is
said in one line each, and the exit status is 1. Of a file whose writer was killed, or still writes, it says so, and checks
what was committed.`;

export function defineVerify(record: Command, terminal: Terminal): void {
  record
    .command('verify')
    .description('check files against their own ledgers and checksums')
    .argument('<files...>', 'recordings of Alidade')
    .option('--json', 'print JSON, one object a file')
    .addHelpText('after', help)
    .addHelpText('after', examples('alidade record verify run.h5'))
    .action((files: readonly string[], options: VerifyOptions) => verify(files, options, terminal));
}

async function verify(files: readonly string[], { json }: VerifyOptions, terminal: Terminal): Promise<void> {
  const { verifyRecording } = await import('../../recording/index.ts');
  const broken: string[] = [];
  for (const file of files) {
    const verification = await verifyRecording(file);
    if (!verification.isWhole) broken.push(file);
    if (json === true) await printLine(terminal, jsonText({ file, ...verification }));
    else for (const line of told(file, verification)) await printLine(terminal, line);
  }
  if (broken.length > 0) throw new AlidadeError('ALI_HDF5_DAMAGED', `not whole: ${broken.join(', ')}`);
}

function told(
  file: string,
  { isWhole, problems, written, received, channels, ending }: Verification,
): string[] {
  const sum = `${written} of ${received} messages, ${channels} channels`;
  if (isWhole) return [`${file}: whole; ${sum}; ${ending}`];
  return [`${file}: ${sum}`, ...problems.map((problem) => `  ${printable(problem)}`)];
}
