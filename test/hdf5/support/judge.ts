import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { debianPython } from '../../support/require-server.ts';
import type { FileModel, State } from './file-model.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: string;
  readonly following?: number;
}

/** What h5py and numpy need to know to make a chunk. */
export interface ChunkToEncode {
  readonly filter: number;
  readonly options?: readonly number[];
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** One Python process with h5py that looks at many files; see judge.py. */
export class Judge implements AsyncDisposable {
  readonly #child = spawn(debianPython, [new URL('./judge.py', import.meta.url).pathname], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // What the user has chosen for other files does not concern these.
    env: { PATH: process.env.PATH },
  });
  readonly #lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  #last: Promise<unknown> = Promise.resolve();
  #models = 0;

  /** Gives the judge what was written, for {@link check}. Returns the name that the judge knows it by. */
  async learn(model: FileModel, folder: string): Promise<string> {
    const name = `model ${this.#models++}`;
    await this.#ask({ do: 'model', name, file: model.save(folder) });
    return name;
  }

  /** What is wrong with the file at `path`: undefined when it holds `state`, and of the rest what was written. */
  async check(model: string, path: string, state: State, exact = false): Promise<string | undefined> {
    const { error } = await this.#answer({ do: 'check', model, path, state, exact });
    return error;
  }

  /** What is wrong with a file that is to hold all that was written, and nothing more. */
  async checkWhole(model: FileModel, path: string, folder: string): Promise<string | undefined> {
    return this.check(await this.learn(model, folder), path, model.state(), true);
  }

  /** A ready-made chunk, as libhdf5 and the filter's plugin write it. */
  async encode({ filter, options = [], dtype, shape, bytes }: ChunkToEncode): Promise<Uint8Array> {
    const text = Buffer.from(bytes).toString('base64');
    const encoded = await this.#ask({ do: 'encode', filter, options, dtype, shape, bytes: text });
    return Buffer.from(encoded as string, 'base64');
  }

  /** Opens the file `times` times as a plain reader; each row of the dataset must hold its number. */
  openOften(
    path: string,
    dataset: string,
    times: number,
  ): Promise<{ failures: string[]; sizes: number; rows: number }> {
    return this.#ask({ do: 'open often', path, dataset, times }) as Promise<{
      failures: string[];
      sizes: number;
      rows: number;
    }>;
  }

  /** Follows a growing dataset as a live reader; `following` resolves with the rows seen first. */
  follow(
    path: string,
    dataset: string,
    rows: number,
  ): { following: Promise<number>; seen: Promise<number[]> } {
    const following = Promise.withResolvers<number>();
    const seen = this.#answer({ do: 'follow', path, dataset, rows }, following.resolve).then((answer) => {
      following.reject(new Error(answer.error));
      return resultOf(answer) as number[];
    });
    return { following: following.promise, seen };
  }

  async #ask(work: object): Promise<unknown> {
    return resultOf(await this.#answer(work));
  }

  /** One after the other: answers come in the order of the work. */
  #answer(work: object, onFollowing?: (rows: number) => void): Promise<Answer> {
    const answer = this.#last.then(async () => {
      this.#child.stdin.write(`${JSON.stringify(work)}\n`);
      for (;;) {
        const { done, value } = await this.#lines.next();
        if (done === true) throw new Error('the judge ended before it answered');
        const said = JSON.parse(value) as Answer;
        if (said.following === undefined) return said;
        onFollowing?.(said.following);
      }
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    // It may be in the midst of following a file.
    this.#child.kill('SIGKILL');
    await ended;
  }
}

function resultOf({ result, error }: Answer): unknown {
  if (error !== undefined) throw new Error(`h5py: ${error}`);
  return result;
}
