/**
 * `npm run bench -- shm-crowd [SECONDS] [TOGETHER]`: 100 frames at 100 Hz each, from four processes, on one embedded store
 * (60 s). So many of them go in one flush (1). A fifth process hears every notice and counts.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSharedMemory, parseDescriptions } from '../../src/shm/index.ts';
import { figure, median, printTable } from '../table.ts';

const processes = 4;
const framesEach = 25;
const rateHz = 100;

const nameOf = (process: number, frame: number) => `P${process}__frame${frame}`;
const blank = '[["ts", 0.0], ["sender", ""], ["u", 0.0], ["i", 0.0], ["n", 0], ["label", ""], ["on", false]]';
const names = Array.from({ length: processes }, (_, p) =>
  Array.from({ length: framesEach }, (_, f) => nameOf(p, f)),
);
const descriptions = parseDescriptions(
  `{${names
    .flat()
    .map((name) => `"${name}": ${blank}`)
    .join(', ')}}`,
  'the frames of the benchmark',
);

interface Written {
  readonly flushes: number;
  readonly delaysMs: readonly number[];
  readonly cpuShare: number;
  readonly writtenBytes: number;
}

export async function run([secondsText = '60', together = '1']: readonly string[]): Promise<void> {
  const seconds = Number(secondsText);
  if (!(seconds > 0)) throw new Error(`'${secondsText}' is no number of seconds`);
  if (!(Number(together) >= 1)) throw new Error(`'${together}' is no number of frames`);
  const folder = mkdtempSync(join(tmpdir(), 'alidade-bench-'));
  try {
    await measure(`sqlite:${folder}`, seconds, Number(together));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(url: string, seconds: number, together: number): Promise<void> {
  await using shm = await openSharedMemory(url, { descriptions });
  await shm.init(descriptions);
  const heard = new Map<string, number>();
  await using subscription = await shm.space.subscribe({ patterns: ['P*'] }, { queueLimit: 1_000_000 });
  let gaps = 0;
  const hearing = (async () => {
    for await (const event of subscription) {
      if (event.event === 'gap') gaps++;
      else {
        const name = Buffer.from(event.channel).toString();
        heard.set(name, (heard.get(name) ?? 0) + 1);
      }
    }
  })();
  const writers = names.map((_, process) => start(url, process, seconds, together));
  const written = await Promise.all(writers.map(resultOf));
  const frames = await shm.find();
  const total = processes * framesEach * rateHz * seconds;
  const count = () => [...heard.values()].reduce((sum, n) => sum + n, 0);
  const endMs = performance.now() + 10_000;
  while (count() < total && performance.now() < endMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
  await subscription.close();
  await hearing;
  const stale = frames.filter(({ exact }) => {
    return exact.get('n') !== seconds * rateHz;
  });
  console.log(
    `\n${names.flat().length} frames at ${rateHz} Hz each from ${processes} processes on one embedded store, ${seconds} s; ${together} in a flush\n`,
  );
  printTable(
    [
      '',
      'flushes',
      'to come',
      'median, ms',
      '99 %',
      '99.9 %',
      'longest',
      'CPU of a core, %',
      'written to disk',
    ],
    written.map(({ flushes, delaysMs, cpuShare, writtenBytes }, i) => {
      const part = (share: number) =>
        figure(delaysMs[Math.floor((delaysMs.length - 1) * share)] ?? Number.NaN);
      const mb = `${figure(writtenBytes / seconds / 1e6)} MB/s`;
      const expected = figure(seconds * rateHz * Math.ceil(framesEach / together));
      return [
        `process ${i + 1}`,
        figure(flushes),
        expected,
        figure(median(delaysMs)),
        part(0.99),
        part(0.999),
        part(1),
        figure(cpuShare * 100),
        mb,
      ];
    }),
  );
  const lost = total - count();
  console.log(
    `\n${figure(total)} frames were written, ${figure(count())} notices of them heard (${lost} lost, ${gaps} gaps); ${stale.length} frames do not hold their last value`,
  );
  if (lost !== 0 || gaps !== 0 || stale.length > 0) process.exitCode = 1;
}

function start(url: string, process_: number, seconds: number, together: number): ChildProcess {
  const args = [
    '--disable-warning=ExperimentalWarning',
    fileURLToPath(import.meta.url),
    url,
    String(process_),
    String(seconds),
    String(together),
  ];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function resultOf(writer: ChildProcess): Promise<Written> {
  let text = '';
  writer.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(writer, 'close');
  return JSON.parse(text) as Written;
}

/** Bytes that this process had the system write, its threads included. */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? Number.NaN);
}

/** One of the processes: every 10 ms all its frames in one flush. Nothing is left out when the machine is late. */
async function write(url: string, process_: number, seconds: number, together: number): Promise<void> {
  await using shm = await openSharedMemory(url, { appName: `P${process_}`, descriptions });
  const own = names[process_] ?? [];
  const parts = await Promise.all(
    Array.from({ length: Math.ceil(own.length / together) }, async (_, i) => {
      const dict = shm.dict();
      return { dict, frames: await dict.declareToWrite(own.slice(i * together, (i + 1) * together)) };
    }),
  );
  // The first write opens the file and starts the writer thread; the processes begin apart.
  await shm.space.write({ do: 'delete', key: 'nothing' });
  await new Promise((resolve) => setTimeout(resolve, 1000 + process_ * 2.5));
  const delaysMs: number[] = [];
  const cpu = process.cpuUsage();
  const bytes = writtenBytes();
  const startMs = performance.now();
  const ticks = seconds * rateHz;
  const all: Promise<void>[] = [];
  for (let n = 1; n <= ticks; n++) {
    const dueMs = startMs + (n * 1000) / rateHz;
    const leftMs = dueMs - performance.now();
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
    for (const { dict, frames } of parts) {
      for (const frame of frames) frame.set([n / 7, n / 3, n, 'left', n % 2 === 0]);
      const sentMs = performance.now();
      all.push(dict.flush().then(() => void delaysMs.push(performance.now() - sentMs)));
    }
  }
  await Promise.all(all);
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - startMs;
  const result: Written = {
    flushes: all.length,
    delaysMs: delaysMs.sort((a, b) => a - b),
    cpuShare: (user + system) / 1000 / wallMs,
    writtenBytes: writtenBytes() - bytes,
  };
  process.stdout.write(JSON.stringify(result));
}

const [, script = '', url, process_, seconds, together] = process.argv;
if (script === fileURLToPath(import.meta.url) && url !== undefined && process_ !== undefined) {
  await write(url, Number(process_), Number(seconds), Number(together));
}
