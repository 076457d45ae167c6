/** The example of a stream: the commands of its README, through real processes. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { readmeBlocks, said } from '../support/readme.ts';

const root = resolve(import.meta.dirname, '../..');
const blocks = readmeBlocks(join(root, 'examples/stream/README.md'));

beforeAll(buildCommand, 120_000);

test('the README does what it says', { timeout: 180_000 }, async () => {
  using folder = temporaryFolder();
  symlinkSync(join(root, 'examples'), join(folder.path, 'examples'));
  const [source, buffer] = [await freePort(), await freePort(1000)];
  const ported = (command: string) =>
    command
      .replaceAll('9999', String(source))
      .replaceAll('8082', String(buffer))
      .replaceAll('9082', String(buffer + 1000))
      .replaceAll(/examples\/stream(?=\/\w+\.ts)/g, join(root, 'examples/stream'));
  const shell = new Shell(folder.path);
  const running: ChildProcess[] = [];
  const outputs: string[] = [];
  try {
    for (const { name, command } of blocks) {
      if (name !== undefined) {
        const child = shell.startLine(`exec ${ported(command)}`);
        running.push(child);
        await said(child, name === 'source' ? /^sending/ : /source connected/);
        continue;
      }
      const { status, stdout, stderr } = await shell.sh(`set -e\n${ported(command)}`);
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
      outputs.push(stdout);
    }
    const pulses = readFileSync(join(folder.path, 'charge.jsonl'), 'utf8').trim().split('\n');
    const ids = pulses.map((line) => (JSON.parse(line) as { pulse_id: number }).pulse_id);
    expect(ids).toEqual(ids.map((_, place) => (ids[0] as number) + place));
    const [, looked, charge, status] = outputs;
    expect(looked).toContain('SIM:WAVEFORM-001');
    expect(looked).toMatch(/camera\.png: SIM:IMAGE-001 of pulse \d+, 320 x 240/);
    expect(charge).toMatch(/^50 pulses, mean charge \d{3}\.\d\d pC\n$/);
    expect(JSON.parse(status ?? '')).toMatchObject({ fanOut: 'pub', dropped: { undecodable: 0 } });
    for (const child of running.toReversed()) {
      child.kill('SIGINT');
      expect((await once(child, 'close'))[0]).toBe(0);
    }
  } finally {
    for (const child of running) child.kill('SIGKILL');
  }
});
