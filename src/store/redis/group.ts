import { runScript } from './commander.ts';
import type { Argument, Connection } from './connection.ts';
import { replyCode } from './failures.ts';
import { type Script, scripts } from './scripts.ts';

/** A longer group would keep the server from others, and our own work apart from the server's. */
const mostAtOnce = 16;
/** Larger ones go alone: there is nothing to win. */
const mostBytes = 16 * 1024;

interface Step {
  readonly keys: readonly Buffer[];
  readonly args: readonly Argument[];
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Steps of one script that are asked for in one turn of the event loop go to the server as one command, each still
 * atomic by itself and with an outcome of its own: a command costs a client several times what a step costs the server.
 * Whatever else is sent meanwhile calls {@link flush} first, so that everything leaves in the order in which it was
 * asked for.
 */
export class Group {
  #connection: Connection;
  #script: Script = scripts.entry;
  #steps: Step[] = [];
  #scheduled = false;
  #alone = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** One step of a grouping script. Gives its reply; an error is a reply of the server or one of our own. */
  run(script: Script, keys: readonly Buffer[], args: readonly Argument[]): Promise<unknown> {
    if (this.#alone || sizeBytes(args) > mostBytes) {
      this.flush();
      return this.#runAlone(script, keys, args);
    }
    if (this.#script !== script) this.flush();
    if (this.#steps.length >= mostAtOnce) {
      this.flush();
      // The server begins with these while we are at the next.
      this.#connection.sendNow();
    }
    this.#script = script;
    return new Promise((resolve, reject) => {
      this.#steps.push({ keys, args, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      process.nextTick(() => {
        this.#scheduled = false;
        this.flush();
      });
    });
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#steps.length === 0) return;
    const steps = this.#steps;
    this.#steps = [];
    void this.#send(this.#script, steps);
  }

  async #send(script: Script, steps: readonly Step[]): Promise<void> {
    try {
      const keys = steps.flatMap((step) => step.keys);
      const replies = (await runScript(this.#connection, script, keys, flat(steps))) as unknown[];
      steps.forEach((step, i) => {
        settle(step, replies[i]);
      });
    } catch (error) {
      if (replyCode(error) === 'CROSSSLOT' && steps.length > 1) this.#sendAlone(script, steps);
      else for (const { reject } of steps) reject(error);
    }
  }

  /** A cluster takes no keys of several slots in one command, and has done nothing: from now on each goes alone. */
  #sendAlone(script: Script, steps: readonly Step[]): void {
    this.#alone = true;
    for (const { keys, args, resolve, reject } of steps)
      this.#runAlone(script, keys, args).then(resolve, reject);
  }

  #runAlone(script: Script, keys: readonly Buffer[], args: readonly Argument[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      void this.#send(script, [{ keys, args, resolve, reject }]);
    });
  }
}

function settle({ resolve, reject }: Step, reply: unknown): void {
  const failure = Array.isArray(reply) ? failureOf(reply) : undefined;
  if (failure === undefined) resolve(reply);
  else reject(failure);
}

/** The error of a step that failed: `['!', error]`, as an error reply inside a list has no form that all clients share. */
function failureOf([mark, text]: readonly unknown[]): Error | undefined {
  if (!(mark instanceof Uint8Array) || mark.length !== 1 || mark[0] !== '!'.charCodeAt(0)) return undefined;
  const error = new Error(String(text));
  error.name = 'ReplyError';
  return error;
}

function flat(steps: readonly Step[]): Argument[] {
  const all: Argument[] = [];
  for (const { args } of steps) for (const argument of args) all.push(argument);
  return all;
}

function sizeBytes(args: readonly Argument[]): number {
  let sum = 0;
  for (const argument of args) sum += argument.length;
  return sum;
}
