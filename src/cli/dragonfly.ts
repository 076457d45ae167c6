import { withLongFlags } from './control/reference-flags.ts';
import { defineControl } from './control.ts';
import { execute, programOf } from './program.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** Runs `dragonfly`, as this process was called, and sets its exit status. */
export async function run(): Promise<void> {
  process.exitCode = await dragonfly(process.argv.slice(2), processTerminal());
}

/** Runs one command of `dragonfly`: the verbs of `alidade control` under the name that operators know. */
export function dragonfly(words: readonly string[], terminal: Terminal): Promise<number> {
  const description =
    'Slow control: the verbs of alidade control. Without --wire it speaks v1, which services of v2 understand too.';
  const program = programOf('dragonfly', description, terminal);
  return execute(program, withLongFlags(words), terminal, () => defineControl(program, terminal));
}
