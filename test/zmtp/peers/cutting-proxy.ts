import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { addressOf } from './raw-peer.ts';

/** After so many bytes in one direction a connection is cut; the next connection has the next cut, later ones none. */
export interface Cut {
  readonly direction: 'to server' | 'to client';
  readonly afterBytes: number;
}

/** Stands between a client and a server, passes bytes on, and cuts its connections where a suite wants it. */
export class CuttingProxy implements AsyncDisposable {
  readonly #target: string;
  readonly #server: Server;
  readonly #cuts: Cut[];
  readonly #sockets = new Set<Socket>();
  /** How many cuts were made. */
  cutCount = 0;

  private constructor(target: string, server: Server, cuts: readonly Cut[]) {
    this.#target = target;
    this.#server = server;
    this.#cuts = [...cuts];
    server.on('connection', (client) => this.#carry(client));
  }

  static async start(target: string, cuts: readonly Cut[]): Promise<CuttingProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    const proxy = new CuttingProxy(target, server, cuts);
    await once(server, 'listening');
    return proxy;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `tcp://127.0.0.1:${address.port}`;
  }

  #carry(client: Socket): void {
    const server = connect(addressOf(this.#target));
    const cut = this.#cuts.shift();
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    this.#pass(client, server, cut?.direction === 'to server' ? cut.afterBytes : Number.POSITIVE_INFINITY);
    this.#pass(server, client, cut?.direction === 'to client' ? cut.afterBytes : Number.POSITIVE_INFINITY);
  }

  #pass(from: Socket, to: Socket, afterBytes: number): void {
    let left = afterBytes;
    from.on('data', (chunk: Buffer) => {
      const passed = chunk.subarray(0, left);
      left -= passed.length;
      if (left > 0) {
        if (!to.write(passed)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
        return;
      }
      this.cutCount += 1;
      from.pause();
      // The bytes before the cut arrive; then the one side sees an end, the other a broken connection.
      to.end(passed, () => from.resetAndDestroy());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
