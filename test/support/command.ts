import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const built = join(root, 'dist/cli/main.js');

/** Builds dist/ where a source is newer than it; `npm test` has done so already. */
export function buildCommand(): void {
  const newest = Math.max(
    ...globSync('src/**/*.ts', { cwd: root }).map((file) => statSync(join(root, file)).mtimeMs),
  );
  if (existsSync(built) && statSync(built).mtimeMs >= newest) return;
  // Types are judged elsewhere: what can be built can be run.
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', 'tsconfig.json', '--noCheck'], { cwd: root, stdio: 'inherit' });
}

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in a folder of its own, where `alidade` and `dragonfly` are the built commands, and neither ALIDADE_STORE nor ALIDADE_BUS is set. */
export class Shell {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(folder: string, environment: NodeJS.ProcessEnv = {}) {
    this.folder = folder;
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    for (const name of ['alidade', 'dragonfly']) {
      if (!existsSync(join(bin, name))) symlinkSync(join(root, `bin/${name}.cjs`), join(bin, name));
    }
    const { ALIDADE_STORE: _, ALIDADE_BUS: __, ...inherited } = process.env;
    const path = [bin, dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
    this.#environment = { ...inherited, PATH: path, ...environment };
  }

  /** Runs `alidade` with these words to its end. */
  alidade(...args: readonly string[]): Promise<Result> {
    return finished(this.start(...args));
  }

  /** Runs `alidade` with this on its standard input. */
  async feed(input: Uint8Array, ...args: readonly string[]): Promise<Result> {
    const child = this.start(...args);
    child.stdin.end(input);
    return finished(child);
  }

  /** Runs a line of shell to its end. */
  sh(line: string): Promise<Result> {
    return finished(this.startLine(line));
  }

  /** Starts a line of shell. */
  startLine(line: string): ChildProcessWithoutNullStreams {
    return spawn('sh', ['-c', line], { cwd: this.folder, env: this.#environment });
  }

  /** Runs a command that must succeed; what it printed, without the last line feed. */
  async said(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.alidade(...args);
    expect({ args, status, stderr }).toEqual({ args, status: 0, stderr: '' });
    return stdout.replace(/\n$/, '');
  }

  /** Runs a command that must fail with this status and one of our errors; what it said on stderr. */
  async refused(status: number, ...args: readonly string[]): Promise<string> {
    const result = await this.alidade(...args);
    expect({ args, ...result, stderr: '' }).toEqual({ args, status, stdout: '', stderr: '' });
    expect(result.stderr).toMatch(/^alidade: .* \(ALI_[A-Z_]+\)\n/);
    return result.stderr.trimEnd();
  }

  /** Starts `alidade` with these words. */
  start(...args: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn('alidade', args, { cwd: this.folder, env: this.#environment });
  }
}

/** Everything a process said, when it has ended. */
export async function finished(child: ChildProcessWithoutNullStreams): Promise<Result> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // Who does not read its input may have closed it already.
  child.stdin.on('error', () => undefined);
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}

/** The lines of a process's standard output, one by one. */
export function linesOf(child: ChildProcessWithoutNullStreams): AsyncIterator<string> {
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}
