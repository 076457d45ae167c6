/** `npm run bench -- crowd [SECONDS]`: how long one durable add takes while four processes write to one embedded store. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openTelescopeState } from '../src/telstate/index.ts';
import { figure, median, printTable } from './table.ts';

const processes = 4;

export async function run([secondsText = '10']: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'alidade-bench-'));
  try {
    const url = `sqlite:${folder}`;
    const writers = Array.from({ length: processes }, (_, i) => startWriter(url, `sensor_${i}`, secondsText));
    const rows = await Promise.all(
      writers.map(async (writer, i) => [`process ${i + 1}`, ...(await rowOf(writer))]),
    );
    console.log(
      `one add after the other in each of ${processes} processes, ${secondsText} s, milliseconds\n`,
    );
    printTable(['', 'adds', 'median', '99 %', '99.9 %', 'longest'], rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startWriter(url: string, key: string, seconds: string): ChildProcess {
  const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), url, key, seconds];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function rowOf(writer: ChildProcess): Promise<string[]> {
  let text = '';
  writer.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await once(writer, 'close');
  const delaysMs = JSON.parse(text) as number[];
  const part = (share: number) => figure(delaysMs[Math.floor((delaysMs.length - 1) * share)] ?? Number.NaN);
  return [figure(delaysMs.length), figure(median(delaysMs)), part(0.99), part(0.999), part(1)];
}

/** Prints the sorted delays. The first add opens the file and starts the writer thread; it does not count. */
async function write(url: string, key: string, seconds: number): Promise<void> {
  await using state = await openTelescopeState(url);
  await state.add(key, 0);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const delaysMs: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const start = performance.now();
    await state.add(key, delaysMs.length);
    delaysMs.push(performance.now() - start);
  }
  process.stdout.write(JSON.stringify(delaysMs.sort((a, b) => a - b)));
}

const [, script = '', url, key, seconds] = process.argv;
if (script === fileURLToPath(import.meta.url) && url !== undefined && key !== undefined) {
  await write(url, key, Number(seconds));
}
