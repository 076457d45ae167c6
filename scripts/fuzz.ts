/**
 * `npm run fuzz [-- SECONDS]`: random and mutated bytes into the parsers, for a minute in all. What fails is printed
 * with the seed that finds it again.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './run.ts';

const [secondsText = '60'] = process.argv.slice(2);
const seconds = Number(secondsText);
if (!(seconds > 0)) {
  console.error(`npm run fuzz: '${secondsText}' is no number of seconds`);
  process.exit(2);
}
// A parser that hangs stops its process from looking at the clock: it is ended from here.
const program = join(root, 'test/zmtp/fuzz/run.ts');
const { status, signal } = spawnSync(process.execPath, [program, String(seconds)], {
  stdio: 'inherit',
  timeout: (seconds + 30) * 1000,
});
if (signal !== null) console.error(`the parser did not come to an end within ${seconds + 30} s`);
process.exitCode = status ?? 1;
