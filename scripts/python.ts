import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../test/support/require-server.ts';
import { installDebian, mayInstallDebian } from './debian.ts';
import { root, run } from './run.ts';

const environment = join(root, '.venv');
const python = join(environment, 'bin/python');
const requirements = join(root, 'test/interop/requirements.txt');
/** What an index may be without. */
const bsread = join(root, 'test/interop/requirements-bsread.txt');
/** A copy of the requirements that the environment was made from, without those that could not be had. */
const stamp = join(environment, 'alidade-requirements.txt');

/**
 * The Python of `.venv`, with the real programs of test/interop/requirements.txt and, where the package index has it,
 * bsread; it is made or renewed where needed.
 *
 * @throws an error of one line that says what is missing on this machine
 */
export async function pythonWithPeers(): Promise<string> {
  if (isUpToDate()) return python;
  console.log('== Python environment in .venv');
  rmSync(stamp, { force: true });
  if (!(await makeEnvironment())) {
    throw new Error('Python 3.10 or newer with venv is needed (Debian: apt-get install python3-venv)');
  }
  if (!(await install(requirements))) {
    throw new Error('test/interop/requirements.txt could not be installed from PyPI; pip says above why');
  }
  const hasBsread = await install(bsread);
  if (!hasBsread) console.error('bsread could not be installed from PyPI: what needs it is left out');
  writeFileSync(stamp, textOf(hasBsread ? [requirements, bsread] : [requirements]));
  return python;
}

async function install(list: string): Promise<boolean> {
  return (
    (await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', list])) === 0
  );
}

function isUpToDate(): boolean {
  try {
    return existsSync(python) && readFileSync(stamp, 'utf8') === textOf([requirements, bsread]);
  } catch {
    return false;
  }
}

function textOf(files: readonly string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('');
}

async function makeEnvironment(): Promise<boolean> {
  const make = (program: string) => run(program, ['-m', 'venv', '--clear', environment]);
  if (findProgram('python3') !== undefined && (await make('python3')) === 0) return true;
  if (!mayInstallDebian() || !(await installDebian('python3', 'python3-venv'))) return false;
  // Not the first python3 of the PATH: the package completes Debian's own.
  return (await make('/usr/bin/python3')) === 0;
}
