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

export function pythonPeer(python: string, endpoint: string): Peer {
  return new Peer(python, [new URL('./peer.py', import.meta.url).pathname, endpoint]);
}

/** A process of ours that waits for samples; see waiter.ts. */
export function waiterPeer(url: string): Peer {
  return new Peer(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    new URL('./waiter.ts', import.meta.url).pathname,
    url,
  ]);
}

/** How long the peer took to wake at each of `count` samples that this process adds with `add`. */
export async function wakeUps(
  peer: Peer,
  key: string,
  count: number,
  add: (value: readonly [number, bigint]) => Promise<void>,
): Promise<number[]> {
  peer.ask('wait', key, count);
  for (let i = 0; i < count; i++) {
    await peer.answer();
    // The peer says so before it subscribes.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await add([i, process.hrtime.bigint()]);
  }
  return (await peer.answer<{ delaysMs: number[] }>()).delaysMs;
}
