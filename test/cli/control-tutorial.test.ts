/** The tutorial: the commands of its README, through real processes, on a local bus and on a real RabbitMQ. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { RabbitmqServer } from '../support/rabbitmq-server.ts';
import { requireServer } from '../support/require-server.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'examples/kv-store/README.md'), 'utf8');
const [tutorial = ''] = readme.split('## On a broker');

/** The fenced blocks in their order: what is typed, and what is printed then. */
const blocks = [...tutorial.matchAll(/^```(sh|text)(?: (\w+))?\n(.*?)^```$/gms)].map(
  ([, kind = '', role = '', text = '']) => ({ kind, role, text: text.trim() }),
);

beforeAll(buildCommand, 120_000);

/** Follows the tutorial with these words behind each command that goes over the bus. */
async function follow(words: string, skipped: RegExp): Promise<void> {
  using folder = temporaryFolder();
  symlinkSync(join(root, 'examples'), join(folder.path, 'examples'));
  const shell = new Shell(folder.path);
  const running: ChildProcessWithoutNullStreams[] = [];
  let monitored: AsyncIterator<string> | undefined;
  let printed = '';
  const line = (command: string) => (command.includes(' check ') ? command : `${command} ${words}`);
  try {
    for (const { kind, role, text } of blocks) {
      if (kind === 'text') {
        if (role === 'monitor') {
          for (const expected of text.split('\n')) expect((await monitored?.next())?.value).toBe(expected);
        } else expect(printed.trim()).toBe(text);
        continue;
      }
      for (const command of text.split('\n').map((one) => one.replace('npx ', ''))) {
        if (skipped.test(command)) continue;
        if (role === 'service' || role === 'monitor') {
          const child = shell.startLine(`exec ${line(command)}`);
          running.push(child);
          const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
          if (role === 'service')
            expect((await lines.next()).value).toContain('serving my_store (5 endpoints)');
          else {
            await once(child.stderr, 'data');
            monitored = lines;
          }
          continue;
        }
        const { status, stdout, stderr } = await shell.sh(line(command));
        expect({ command, status, stderr }).toEqual({
          command,
          status: role === 'fails' ? 3 : 0,
          stderr: role === 'fails' ? expect.stringContaining('pears') : expect.not.stringContaining('ALI_'),
        });
        printed = stdout;
      }
    }
  } finally {
    for (const child of running.reverse()) {
      const ended = once(child, 'exit');
      child.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
    }
  }
}

test('the README has what the test follows', () => {
  expect(blocks.filter(({ role }) => role !== '').map(({ kind, role }) => `${kind} ${role}`)).toEqual([
    'sh service',
    'sh fails',
    'sh monitor',
    'text monitor',
  ]);
});

test('works as written, on a local bus', { timeout: 180_000 }, () => follow('', /^$/));

describe.skipIf(!requireServer('rabbitmq-server', 'the tutorial of slow control on RabbitMQ'))(
  'on RabbitMQ',
  () => {
    test('works as written, in the generation of the tutorial', { timeout: 120_000 }, async () => {
      const server = await RabbitmqServer.start();
      try {
        const broker = `-b ${server.url.replace('amqp://', '')}`;
        // A broker does not tell who is there, and the README does not wait for heartbeats.
        await follow(`${broker} --wire v1`, / list/);
      } finally {
        await server.close();
      }
    });
  },
);
