import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.ts';
import { type Program, runCommand } from './program.ts';
import { findProgram } from './require-server.ts';

export interface RabbitmqServerOptions {
  /** Lines of rabbitmq.conf. */
  readonly settings?: readonly string[] | undefined;
}

/**
 * Starts what is run, says its process ids, and ends it when its standard input does: at the latest when the test
 * program is gone, and then takes its folder away, as nobody else will. Erlang's port mapper is ours as well, on a port of its own; else the server would leave one behind.
 */
const guard = `
exec 3<&0
"$EPMD" -port "$ERL_EPMD_PORT" -address 127.0.0.1 >/dev/null 2>&1 </dev/null & epmd=$!
"$SERVER" 2>&1 </dev/null & server=$!
echo "pids $server $epmd"
{
  read -r word <&3
  kill -9 "$server" "$epmd" 2>/dev/null
  [ "$word" = keep ] || { sleep 1; rm -rf "$HOME"; }
} &
wait "$server"
kill -9 "$epmd" 2>/dev/null
echo "server ended"
wait
`;

/** A RabbitMQ of a test's own, on free ports of the loopback, with a folder of its own. Its start takes seconds. */
export class RabbitmqServer {
  readonly port: number;
  readonly folder: string;
  readonly #programs: string;
  readonly #env: NodeJS.ProcessEnv;
  #guard: Program | undefined;
  #pid = 0;

  private constructor(
    port: number,
    ports: { epmd: number; distribution: number },
    settings: readonly string[],
  ) {
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'alidade-rabbitmq-'));
    // What is on PATH as root changes to the user of the package, which may not write here.
    this.#programs = dirname(realpathSync(findProgram('rabbitmq-server') ?? ''));
    const file = (name: string) => join(this.folder, name);
    const listeners = `listeners.tcp.1 = 127.0.0.1:${port}`;
    writeFileSync(file('rabbitmq.conf'), `${[listeners, ...settings].join('\n')}\n`);
    writeFileSync(file('enabled_plugins'), '[].\n');
    for (const name of ['mnesia', 'log']) mkdirSync(file(name));
    this.#env = {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: this.folder,
      RABBITMQ_CONF_ENV_FILE: '/dev/null',
      RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
      RABBITMQ_MNESIA_BASE: file('mnesia'),
      RABBITMQ_LOG_BASE: file('log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_NODENAME: `alidade${port}@localhost`,
      RABBITMQ_DIST_PORT: String(ports.distribution),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2',
      // The start script gives its place to the server only then, so that its process id is the server's.
      NOTIFY_SOCKET: '/dev/null',
      ERL_EPMD_PORT: String(ports.epmd),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      EPMD: findProgram('epmd'),
      SERVER: join(this.#programs, 'rabbitmq-server'),
    };
  }

  static async start(options: RabbitmqServerOptions = {}): Promise<RabbitmqServer> {
    const ports = { epmd: await freePort(), distribution: await freePort() };
    const server = new RabbitmqServer(await freePort(), ports, options.settings ?? []);
    await server.start();
    return server;
  }

  get url(): string {
    return `amqp://127.0.0.1:${this.port}`;
  }

  /** Starts again what was stopped or killed, on the same ports and folder. */
  async start(): Promise<void> {
    const program = runCommand('/bin/sh', ['-c', guard], { env: this.#env });
    this.#guard = program;
    const said: string[] = [];
    for (;;) {
      const line = await program.line();
      said.push(line);
      const pids = /^pids (\d+)/.exec(line);
      if (pids !== null) this.#pid = Number(pids[1]);
      if (line.includes('Server startup complete')) break;
      if (line === 'server ended') throw new Error(`RabbitMQ did not start:\n${said.join('\n')}`);
    }
  }

  /** Ends the server as SIGTERM does: it tells its clients. */
  async stop(): Promise<void> {
    process.kill(this.#pid, 'SIGTERM');
    for (let line = ''; line !== 'server ended'; ) line = (await this.#guard?.line()) ?? line;
    await this.kill();
  }

  /** Ends the server as kill -9 does. */
  async kill(): Promise<void> {
    const program = this.#guard;
    this.#guard = undefined;
    program?.child.stdin?.end('keep\n');
    await program?.ended;
  }

  /** Stops the server's process without ending it: connections stay open and nothing answers. */
  pause(): void {
    process.kill(this.#pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.#pid, 'SIGCONT');
  }

  /** Ends the server and takes its folder away. */
  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Runs `rabbitmqctl`; gives what it prints. Takes about two seconds. */
  async control(...args: readonly string[]): Promise<string> {
    const child = spawn(join(this.#programs, 'rabbitmqctl'), ['--quiet', ...args], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk;
      });
    }
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`rabbitmqctl ${args.join(' ')}: ${said}`);
    return said;
  }
}
