import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type GreetingOptions, greeting, readFrame, ready, type WireFrame } from './wire.ts';

/** The port or path of an endpoint, as node:net takes it. */
export function addressOf(endpoint: string): { port: number; host: string } | { path: string } {
  if (endpoint.startsWith('ipc://')) return { path: endpoint.slice('ipc://'.length) };
  const { hostname, port } = new URL(endpoint);
  return { host: hostname, port: Number(port) };
}

/** A bare connection on which a suite says byte by byte what it wants, and reads what comes back. */
export class RawPeer implements AsyncDisposable {
  readonly socket: Socket;
  /** Resolves when the other side has ended the connection or broken it off. */
  readonly gone: Promise<void>;
  /** What was received lies before `#end`; of that, what was not read yet from `#start` on. */
  #store = Buffer.alloc(64 * 1024);
  #start = 0;
  #end = 0;
  #isOver = false;
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      this.#append(chunk);
      this.#wake();
    });
    this.gone = new Promise((resolve) => {
      const over = () => {
        this.#isOver = true;
        this.#wake();
        resolve();
      };
      socket.once('end', over);
      socket.once('close', over);
    });
  }

  static async connect(endpoint: string): Promise<RawPeer> {
    const socket = connect(addressOf(endpoint));
    await once(socket, 'connect');
    return new RawPeer(socket);
  }

  write(...bytes: readonly Uint8Array[]): void {
    this.socket.write(Buffer.concat(bytes));
  }

  /** The next `count` bytes. */
  async read(count: number): Promise<Buffer> {
    while (this.#end - this.#start < count) await this.#more();
    return this.#take(count);
  }

  async readFrame(): Promise<WireFrame> {
    for (;;) {
      const found = readFrame(this.#store.subarray(this.#start, this.#end));
      if (found !== undefined) {
        this.#take(found.end);
        return found.frame;
      }
      await this.#more();
    }
  }

  async readMessage(): Promise<Buffer[]> {
    const frames: Buffer[] = [];
    for (;;) {
      const { isCommand, hasMore, body } = await this.readFrame();
      if (isCommand) continue;
      frames.push(body);
      if (!hasMore) return frames;
    }
  }

  /** Greeting and READY of both sides. @returns what the other side's READY says */
  async handshake(role: string, options: GreetingOptions = {}): Promise<WireFrame> {
    this.write(greeting(options));
    await this.read(64);
    this.write(ready({ 'Socket-Type': role }));
    return this.readFrame();
  }

  async #more(): Promise<void> {
    if (this.#isOver) throw new Error('the connection was ended');
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  #append(chunk: Buffer): void {
    if (this.#end + chunk.length > this.#store.length) {
      const grown = Buffer.alloc(2 * (this.#end + chunk.length));
      this.#store.copy(grown, 0, 0, this.#end);
      this.#store = grown;
    }
    chunk.copy(this.#store, this.#end);
    this.#end += chunk.length;
  }

  #take(count: number): Buffer {
    this.#start += count;
    return this.#store.subarray(this.#start - count, this.#start);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.closed) return;
    this.socket.destroy();
    await once(this.socket, 'close');
  }
}

/** Accepts connections for a suite that plays the binding side itself. */
export class RawServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #arrived: RawPeer[] = [];
  readonly #all: RawPeer[] = [];
  #wake = () => {};

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      const peer = new RawPeer(socket);
      this.#arrived.push(peer);
      this.#all.push(peer);
      this.#wake();
    });
  }

  static async listen(port = 0): Promise<RawServer> {
    const server = createServer({ allowHalfOpen: false }).listen(port, '127.0.0.1');
    const raw = new RawServer(server);
    await once(server, 'listening');
    return raw;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return `tcp://127.0.0.1:${address.port}`;
  }

  /** The next connection. */
  async accept(): Promise<RawPeer> {
    for (;;) {
      const peer = this.#arrived.shift();
      if (peer !== undefined) return peer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const peer of this.#all) await peer[Symbol.asyncDispose]();
    await closed;
  }
}
