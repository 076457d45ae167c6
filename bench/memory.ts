/** `npm run bench -- memory [MINUTES]`: whether the memory of the running example stays flat (10 minutes). */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '..');
const rows = 20;
/** What the second half may add to the first: the allocator and the collector breathe. */
const allowedGrowth = 0.1;

interface Status {
  readonly event: string;
  readonly written: number;
  readonly losses: Readonly<Record<string, number>>;
}

interface Mark {
  readonly seconds: number;
  readonly rssMb: number;
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
  const marks: Mark[] = [];
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
      const mark = { seconds: ticks, rssMb: rssMbOf(pid) };
      marks.push(mark);
      const lost = Object.values(losses).reduce((sum, count) => sum + count, 0);
      const columns = [
        `${ticks} s`,
        `${mark.rssMb.toFixed(1)} MB`,
        written,
        lost,
        `${storeMb(folder).toFixed(1)} MB`,
      ];
      console.log(columns.map((cell, i) => String(cell).padStart([7, 10, 11, 7, 9][i] ?? 0)).join(''));
    },
  });
  judge(marks);
}

/** Medians of the three parts of the run, and whether the last is above the middle one. */
function judge(marks: readonly Mark[]): void {
  const third = Math.floor(marks.length / 3);
  if (third < 1) throw new Error('this was too short to tell');
  const start = median(marks.slice(0, third));
  const middle = median(marks.slice(third, -third));
  const end = median(marks.slice(-third));
  const growth = end / middle - 1;
  console.log(
    `\nRSS at start ${start.toFixed(1)} MB, middle ${middle.toFixed(1)} MB, end ${end.toFixed(1)} MB`,
  );
  const isFlat = growth <= allowedGrowth;
  console.log(`${isFlat ? 'flat' : 'NOT FLAT'}: ${(growth * 100).toFixed(1)} % from middle to end`);
  if (!isFlat) process.exitCode = 1;
}

function median(marks: readonly Mark[]): number {
  const sorted = marks.map(({ rssMb }) => rssMb).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
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

function rssMbOf(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kib) / 1024;
  } catch {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
  }
}

function storeMb(folder: string): number {
  const files = ['', '-wal'].map((end) => join(folder, 'store', `state.sqlite${end}`));
  return (
    files.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0) / 1024 / 1024
  );
}
