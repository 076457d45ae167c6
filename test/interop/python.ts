import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Described, describeValue } from './describe.ts';

/** One thing for the real katsdptelstate to do; see python/driver.py. Plain values are described on the way. */
export interface Call {
  readonly do: string;
  readonly on?: On | undefined;
  readonly args?: readonly unknown[];
  readonly named?: Readonly<Record<string, unknown>>;
}

/** Which telescope state of Python's is meant: by its backend, and by the views that lead to it. */
export interface On {
  readonly backend?: 'redis' | 'aio' | 'memory' | undefined;
  readonly views?: readonly { readonly name: string; readonly exclusive?: boolean }[];
}

/** What a call came to. */
export type Outcome = { readonly value: Described } | { readonly error: PythonFailure };

export interface PythonFailure {
  readonly module: string;
  /** The class of the exception and those it derives from. */
  readonly classes: readonly string[];
  readonly message: string;
}

/** An exception that Python raised. */
export class PythonError extends Error {
  readonly failure: PythonFailure;

  constructor(failure: PythonFailure) {
    super(`${failure.classes[0]}: ${failure.message}`);
    this.failure = failure;
  }
}

/** A value of the table in python/cases.py, as an argument. */
export class Named {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

interface Pending {
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: Error) => void;
}

/** A Python with the real katsdptelstate on a Redis server, which does what it is told. */
export class PythonPeer {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;

  constructor(redisUrl: string) {
    const driver = new URL('python/driver.py', import.meta.url).pathname;
    const child = spawn(pythonProgram(), ['-B', driver, redisUrl], {
      env: { ...process.env, PYTHONUTF8: '1' },
    });
    this.#child = child;
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, outcomes } = JSON.parse(line) as { id: number; outcomes: readonly Outcome[] };
      this.#pending.get(id)?.resolve(outcomes);
      this.#pending.delete(id);
    });
    const fail = (why: string) => {
      for (const { reject } of this.#pending.values()) reject(new Error(`Python ${why}: ${errors}`));
      this.#pending.clear();
    };
    child.once('error', (error) => fail(error.message));
    child.once('close', (status) => fail(`ended with status ${status}`));
    child.stdin.on('error', () => undefined);
  }

  /** Does these calls one after the other, whatever becomes of each. */
  run(calls: readonly Call[]): Promise<readonly Outcome[]> {
    const id = this.#nextId++;
    const answered = new Promise<readonly Outcome[]>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
    });
    this.#child.stdin.write(`${JSON.stringify({ id, calls: calls.map(described) })}\n`);
    return answered;
  }

  /** Does these calls one after the other. @throws PythonError of the first that failed. */
  async all(calls: readonly Call[]): Promise<Described[]> {
    return (await this.run(calls)).map(valueIn);
  }

  /** @throws PythonError */
  async call(name: string, args: readonly unknown[] = [], rest: Omit<Call, 'do' | 'args'> = {}) {
    const [value] = await this.all([{ ...rest, do: name, args }]);
    return value as Described;
  }

  /** The class of the exception that the call raises; throws when it raises none. */
  async errorOf(name: string, args: readonly unknown[] = [], rest: Omit<Call, 'do' | 'args'> = {}) {
    const [outcome] = await this.run([{ ...rest, do: name, args }]);
    if (outcome === undefined || 'value' in outcome) {
      throw new Error(`Python's ${name} raised nothing: ${JSON.stringify(outcome)}`);
    }
    return outcome.error.classes[0];
  }

  async close(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.end();
    await closed;
  }
}

/** @throws PythonError where the call failed. */
export function valueIn(outcome: Outcome): Described {
  if ('error' in outcome) throw new PythonError(outcome.error);
  return outcome.value;
}

function described({ args = [], named = {}, ...call }: Call): object {
  const entries = Object.entries(named).map(([name, value]) => [name, describeArgument(value)]);
  return { ...call, args: args.map(describeArgument), named: Object.fromEntries(entries) };
}

function describeArgument(value: unknown): Described {
  return value instanceof Named ? ['case', value.name] : describeValue(value);
}

/** The Python that `npm run interop` has set up. */
export function pythonProgram(): string {
  const python = process.env.ALIDADE_PYTHON;
  if (python === undefined)
    throw new Error('these suites run by `npm run interop`, which sets up their Python');
  return python;
}
