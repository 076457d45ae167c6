/**
 * `npm run fuzz [-- SECONDS]`: random and mutated bytes into the parsers, for a minute in all. What fails is printed
 * with the seed that finds it again.
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './run.ts';

const [secondsText = '60'] = process.argv.slice(2);
const seconds = Number(secondsText);
if (!(seconds > 0)) {
  console.error(`npm run fuzz: '${secondsText}' is no number of seconds`);
  process.exit(2);
}
const programs = globSync('test/*/fuzz/run.ts', { cwd: root }).sort();
for (const program of programs) {
  const share = seconds / programs.length;
  console.log(`== ${dirname(program)}`);
  // A parser that hangs stops its process from looking at the clock: it is ended from here.
  const { status, signal } = spawnSync(process.execPath, [join(root, program), String(share)], {
    stdio: 'inherit',
    timeout: (share + 30) * 1000,
  });
  if (signal !== null) console.error(`the parser did not come to an end within ${share + 30} s`);
  if (status !== 0) process.exitCode = 1;
}
