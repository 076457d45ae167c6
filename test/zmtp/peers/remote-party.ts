import { type Program, runProgram } from '../../support/program.ts';
import type { Message } from './message.ts';
import type { PartyOptions, Role, Side } from './party.ts';

/** What a party in another process is asked; programs/party.ts and the Python of the interoperability suites do it. */
export type Request =
  | { readonly do: 'bind' | 'connect'; readonly endpoint: string }
  | { readonly do: 'subscribe'; readonly prefix: string }
  | { readonly do: 'send'; readonly messages: readonly Message[] }
  | { readonly do: 'receive'; readonly count: number }
  | { readonly do: 'stream'; readonly sizesBytes: readonly number[] }
  | { readonly do: 'close'; readonly lingerMs: number };

/** A socket in a process of its own, which can be killed. */
export class RemoteParty implements AsyncDisposable {
  readonly program: Program;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(program: Program) {
    this.program = program;
  }

  static start(side: Side, role: Role, options: PartyOptions = {}): RemoteParty {
    const file = new URL('../programs/party.ts', import.meta.url);
    return new RemoteParty(runProgram(file, [side, role, JSON.stringify(options)]));
  }

  bind(endpoint: string): Promise<string> {
    return this.#ask({ do: 'bind', endpoint });
  }

  connect(endpoint: string): Promise<void> {
    return this.#ask({ do: 'connect', endpoint });
  }

  subscribe(prefix: string): Promise<void> {
    return this.#ask({ do: 'subscribe', prefix });
  }

  /** Resolves when all are queued. */
  send(messages: readonly Message[]): Promise<void> {
    return this.#ask({ do: 'send', messages });
  }

  /** Summaries of the next `count` messages. */
  receive(count: number): Promise<string[]> {
    return this.#ask({ do: 'receive', count });
  }

  /** Sends from now on without end; see programs/party.ts. */
  stream(sizesBytes: readonly number[]): Promise<void> {
    return this.#ask({ do: 'stream', sizesBytes });
  }

  /** Closes the socket; then nothing may keep the process. @returns its exit code */
  async close(lingerMs = 0): Promise<number | string> {
    await this.#ask({ do: 'close', lingerMs });
    return this.program.ended;
  }

  async kill(): Promise<void> {
    this.program.child.kill('SIGKILL');
    await this.program.ended;
  }

  /** One question after the other: answers come in that order. */
  #ask<T>(request: Request): Promise<T> {
    const asked = this.#turn.then(async () => {
      this.program.child.stdin?.write(`${JSON.stringify(request)}\n`);
      return (JSON.parse(await this.program.line()) as { answer: T }).answer;
    });
    this.#turn = asked.catch(() => undefined);
    return asked;
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.program[Symbol.asyncDispose]();
  }
}
