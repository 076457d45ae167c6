/** `npm run bench -- config [SOURCES]`: one configuration of very many sources, on each engine. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needForeign } from '../../scripts/debian.ts';
import { openConfigurationDatabase } from '../../src/config/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { figure, median, printTable } from '../table.ts';

const updates = 500;

interface Measured {
  readonly [what: string]: number;
}

export async function run([sourcesText = '100000']: readonly string[]): Promise<void> {
  await needForeign('redis-server');
  const folder = mkdtempSync(join(tmpdir(), 'alidade-bench-'));
  const server = await RedisServer.start();
  try {
    // A process for each engine, so that its memory is its own.
    const sqlite = await measuredIn(`sqlite:${folder}`, sourcesText);
    const redis = await measuredIn(server.url, sourcesText);
    console.log(`one configuration of ${figure(Number(sourcesText))} sources with two fields each\n`);
    const targets: Readonly<Record<string, string>> = { populate: '10 s', 'one update, median': '20 ms' };
    const unit = (what: string) => (/^memory/.test(what) ? 'MB' : 'ms');
    printTable(
      ['', 'sqlite:', 'redis:', 'to reach'],
      Object.keys(sqlite).map((what) => [
        what,
        ...[sqlite, redis].map((measured) => `${figure(measured[what] ?? Number.NaN)} ${unit(what)}`),
        targets[what] ?? '',
      ]),
    );
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measuredIn(url: string, sourcesText: string): Promise<Measured> {
  const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), url, sourcesText];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return JSON.parse(text) as Measured;
}

async function measure(url: string, count: number): Promise<Measured> {
  await using database = await openConfigurationDatabase(url);
  const before = process.memoryUsage().rss;
  const text = fileOf(count);
  const measured: Record<string, number> = {};
  const timed = async (what: string, work: () => Promise<unknown>) => {
    const start = performance.now();
    await work();
    measured[what] = performance.now() - start;
  };
  const peak = () => process.resourceUsage().maxRSS / 1024 - before / 1024 / 1024;
  const idle = process.cpuUsage();
  await timed('populate', () => database.populate(text));
  const { user, system } = process.cpuUsage(idle);
  measured['populate, CPU time of the process'] = (user + system) / 1000;
  measured['memory of populate, peak'] = peak();
  await timed('populate again, nothing new', () => database.populate(text));
  const delays: number[] = [];
  for (let i = 0; i < updates; i++) {
    const start = performance.now();
    await database.update(`source:large:motor${(i * 7919) % count}`, 'address', `IOC:${i}`);
    delays.push(performance.now() - start);
  }
  delays.sort((a, b) => a - b);
  measured['one update, median'] = median(delays);
  measured['one update, 99 %'] = delays[Math.floor(delays.length * 0.99)] ?? Number.NaN;
  await timed('one more source', () => database.addSource('large', 'more', { address: 'IOC:more' }));
  await timed('fetch', () => database.fetch('large'));
  await timed('diff with the first revision', () => database.diff('large', { from: 1 }));
  await timed('checkout of the first revision', () => database.checkout('large', 1));
  measured['memory of all, peak'] = peak();
  return measured;
}

function fileOf(count: number): string {
  const sources = Array.from({ length: count }, (_, i) => [
    `motor${i}`,
    { address: `IOC:m${i}`, type: 'ca-motor' },
  ]);
  return JSON.stringify({ large: { sources: Object.fromEntries(sources) } });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [url = '', count = ''] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await measure(url, Number(count))));
}
