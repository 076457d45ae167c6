import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface RedisServerOptions {
  /** Further settings, as on the command line: `['--requirepass', 'x']`. */
  readonly settings?: readonly string[] | undefined;
}

/** A redis-server of a test's own, on a free port of the loopback, with a folder of its own. */
export class RedisServer {
  readonly port: number;
  readonly folder: string;
  #settings: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string, settings: readonly string[]) {
    this.port = port;
    this.folder = folder;
    this.#settings = settings;
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    for (let tries = 1; ; tries++) {
      const folder = mkdtempSync(join(tmpdir(), 'alidade-redis-'));
      const server = new RedisServer(await freePort(), folder, options.settings ?? []);
      try {
        await server.start();
        return server;
      } catch (error) {
        await server.close();
        // Somebody else may have been faster to take the port.
        if (tries === 3) throw error;
      }
    }
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts again what was stopped or killed, on the same port and folder. */
  async start(): Promise<void> {
    const fixed = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder, '--save', ''];
    const child = spawn('redis-server', [...fixed, ...this.#settings], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
        if (said.includes('Ready to accept connections')) resolve();
      });
    }
    child.once('error', reject);
    child.once('close', () => reject(new Error(`redis-server did not start:\n${said}`)));
    await ready;
    for (const stream of [child.stdout, child.stderr]) stream.removeAllListeners('data').resume();
  }

  /** Runs the stopped server on a port that its clients do not know: what is written there, they find when they are back. */
  async unseen(work: (server: RedisServer) => Promise<void>): Promise<void> {
    const server = new RedisServer(await freePort(), this.folder, this.#settings);
    await server.start();
    try {
      await work(server);
    } finally {
      await server.stop();
    }
  }

  /** Ends the server as SIGTERM does: it saves what it is told to save, and says goodbye. */
  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  /** Ends the server as kill -9 does. */
  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Stops the server's process without ending it: connections stay open and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends the server and takes its folder away. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Sends commands and gives the raw reply: for what a test does behind the store's back. */
  async command(...words: (string | Uint8Array)[]): Promise<string> {
    const socket = connect(this.port, '127.0.0.1');
    try {
      const parts = words.map((word) => Buffer.from(word as string));
      const head = Buffer.from(`*${parts.length}\r\n`);
      socket.write(
        Buffer.concat([
          head,
          ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')]),
        ]),
      );
      const [reply] = (await once(socket, 'data')) as [Buffer];
      return reply.toString('latin1').trimEnd();
    } finally {
      socket.destroy();
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT');
    await exited;
  }
}
