/**
 * A process that measures: `ours` from the wire to the closed file, or the `plain` write of the same bytes, synced as
 * often as ours commits. `writer.ts ours|plain FOLDER`; lines of JSON in and out.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Source } from '../../src/bsread/index.ts';
import { Recorder } from '../../src/recording/index.ts';
import { type CaseName, cases, messageMaker } from './cases.ts';

export interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly messages: number;
  readonly bytes: number;
}

const [who = '', folder = ''] = process.argv.slice(2);
const path = join(folder, `${who}.h5`);
const syncEveryMs = 1000;

async function ours(name: CaseName): Promise<Cost> {
  const { count } = cases[name];
  const rate = name === 'paced' ? ['100'] : [];
  const program = new URL('./feeder.ts', import.meta.url).pathname;
  const args = ['--disable-warning=ExperimentalWarning', program, name, String(count), ...rate];
  const feeder = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [address] = (await once(createInterface({ input: feeder.stdout }), 'line')) as [string];
  await using source = await Source.open({ addresses: address });
  await using recorder = new Recorder(source);
  const recording = await recorder.start({ file: path, force: true, stop: { pulseId: BigInt(count) } });
  while (recording.status().received === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const status = await recording.finished;
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  feeder.kill();
  if (status.state !== 'finished' || status.written !== count) {
    throw new Error(`${status.problem ?? status.ending}: ${status.written} of ${count} messages`);
  }
  return { seconds, cpuSeconds: (user + system) / 1e6, messages: count, bytes: status.receivedBytes };
}

async function plain(name: CaseName): Promise<Cost> {
  const { count } = cases[name];
  // Values and times.
  const message = messageMaker(cases[name])(1);
  const bytes = Buffer.concat(message.slice(2));
  const block =
    bytes.length > 65536 ? bytes : Buffer.concat(Array<Buffer>(Math.ceil(65536 / bytes.length)).fill(bytes));
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const handle = await open(path, 'w');
  let nextSyncMs = startMs + syncEveryMs;
  for (let left = count * bytes.length; left > 0; left -= block.length) {
    await handle.write(block, 0, Math.min(left, block.length));
    if (performance.now() < nextSyncMs) continue;
    await handle.datasync();
    nextSyncMs = performance.now() + syncEveryMs;
  }
  await handle.datasync();
  await handle.close();
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, messages: count, bytes: count * bytes.length };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { args } = JSON.parse(line) as { args: [CaseName] };
  const cost = await (who === 'ours' ? ours(args[0]) : plain(args[0]));
  await rm(path);
  process.stdout.write(`${JSON.stringify(cost)}\n`);
}
