/**
 * What operators typed and saw with the tools of dripline, typed here. Of v1 the line of the reply is compared, with its
 * dictionary in alphabetical order and without colours; of v3, whose tool prints a report, the code and the payload.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { differencesOf } from '../control/differences.ts';
import { buildCommand, linesOf, Shell } from '../support/command.ts';
import { temporaryFolder } from '../support/folder.ts';

const root = resolve(import.meta.dirname, '../..');
const transcripts = JSON.parse(
  readFileSync(join(root, 'test/fixtures/control/cli-transcripts.json'), 'utf8'),
) as Readonly<Record<'v1' | 'v3', readonly string[]>>;
const differences = differencesOf('cli');

let folder: ReturnType<typeof temporaryFolder>;
let shell: Shell;
let service: ChildProcessWithoutNullStreams;
beforeAll(buildCommand, 120_000);
afterEach(() => {
  service.kill('SIGKILL');
  folder[Symbol.dispose]();
});

async function serve(file: string, wire: string): Promise<void> {
  folder = temporaryFolder();
  shell = new Shell(folder.path);
  for (const name of ['kv-seed.yaml', 'kv-v3.yaml']) {
    copyFileSync(join(root, 'test/fixtures/control/configs', name), join(folder.path, name));
  }
  service = shell.start('control', 'serve', '-c', file, '--wire', wire, '--bus', 'local:');
  await linesOf(service).next();
}

/** The line of the reply, its two keys in alphabetical order. */
function lineIn(transcript: string): string {
  const line = transcript.split('\n').find((one) => one.includes('(ret:')) ?? '';
  return stripVTControlCharacters(line).replace(/\{('value_raw': .*), ('value_cal': .*)\}$/, '{$2, $1}');
}

test('dragonfly of v1', { timeout: 180_000 }, async () => {
  await serve('kv-seed.yaml', 'v1');
  const judged: string[] = [];
  // What the recording did in between.
  await shell.sh('dragonfly set chips 2.5');
  for (const transcript of transcripts.v1) {
    const [command = ''] = transcript.split('\n');
    if (command === '$ dragonfly get waffles') await shell.sh('dragonfly set waffles abc');
    const { stdout } = await shell.sh(command.slice(2));
    const found = stdout.trim().replace(/[\da-f]{32}/, '<key>');
    const difference = differences.get(command);
    expect({ command, found }).toEqual({ command, found: difference?.ours ?? lineIn(transcript) });
    judged.push(command);
  }
  expect(judged).toHaveLength(transcripts.v1.length);
});

/** `dl-agent -s SPEC VERB TARGET VALUES…` in our words. */
function inOurWords(command: string): string[] {
  const words = command.split(' ').slice(2);
  const specifier = words[0] === '-s' ? words.splice(0, 2)[1] : undefined;
  const [verb = '', target = '', ...values] = words;
  const whole = specifier === undefined ? target : `${target}.${specifier}`;
  return ['control', verb, whole, ...values, '--wire', 'v3', '--json'];
}

function reportIn(transcript: string): object {
  const [, payload = ''] = /^Payload: ([\s\S]*?)\nReturn Code/m.exec(transcript) ?? [];
  const members = [...payload.matchAll(/^ {4}(\w+) : (.*)$/gm)].map(([, key = '', value]) => [
    key,
    Number(value),
  ]);
  return {
    code: Number(/^Return Code: (\d+)$/m.exec(transcript)?.[1]),
    payload: payload === 'null' ? null : Object.fromEntries(members),
    message: /^Return Message: (.*)$/m.exec(transcript)?.[1],
  };
}

test('dl-agent of v3', { timeout: 180_000 }, async () => {
  await serve('kv-v3.yaml', 'v3');
  for (const transcript of transcripts.v3) {
    const [command = ''] = transcript.split('\n');
    // There is no verb that sends an alert by hand.
    if (command.startsWith('$ dl-agent alert')) continue;
    if (command === '$ dl-agent set chips 3') await shell.alidade('control', 'lock', 'chips');
    const { status, stdout } = await shell.alidade(...inOurWords(command));
    const { code, payload, message } = JSON.parse(stdout);
    const difference = differences.get(command);
    if (difference !== undefined) expect({ code, exit: status }).toEqual(difference.ours);
    else expect({ command, code, payload, message }).toEqual({ command, ...reportIn(transcript) });
  }
});
