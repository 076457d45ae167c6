import { openTelescopeState, type TelescopeState } from '../../src/telstate/index.ts';
import { RedisServer } from '../support/redis-server.ts';
import { PythonPeer } from './python.ts';

/** A Redis server with the real katsdptelstate on one side of it, and ours on the other. */
export class Peers {
  readonly server: RedisServer;
  readonly python: PythonPeer;
  readonly state: TelescopeState;

  private constructor(server: RedisServer, python: PythonPeer, state: TelescopeState) {
    this.server = server;
    this.python = python;
    this.state = state;
  }

  static async start(): Promise<Peers> {
    const server = await RedisServer.start();
    const python = new PythonPeer(server.url);
    return new Peers(server, python, await openTelescopeState(server.url));
  }

  async close(): Promise<void> {
    await this.state.close();
    await this.python.close();
    await this.server.close();
  }
}
