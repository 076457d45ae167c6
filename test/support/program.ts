import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Lines of its standard output that came and were not taken by {@link line} yet; the program never waits for us. */
  readonly lines: string[];
  /** Takes the next line; throws with its standard error when the program ended without one. */
  line(): Promise<string>;
  /** Resolves after its last output with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it has said on standard error. */
  errors(): string;
}

/** Node.js keeps here what it made of the sources: a program starts in a third of the time. */
const compileCache = new URL('../../node_modules/.cache/test-programs', import.meta.url).pathname;

/** Runs a TypeScript file of the tests as a process of its own; see {@link runCommand}. */
export function runProgram(file: URL, args: readonly string[] = [], options: SpawnOptions = {}): Program {
  return runCommand(process.execPath, ['--disable-warning=ExperimentalWarning', file.pathname, ...args], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
    ...options,
  });
}

/** Runs a program as a process of its own. Disposing kills it, if it still runs, and waits. */
export function runCommand(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the program has no output');
  let errors = '';
  stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const lines: string[] = [];
  let wake = () => {};
  let over = false;
  createInterface({ input: stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    wake();
    return (code ?? signal) as number | string;
  });
  return {
    child,
    lines,
    ended,
    errors: () => errors,
    async line() {
      while (lines.length === 0) {
        if (over) throw new Error(`${[command, ...args].join(' ')} ended (${await ended}): ${errors}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return lines.shift() as string;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
