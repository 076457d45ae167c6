import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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

  private constructor(port: number, settings: readonly string[]) {
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'alidade-redis-'));
    this.#settings = settings;
  }

  static async start(options: RedisServerOptions = {}): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), options.settings ?? []);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts again what was stopped or killed, on the same port and folder. */
  async start(): Promise<void> {
    const fixed = ['--bind', '127.0.0.1', '--port', String(this.port), '--dir', this.folder, '--save', ''];
    const child = spawn('redis-server', [...fixed, ...this.#settings], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      said += chunk;
    });
    const end = performance.now() + 10_000;
    while (!said.includes('Ready to accept connections')) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`redis-server did not start:\n${said}`);
      }
      await sleep(5);
    }
    child.stdout?.removeAllListeners('data').resume();
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

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
