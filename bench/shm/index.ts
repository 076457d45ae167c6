/**
 * `npm run bench -- shm`: frames on Redis beside a program with redis-py that does the same on the wire, and on the
 * embedded store. Every figure is the median of rounds in which all take turns; a ratio is that of the medians.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needForeign } from '../../scripts/debian.ts';
import { pythonWithPeers } from '../../scripts/python.ts';
import { openSharedMemory, type SharedMemory } from '../../src/shm/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import { nodePeer, Peer, type Rate } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import { descriptions, groupNames } from './descriptions.ts';

const rounds = 5;
const inFlight = 64;
const delaysPerRound = 200;

export async function run(): Promise<void> {
  await needForeign('redis-server');
  const python = await pythonWithPeers();
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await RedisServer.start(), (started) => started.close());
  const folder = stack.adopt(mkdtempSync(join(tmpdir(), 'alidade-bench-')), (path) =>
    rmSync(path, { recursive: true }),
  );
  const embedded = `sqlite:${folder}`;
  const pythonPeer = () =>
    stack.adopt(
      new Peer(python, [new URL('./peer.py', import.meta.url).pathname, `${server.url}/1`]),
      (peer) => peer.end(),
    );
  const ourPeer = (url: string) =>
    stack.adopt(nodePeer(new URL('./peer.ts', import.meta.url), url), (peer) => peer.end());
  const pairs = {
    ours: [ourPeer(server.url), ourPeer(server.url)],
    python: [pythonPeer(), pythonPeer()],
    embedded: [ourPeer(embedded), ourPeer(embedded)],
  } as const;
  const onRedis = stack.use(await openSharedMemory(server.url, { appName: 'BENCH', descriptions }));
  const onDisk = stack.use(await openSharedMemory(embedded, { appName: 'BENCH', descriptions }));
  const [peer] = pairs.python;

  const rates = { ours: [] as Rate[], sync: [] as Rate[], aio: [] as Rate[], embedded: [] as Rate[] };
  const delaysMs = { ours: [] as number[], python: [] as number[], embedded: [] as number[] };
  await flushes(onRedis, 2_000);
  for (let round = 0; round < rounds; round++) {
    rates.ours.push(await flushes(onRedis, 20_000));
    rates.sync.push(await peer.measure('flush_sync', 3_000));
    rates.aio.push(await peer.measure('flush_aio', 3_000, inFlight));
    rates.embedded.push(await flushes(onDisk, 20_000));
    for (const who of ['ours', 'python', 'embedded'] as const) {
      delaysMs[who].push(...(await delays(...pairs[who])));
    }
  }
  print(rates, delaysMs);
}

/** Sets three frames and flushes them, so many times, with some flushes under way at once. */
async function flushes(shm: SharedMemory, count: number): Promise<Rate> {
  await using dict = shm.dict();
  const frames = await dict.declareToWrite(groupNames);
  let done = 0;
  const loop = async () => {
    while (done < count) {
      const n = done++;
      for (const frame of frames) frame.set([0.5 + n, 0.25 * n, n, 'left', true]);
      await dict.flush();
    }
  };
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  await Promise.all(Array.from({ length: inFlight }, loop));
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: count / seconds, cpuMicroseconds: (user + system) / count };
}

async function delays(writer: Peer, listener: Peer): Promise<number[]> {
  listener.ask('listen', delaysPerRound);
  await listener.answer();
  writer.ask('write', delaysPerRound);
  const { delaysMs } = await listener.answer<{ delaysMs: number[] }>();
  await writer.answer();
  return delaysMs;
}

function print(
  rates: Readonly<Record<'ours' | 'sync' | 'aio' | 'embedded', readonly Rate[]>>,
  delaysMs: Readonly<Record<'ours' | 'python' | 'embedded', readonly number[]>>,
): void {
  const perSecond = (who: keyof typeof rates) => median(rates[who].map((rate) => rate.perSecond));
  const row = (name: string, who: keyof typeof rates) => [
    name,
    figure(perSecond(who)),
    figure(median(rates[who].map((rate) => rate.cpuMicroseconds))),
    who === 'embedded' ? '' : figure(perSecond('ours') / perSecond(who)),
  ];
  console.log(`\nGrouped flushes of 3 frames, ${rounds} rounds, medians\n`);
  printTable(
    ['', 'per second', 'CPU of the client, µs', 'ours × this (to reach 3)'],
    [
      row(`ours on Redis, ${inFlight} under way`, 'ours'),
      row('redis-py, one after the other', 'sync'),
      row(`redis-py with asyncio, ${inFlight} under way`, 'aio'),
      row(`ours on the embedded store, ${inFlight} under way`, 'embedded'),
    ],
  );
  const delayRow = (name: string, values: readonly number[], target: string) => {
    const sorted = values.toSorted((a, b) => a - b);
    return [
      name,
      figure(median(sorted)),
      figure(sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN),
      target,
    ];
  };
  console.log('\nFrom the set in one process to the value in the listener of another, milliseconds\n');
  printTable(
    ['', 'median', '99 %', 'median to reach'],
    [
      delayRow('ours on Redis', delaysMs.ours, figure(median(delaysMs.python))),
      delayRow('redis-py on Redis', delaysMs.python, ''),
      delayRow('ours on the embedded store', delaysMs.embedded, '1'),
    ],
  );
}
