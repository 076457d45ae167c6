import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTelescopeState, type TelescopeState } from '../../src/telstate/index.ts';
import type { Rate } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import { adds, bulkAdds, gets, ranges, singleAdds } from './ours.ts';
import { waiterPeer, wakeUps } from './peers.ts';

const rounds = 5;
const longSeries = 10_000_000;

/** A `sqlite:` store in a temporary folder; every add is durable before it counts. */
export async function onEmbeddedStore(): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.adopt(mkdtempSync(join(tmpdir(), 'alidade-bench-')), (path) =>
    rmSync(path, { recursive: true }),
  );
  const url = `sqlite:${folder}`;
  const state = stack.use(await openTelescopeState(url));
  const waiter = stack.adopt(waiterPeer(url), (started) => started.end());

  const measured = { add: [] as Rate[], bulk: [] as Rate[], get: [] as Rate[], range: [] as Rate[] };
  const delays = { add: [] as number[], wake: [] as number[] };
  await bulkAdds(state, 'range', 10_000, 10_000);
  for (let round = 0; round < rounds; round++) {
    measured.add.push(await adds(state, 'add', 150_000, 1_000));
    measured.bulk.push(await bulkAdds(state, 'bulk', 500_000, 50_000));
    measured.get.push(await gets(state, 'add', 200_000, 1));
    measured.range.push(await ranges(state, 'range', 20));
    delays.add.push(...(await singleAdds(state, 'single', 300)));
    const key = `wake ${round}`;
    delays.wake.push(...(await wakeUps(waiter, key, 30, (value) => state.add(key, value))));
  }
  console.log(`\nOn the embedded store, ${rounds} rounds, medians\n`);
  const rate = (name: string, rates: readonly Rate[], target: string) => [
    name,
    `${figure(median(rates.map(({ perSecond }) => perSecond)))}/s`,
    figure(median(rates.map(({ cpuMicroseconds }) => cpuMicroseconds))),
    target,
  ];
  printTable(
    ['', 'median', 'CPU, µs', 'to reach'],
    [
      rate('durable adds, 1 000 in flight', measured.add, '150 000/s'),
      rate('addMany, 50 000 at once, samples', measured.bulk, '500 000/s'),
      rate('get latest, decoded', measured.get, '200 000/s'),
      rate('getRange of 10 000 samples', measured.range, ''),
      ['one durable add', `${figure(median(delays.add))} ms`, '', '1 ms'],
      ['wake-up in another process', `${figure(median(delays.wake))} ms`, '', '1 ms'],
    ],
  );
  await ofALongSeries(state, folder);
}

/** A sensor of ten million samples beside one of a thousand. */
async function ofALongSeries(state: TelescopeState, folder: string): Promise<void> {
  const before = sizeBytes(folder);
  await bulkAdds(state, 'long', longSeries, 100_000);
  const bytesPerSample = (sizeBytes(folder) - before) / longSeries;
  await bulkAdds(state, 'short', 1_000, 1_000);
  const figures = {
    long: { add: [] as number[], get: [] as number[] },
    short: { add: [] as number[], get: [] as number[] },
  };
  for (let round = 0; round < rounds; round++) {
    for (const key of ['short', 'long'] as const) {
      figures[key].get.push((await gets(state, key, 50_000, 1)).perSecond);
      // New samples all the time: the short series is made afresh so that it stays short.
      if (key === 'short') {
        await state.delete(key);
        await bulkAdds(state, key, 1_000, 1_000);
      }
      figures[key].add.push((await adds(state, key, 20_000, 1_000)).perSecond);
    }
  }
  console.log('\nLong and short series on the embedded store, medians per second\n');
  printTable(
    ['samples in the sensor', 'add, 1 000 in flight', 'get latest'],
    (['short', 'long'] as const).map((key) => [
      key === 'short' ? '1 000' : figure(longSeries),
      figure(median(figures[key].add)),
      figure(median(figures[key].get)),
    ]),
  );
  console.log(`\non disk: ${figure(bytesPerSample)} bytes a sample (8 of them its time, 10 a float64)`);
}

function sizeBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
