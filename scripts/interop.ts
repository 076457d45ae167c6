/** `npm run interop [-- FILTER…]`: the suites under test/interop, against the real programs. */
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../test/support/require-server.ts';
import { installDebian, mayInstallDebian } from './debian.ts';
import { root, run } from './run.ts';
import { closeRun } from './summary.ts';
import { runVitest } from './vitest.ts';

const environment = join(root, '.venv');
const python = join(environment, 'bin/python');
const requirements = join(root, 'test/interop/requirements.txt');
/** A copy of the requirements that the environment was made from. */
const stamp = join(environment, 'alidade-requirements.txt');

/** Ends the run in one line. */
function giveUp(line: string): never {
  console.error(line);
  process.exit(1);
}

function upToDate(): boolean {
  try {
    return existsSync(python) && readFileSync(stamp, 'utf8') === readFileSync(requirements, 'utf8');
  } catch {
    return false;
  }
}

async function makeEnvironment(): Promise<boolean> {
  const make = (program: string) => run(program, ['-m', 'venv', '--clear', environment]);
  if (findProgram('python3') !== undefined && (await make('python3')) === 0) return true;
  if (!mayInstallDebian() || !(await installDebian('python3', 'python3-venv'))) return false;
  // Not the first python3 of the PATH: the package completes Debian's own.
  return (await make('/usr/bin/python3')) === 0;
}

if (
  findProgram('redis-server') === undefined &&
  !(mayInstallDebian() && (await installDebian('redis-server')))
) {
  giveUp(
    'npm run interop needs redis-server: install it (Debian: apt-get install redis-server), then try again',
  );
}
if (!upToDate()) {
  console.log('== Python environment in .venv');
  rmSync(stamp, { force: true });
  if (!(await makeEnvironment())) {
    giveUp('npm run interop needs Python 3.10 or newer with venv (Debian: apt-get install python3-venv)');
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  if ((await run(python, pip)) !== 0) {
    giveUp('npm run interop could not install test/interop/requirements.txt from PyPI; pip says above why');
  }
  cpSync(requirements, stamp);
}

console.log('\n== interop');
closeRun([], await runVitest(['--mode', 'interop', ...process.argv.slice(2)], { ALIDADE_PYTHON: python }));
