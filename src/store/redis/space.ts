import { AlidadeError } from '../../shared/errors.ts';
import { type Key, keyBytes } from '../key.ts';
import { type PlainOperation, plainCondition, plainOperation } from '../normalize.ts';
import type {
  BatchResult,
  Condition,
  Operation,
  Outcome,
  Read,
  ResultOf,
  Space,
  SubscribeFilter,
  SubscribeOptions,
  Subscription,
} from '../store.ts';
import { decodeBatch, encodeBatch } from './batch.ts';
import { asBuffer, latin1, shown } from './bytes.ts';
import { readTogether, runScript } from './commander.ts';
import type { Argument, Connection } from './connection.ts';
import { replyCode } from './failures.ts';
import type { Group } from './group.ts';
import { packArguments } from './packed.ts';
import { nothing, readCommand, readResult, withScriptText } from './reads.ts';
import { scripts } from './scripts.ts';
import { setArguments, singleOf } from './single.ts';
import type { Subscriber } from './subscriber.ts';

/** One database of a Redis server. */
export class RedisSpace implements Space {
  readonly name: string;
  readonly location: string;
  #commands: Connection;
  #group: Group;
  #subscriber: Subscriber;

  constructor(name: string, location: string, commands: Connection, group: Group, subscriber: Subscriber) {
    this.name = name;
    this.location = location;
    this.#commands = commands;
    this.#group = group;
    this.#subscriber = subscriber;
  }

  async read<R extends Read>(read: R): Promise<ResultOf<R>> {
    const command = readCommand(read);
    try {
      const [name, ...args] = command;
      const reply =
        name === 'EVALSHA'
          ? await this.#group.run(scripts.entry, [args[2] as Buffer], [])
          : await this.#call(name, args);
      return readResult(read, reply) as ResultOf<R>;
    } catch (error) {
      if (replyCode(error) === 'WRONGTYPE') return nothing(read) as ResultOf<R>;
      throw this.#commands.failure(error, `reading ${read.read} of ${shown(keyBytes(read.key))}`);
    }
  }

  async readMany<const R extends readonly Read[]>(reads: R): Promise<{ [I in keyof R]: ResultOf<R[I]> }> {
    type Results = { [I in keyof R]: ResultOf<R[I]> };
    if (reads.length === 0) return [] as unknown as Results;
    const commands = reads.map(readCommand);
    this.#group.flush();
    try {
      const replies = await readTogether(this.#commands, commands, withScriptText);
      return reads.map((read, i) => {
        const reply = replies[i];
        // The entry script answers for a list of keys.
        if (!(reply instanceof Error))
          return readResult(read, read.read === 'entry' ? (reply as [unknown])[0] : reply);
        if (replyCode(reply) === 'WRONGTYPE') return nothing(read);
        throw reply;
      }) as unknown as Results;
    } catch (error) {
      throw this.#commands.failure(error, 'reading');
    }
  }

  async write(operation: Operation): Promise<Outcome> {
    return this.#write(plainOperation(operation));
  }

  async batch(conditions: readonly Condition[], operations: readonly Operation[]): Promise<BatchResult> {
    const plain = operations.map(plainOperation);
    const [only] = plain;
    if (conditions.length === 0 && plain.length === 1 && only !== undefined) {
      return { applied: true, outcomes: [await this.#write(only)] };
    }
    const sets = conditions.length === 0 ? setArguments(plain) : undefined;
    return sets === undefined ? this.#batch(conditions, plain) : this.#sets(plain, sets);
  }

  async keys(glob: Key = '*'): Promise<Uint8Array[]> {
    const pattern = asBuffer(keyBytes(glob));
    const matching: Argument[] = latin1(pattern) === '*' ? [] : ['MATCH', pattern];
    const found = new Map<string, Buffer>();
    let cursor: Argument = '0';
    try {
      do {
        const reply = await this.#call('SCAN', [cursor, ...matching, 'COUNT', '1000']);
        const [next, keys] = reply as [Buffer, Buffer[]];
        // SCAN may give a key more than once while the server rehashes.
        for (const key of keys) found.set(latin1(key), key);
        cursor = next.toString('latin1');
      } while (cursor !== '0');
    } catch (error) {
      throw this.#commands.failure(error, 'listing keys');
    }
    return [...found.values()].sort(Buffer.compare);
  }

  async clear(): Promise<void> {
    try {
      await this.#call('FLUSHDB', ['ASYNC']);
    } catch (error) {
      throw this.#commands.failure(error, 'clearing');
    }
  }

  subscribe(filter: SubscribeFilter, options: SubscribeOptions = {}): Promise<Subscription> {
    return this.#subscriber.subscribe(filter, options);
  }

  async mayBeHeard(channel: Key): Promise<boolean> {
    try {
      const [, exact] = (await this.#call('PUBSUB', ['NUMSUB', asBuffer(keyBytes(channel))])) as [
        Buffer,
        number,
      ];
      // Which patterns there are, the server does not tell.
      return exact > 0 || ((await this.#call('PUBSUB', ['NUMPAT'])) as number) > 0;
    } catch (error) {
      if (replyCode(error) === 'NOPERM') return true;
      throw this.#commands.failure(error, 'asking who listens');
    }
  }

  async #write(operation: PlainOperation): Promise<Outcome> {
    const single = singleOf(operation);
    if (single === undefined) {
      const result = await this.#batch([], [operation]);
      return result.applied ? (result.outcomes[0] as Outcome) : { changed: 0 };
    }
    const { call, args, outcome } = single;
    const key = asBuffer(operation.key);
    try {
      return outcome(
        typeof call === 'string'
          ? await this.#call(call, [key, ...args])
          : await this.#group.run(call, [key], args),
      );
    } catch (error) {
      if (replyCode(error) === 'WRONGTYPE') throw this.#wrongKind(operation);
      throw this.#commands.failure(error, `${operation.do} of ${shown(operation.key)}`);
    }
  }

  async #sets(operations: readonly PlainOperation[], args: readonly Argument[]): Promise<BatchResult> {
    try {
      const keys = operations.map(({ key }) => asBuffer(key));
      await this.#group.run(scripts.sets, keys, args);
    } catch (error) {
      throw this.#commands.failure(error, 'a batch');
    }
    return { applied: true, outcomes: operations.map(() => ({ changed: 1 })) };
  }

  async #batch(
    conditions: readonly Condition[],
    operations: readonly PlainOperation[],
  ): Promise<BatchResult> {
    const { keys, args } = encodeBatch(conditions.map(plainCondition), operations);
    if (keys.length === 0) return { applied: true, outcomes: [] };
    let reply: unknown;
    this.#group.flush();
    try {
      reply = await runScript(this.#commands, scripts.batch, keys, packArguments(args));
    } catch (error) {
      throw this.#commands.failure(error, 'a batch');
    }
    const result = decodeBatch(operations, reply);
    if ('wrongKind' in result) throw this.#wrongKind(operations[result.wrongKind] as PlainOperation);
    return result;
  }

  /** A command of its own, after what was asked for before it. */
  #call(name: string, args: readonly Argument[]): Promise<unknown> {
    this.#group.flush();
    return this.#commands.call(name, args);
  }

  #wrongKind(operation: PlainOperation): AlidadeError {
    return new AlidadeError(
      'ALI_WRONG_KIND',
      `${this.location}: ${operation.do} does not fit what key ${shown(operation.key)} holds; nothing was written`,
    );
  }
}
