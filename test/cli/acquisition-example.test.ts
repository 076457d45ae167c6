/** The example of an acquisition: the commands of its README, through real processes. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { buildCommand, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';
import { freePort } from '../support/free-port.ts';
import { readmeBlocks, said } from '../support/readme.ts';

const blocks = readmeBlocks(resolve(import.meta.dirname, '../../examples/acquisition/README.md'));
const ready: Readonly<Record<string, RegExp>> = {
  source: /^sending/,
  buffer: /source connected/,
  writer: /REST at/,
};

beforeAll(buildCommand, 120_000);

test('the README does what it says', { timeout: 180_000 }, async () => {
  using folder = temporaryFolder();
  const ports = { 9999: await freePort(), 8082: await freePort(), 9555: await freePort() };
  const ported = (command: string) =>
    command.replaceAll(/9999|8082|9555/g, (port) => String(ports[port as '9999']));
  const shell = new Shell(folder.path, { XDG_RUNTIME_DIR: folder.path });
  const running = new Map<string, ChildProcess>();
  const outputs: string[] = [];
  try {
    for (const { name, command } of blocks) {
      if (name !== undefined) {
        const child = shell.startLine(`exec ${ported(command)}`);
        running.set(name, child);
        await said(child, ready[name] as RegExp);
        continue;
      }
      const { status, stdout, stderr } = await shell.sh(`set -e\n${ported(command)}`);
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: '' });
      outputs.push(stdout);
    }
    const [asked = '', , recorded = '', looked = ''] = outputs;
    expect(asked).toContain('"general/user": "e12345"'.replace(': ', ':'));
    expect(asked).toMatch(/"status":"writing","statistics":\{"start_pulse_id":1,/);
    const writer = running.get('writer') as ChildProcess;
    expect(writer.exitCode ?? (await once(writer, 'close'))[0]).toBe(0);
    const told = JSON.parse(await shell.said('record', 'show', 'data/run_1.h5', '--json'));
    expect(told.general).toMatchObject({ user: 'e12345', instrument: 'simulated' });
    expect(recorded).toMatch(/^data\/run_2\.h5: \d+ messages written/);
    expect(looked).toMatch(/SIM:IMAGE-001\/\n +data {2}uint16 \[\d+ × 240 × 320\] bitshuffle-lz4/);
    expect(looked).toMatch(/^ +SIM:CHARGE$/m);
    const [, ...rows] = readFileSync(join(folder.path, 'charge.csv'), 'utf8').trim().split('\n');
    const pulses = rows.map((row) => Number(row.split(',')[0]));
    // The buffer keeps what comes between two consumers.
    expect(pulses).toEqual(pulses.map((_, place) => (pulses[0] as number) + place));
    for (const name of ['buffer', 'source']) {
      const child = running.get(name) as ChildProcess;
      child.kill('SIGINT');
      expect((await once(child, 'close'))[0]).toBe(0);
    }
  } finally {
    for (const child of running.values()) child.kill('SIGKILL');
  }
});
