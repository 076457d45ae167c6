import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Script, scripts } from '../../src/store/redis/scripts.ts';

const execute = promisify(execFile);

/** What a C client that does nothing else gets through the same script on one connection, 64 commands in the pipeline. */
export class RedisLimit {
  #port: number;

  private constructor(port: number) {
    this.#port = port;
  }

  static async prepare(port: number): Promise<RedisLimit> {
    for (const { lua } of [scripts.add, scripts.entry]) {
      await execute('redis-cli', ['-p', String(port), 'SCRIPT', 'LOAD', lua]);
    }
    return new RedisLimit(port);
  }

  /** Each member is another, of the length of a sample that is a float64. */
  adds(key: string, count: number): Promise<number> {
    return this.#perSecond(count, scripts.add, [key, 'p', `update/${key}`, '', '1', 'time__rand_int__!']);
  }

  entries(key: string, count: number): Promise<number> {
    return this.#perSecond(count, scripts.entry, [key]);
  }

  async #perSecond(count: number, { sha }: Script, args: readonly string[]): Promise<number> {
    const options = [
      '-p',
      String(this.#port),
      '-c',
      '1',
      '-P',
      '64',
      '-n',
      String(count),
      '-r',
      '999999999999',
    ];
    const { stdout } = await execute('redis-benchmark', [...options, '--csv', 'EVALSHA', sha, '1', ...args]);
    // "test","rps","avg_latency_ms",…
    return Number(stdout.trim().split('\n').at(-1)?.split('","')[1]);
  }
}
