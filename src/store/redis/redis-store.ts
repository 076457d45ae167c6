import { AlidadeError } from '../../shared/errors.ts';
import { type Space, type SpaceName, type Store, spaceNames } from '../store.ts';
import { storeClosed } from '../store-closed.ts';
import { commandConnection } from './commander.ts';
import type { Connection } from './connection.ts';
import { Group } from './group.ts';
import { RedisSpace } from './space.ts';
import { Subscriber } from './subscriber.ts';
import type { RedisTarget } from './url.ts';

export interface RedisStoreOptions {
  readonly target: RedisTarget;
  readonly waitMs: number;
  readonly answerMs: number;
  readonly pingMs: number;
}

/** Where each space is, unless the URL names a database. */
const databases: Record<SpaceName, number> = { state: 0, shm: 1, config: 2 };

/** The spaces of one Redis server; each has a connection for commands and, once it is needed, one for notices. */
export class RedisStore implements Store {
  readonly location: string;
  #options: RedisStoreOptions;
  #spaces = new Map<SpaceName, Promise<RedisSpace>>();
  #connections = new Set<Connection>();
  #groups = new Set<Group>();
  #subscribers = new Set<Subscriber>();
  #closed: Promise<void> | undefined;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.location = options.target.location;
  }

  async space(name: SpaceName): Promise<Space> {
    return this.connectSpace(name, undefined);
  }

  /** As `space`; the signal gives up the first connection. */
  async connectSpace(name: SpaceName, signal: AbortSignal | undefined): Promise<Space> {
    if (this.#closed !== undefined) throw storeClosed(this.location);
    if (!spaceNames.includes(name)) {
      throw new AlidadeError(
        'ALI_NO_SUCH_SPACE',
        `${this.location} has no space '${name}'; its spaces are ${spaceNames.join(', ')}`,
      );
    }
    let space = this.#spaces.get(name);
    if (space === undefined) {
      space = this.#connect(name, signal);
      this.#spaces.set(name, space);
      space.catch(() => this.#spaces.delete(name));
    }
    return space;
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      for (const group of this.#groups) group.flush();
      await Promise.all([
        ...[...this.#subscribers].map((subscriber) => subscriber.close()),
        ...[...this.#connections].map((connection) => connection.close()),
      ]);
    })();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connect(name: SpaceName, signal: AbortSignal | undefined): Promise<RedisSpace> {
    const { target, waitMs, answerMs, pingMs } = this.#options;
    const database = target.database ?? databases[name];
    const connection = commandConnection({ target, database, waitMs, answerMs });
    this.#connections.add(connection);
    try {
      await connection.connect(signal);
    } catch (error) {
      this.#connections.delete(connection);
      throw error;
    }
    if (this.#closed !== undefined) {
      await connection.close();
      throw storeClosed(this.location);
    }
    const subscriber = new Subscriber({ target, database, waitMs, pingMs });
    this.#subscribers.add(subscriber);
    const group = new Group(connection);
    this.#groups.add(group);
    const location = `${this.location} (${name}, database ${database})`;
    return new RedisSpace(name, location, connection, group, subscriber);
  }
}
