/** `npm test [-- FILTER…]`: types, format and lint, build, then every test that needs no foreign program. */
import { foreign } from '../test/support/require-server.ts';
import { installDebian, mayInstallDebian } from './debian.ts';
import { run } from './run.ts';
import { type Check, closeRun } from './summary.ts';
import { runVitest } from './vitest.ts';

async function check(name: string, program: string, ...args: string[]): Promise<Check> {
  console.log(`\n== ${name}`);
  return { name, ok: (await run(program, args)) === 0 };
}

const checks = [
  await check('types', 'tsc', '-p', 'tsconfig.check.json'),
  await check('format and lint', 'biome', 'check', '--error-on-warnings'),
  await check('build', 'tsc', '-p', 'tsconfig.json'),
];

console.log('\n== tests');
for (const { packages, isHere } of Object.values(foreign)) {
  if (mayInstallDebian() && !isHere()) await installDebian(...packages);
}
closeRun(checks, await runVitest(process.argv.slice(2)));
