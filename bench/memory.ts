/** `npm run bench -- memory [MINUTES]`: whether the memory of the running example stays flat (10 minutes). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { judgeFlat, rssMbOf } from './rss.ts';

const root = resolve(import.meta.dirname, '..');
const rows = 20;

interface Status {
  readonly event: string;
  readonly written: number;
  readonly losses: Readonly<Record<string, number>>;
}

export async function run([minutesText = '10']: readonly string[]): Promise<void> {
  const minutes = Number(minutesText);
  if (!(minutes > 0)) throw new Error(`'${minutesText}' is no number of minutes`);
  const folder = mkdtempSync(join(tmpdir(), 'alidade-bench-'));
  try {
    await measure(folder, minutes * 60);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, seconds: number): Promise<void> {
  console.log(`the example on an embedded store, for ${seconds} s\n`);
  console.log('   time       RSS    samples   lost    store');
  const marksMb: number[] = [];
  const everySeconds = Math.max(1, Math.round(seconds / rows));
  let ticks = 0;
  let pid = 0;
  await runExample(folder, seconds, {
    started: (started) => {
      pid = started;
    },
    status: ({ written, losses }) => {
      ticks += 1;
      if (ticks % everySeconds !== 0) return;
      const rssMb = rssMbOf(pid);
      marksMb.push(rssMb);
      const lost = Object.values(losses).reduce((sum, count) => sum + count, 0);
      const columns = [
        `${ticks} s`,
        `${rssMb.toFixed(1)} MB`,
        written,
        lost,
        `${storeMb(folder).toFixed(1)} MB`,
      ];
      console.log(columns.map((cell, i) => String(cell).padStart([7, 10, 11, 7, 9][i] ?? 0)).join(''));
    },
  });
  judgeFlat(marksMb);
}

async function runExample(
  folder: string,
  seconds: number,
  on: { readonly started: (pid: number) => void; readonly status: (status: Status) => void },
): Promise<void> {
  const command = [join(root, 'bin/alidade.cjs'), 'up', join(root, 'examples/telescope')];
  const options = ['--json', '--store', `sqlite:${join(folder, 'store')}`, '--for', `${seconds}s`];
  const child = spawn(process.execPath, [...command, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  if (child.pid !== undefined) on.started(child.pid);
  for await (const line of createInterface({ input: child.stdout })) {
    const status = JSON.parse(line) as Status;
    if (status.event === 'status') on.status(status);
  }
  const [code] = await exit;
  if (code !== 0) throw new Error(`the example ended with ${code}`);
}

function storeMb(folder: string): number {
  const files = ['', '-wal'].map((end) => join(folder, 'store', `state.sqlite${end}`));
  return (
    files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0) / 1024 / 1024
  );
}
