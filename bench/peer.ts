import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Rate {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

/** Another process that measures, or waits: JSON lines in and out. */
export class Peer {
  #child: ChildProcessWithoutNullStreams;
  #lines: AsyncIterator<string>;

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the peer did not start');
    return this.#child.pid;
  }

  ask(measure: string, ...args: readonly unknown[]): void {
    this.#child.stdin.write(`${JSON.stringify({ measure, args })}\n`);
  }

  async answer<T>(): Promise<T> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error('the peer ended before it answered');
    return JSON.parse(value) as T;
  }

  async measure(measure: string, ...args: readonly unknown[]): Promise<Rate> {
    this.ask(measure, ...args);
    return this.answer<Rate>();
  }

  end(): void {
    this.#child.stdin.end();
  }
}

/** A program of ours as such a process. */
export function nodePeer(file: URL, ...args: readonly string[]): Peer {
  return new Peer(process.execPath, ['--disable-warning=ExperimentalWarning', file.pathname, ...args]);
}
