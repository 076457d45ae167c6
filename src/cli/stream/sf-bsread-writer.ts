import { examples } from '../options.ts';
import { execute, programOf } from '../program.ts';
import { processTerminal } from '../terminal.ts';
import { withDashes } from './reference-spelling.ts';
import { beWriter, writerSummary } from './write.ts';

/** `sf_bsread_writer`: `alidade stream write` by the name that the accelerator knows. */
export async function run(): Promise<void> {
  const terminal = processTerminal();
  const program = programOf('sf_bsread_writer', writerSummary, terminal);
  process.exitCode = await execute(program, withDashes(process.argv.slice(2)), terminal, () => {
    beWriter(program, terminal).addHelpText(
      'after',
      examples('sf_bsread_writer tcp://127.0.0.1:8082 /data/run_7.BSREAD.h5 -1 9555 --log_level INFO'),
    );
  });
}
