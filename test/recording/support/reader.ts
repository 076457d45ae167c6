import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { debianPython } from '../../support/require-server.ts';

/** An object of a file, as h5py reads it; see content.py. */
export interface Content {
  readonly group?: true;
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
  readonly shape?: readonly number[];
  readonly maxshape?: readonly (number | null)[];
  readonly chunks?: readonly number[] | null;
  readonly dtype?: string;
  readonly filters?: readonly number[];
  readonly sha256_le?: string;
  readonly sha256_joined_nul?: string;
  readonly values?: readonly string[];
  readonly first?: readonly string[];
  readonly last?: readonly string[];
  readonly items?: readonly string[];
}

export type Contents = Readonly<Record<string, Content>>;

/** One Python process with h5py that tells what is in files. */
export class Reader implements AsyncDisposable {
  readonly #child = spawn(debianPython, [new URL('./content.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH },
  });
  readonly #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  #last: Promise<unknown> = Promise.resolve();

  read(path: string): Promise<Contents> {
    return this.#ask<Contents>({ path });
  }

  /**
   * Checks a recording of told-stream.ts: every row of it, and that there are so many at least.
   *
   * @returns how many there are
   */
  readTold(path: string, leastRows: number): Promise<number> {
    return this.#ask<number>({ path, told: leastRows });
  }

  #ask<T>(work: object): Promise<T> {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${JSON.stringify(work)}\n`);
      const { done, value } = await this.#lines.next();
      if (done === true) throw new Error('the reader ended before it answered');
      const { result, error } = JSON.parse(value) as { result?: T; error?: string };
      if (result === undefined) throw new Error(`h5py: ${error}`);
      return result;
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    await ended;
  }
}
