import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** The Python that `npm run interop` has set up. */
function pythonProgram(): string {
  const python = process.env.ALIDADE_PYTHON;
  if (python === undefined)
    throw new Error('these suites run by `npm run interop`, which sets up their Python');
  return python;
}

/**
 * Runs Python source with arguments (`sys.argv[1:]`). Gives what it printed.
 *
 * @throws with its standard error when it ends with another status than 0.
 */
export async function runPython(source: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(pythonProgram(), ['-c', source, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  });
  const [output, errors, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (status !== 0) throw new Error(`Python ended with status ${status}: ${errors}`);
  return output;
}
