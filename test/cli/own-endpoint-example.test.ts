/** The example of an endpoint of one's own: the commands of its README, through real processes. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { beforeAll, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'examples/own-endpoint/README.md'), 'utf8');
const blocks = [...readme.matchAll(/^```sh(?: (\w+))?\n(.*?)^```$/gms)].map(([, role, text = '']) => ({
  role,
  commands: text.trim().replaceAll('npx ', '').split('\n'),
}));

beforeAll(buildCommand, 120_000);

test('the README works as written', { timeout: 180_000 }, async () => {
  using folder = temporaryFolder();
  symlinkSync(join(root, 'examples'), join(folder.path, 'examples'));
  const shell = new Shell(folder.path);
  const printed = new Map<string, string>();
  let service: ChildProcessWithoutNullStreams | undefined;
  try {
    for (const { role, commands } of blocks) {
      for (const command of commands) {
        if (role === 'service') {
          service = shell.startLine(`exec ${command}`);
          const [line] = await once(createInterface({ input: service.stdout }), 'line');
          expect(line).toContain('serving oven_service (3 endpoints)');
          continue;
        }
        const { status, stdout, stderr } = await shell.sh(command);
        if (role === 'fails') {
          expect(`${stdout}${stderr}`).toContain('oven_setpoint takes a number from 20 to 250 degC, not 400');
          expect(status).not.toBe(0);
        } else expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
        printed.set(command.replace('alidade control ', ''), stdout);
      }
    }
  } finally {
    if (service !== undefined) {
      const ended = once(service, 'exit');
      service.kill('SIGINT');
      expect(await ended).toEqual([0, null]);
    }
  }
  expect(blocks.map(({ role }) => role)).toEqual([undefined, 'service', undefined, 'fails']);
  expect(printed.get('get oven_setpoint')).toContain("'value_raw': '90'");
  expect(printed.get('get oven_temperature')).toMatch(/'value_cal': 29[3-9]\.\d+, 'value_raw': '2\d\.\d\d'/);
});
