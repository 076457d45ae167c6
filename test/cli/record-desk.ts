import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type ChannelSpec, Sender, type SentValues } from '../../src/bsread/index.ts';
import { finished, type Result, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

/** The time of pulse 100. */
export const startNs = 1_795_000_000_000_000_000n;

/** A folder with a shell, and a sender whose stream is recorded; what it opens is closed with the test. */
export class Desk {
  readonly shell: Shell;
  readonly folder: string;
  readonly sender: Sender;
  readonly address: string;

  private constructor(folder: string, sender: Sender) {
    this.folder = folder;
    mkdirSync(join(folder, 'run'), { mode: 0o700 });
    this.shell = new Shell(folder, {
      XDG_RUNTIME_DIR: join(folder, 'run'),
      TMPDIR: folder,
      COLUMNS: '60',
    });
    this.sender = sender;
    this.address = sender.endpoints[0] as string;
  }

  static async open(channels?: readonly ChannelSpec[]): Promise<Desk> {
    const folder = temporaryFolder();
    const sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*', channels });
    onTestFinished(async () => {
      await sender.close();
      folder[Symbol.dispose]();
    });
    return new Desk(folder.path, sender);
  }

  /** Sends pulse after pulse, from 100 on, ten milliseconds apart. */
  async send(count: number, valuesAt: (at: number) => SentValues, first = 0): Promise<void> {
    for (let at = first; at < first + count; at++) {
      await this.sender.send(valuesAt(at), {
        pulseId: 100n + BigInt(at),
        timestampNs: startNs + BigInt(at) * 10_000_000n,
      });
    }
  }

  /** Records this many messages into a file. */
  async record(file: string, count: number, valuesAt: (at: number) => SentValues): Promise<string> {
    const done = this.shell.alidade('record', 'start', this.address, file, '--to', String(99 + count));
    await this.send(count, valuesAt);
    const { status, stdout, stderr } = await done;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }

  /** A recording that goes on. */
  start(
    file: string,
    ...args: readonly string[]
  ): { child: ChildProcessWithoutNullStreams; done: Promise<Result> } {
    const child = this.shell.start('record', 'start', this.address, file, ...args);
    onTestFinished(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    });
    return { child, done: finished(child) };
  }

  /** What a running recording says of itself, once it has written so many messages. */
  async written(file: string, count: number): Promise<Record<string, unknown>> {
    for (;;) {
      const { stdout } = await this.shell.alidade('record', 'status', file, '--json');
      const found = stdout === '' ? undefined : JSON.parse(stdout);
      if (found?.status.written === count) return found;
    }
  }
}

/** Values of a test that asks for no others. */
export const counts = (at: number) => ({ COUNT: at, SINE: Math.sin(at / 10) });
