import { examples } from '../options.ts';
import { execute, programOf } from '../program.ts';
import { processTerminal } from '../terminal.ts';
import { beBuffer, bufferSummary } from './buffer.ts';
import { withDashes } from './reference-spelling.ts';

/** `sf_bsread_buffer`: `alidade stream buffer` by the name that operators know. */
export async function run(): Promise<void> {
  const terminal = processTerminal();
  const program = programOf('sf_bsread_buffer', bufferSummary, terminal);
  process.exitCode = await execute(program, withDashes(process.argv.slice(2)), terminal, () => {
    beBuffer(program, terminal).addHelpText(
      'after',
      examples('sf_bsread_buffer tcp://127.0.0.1:9999 -o 8082 -b 100 --analyzer --log_level INFO'),
    );
  });
}
