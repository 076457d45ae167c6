import { openTelescopeState } from '../../src/telstate/index.ts';
import { RedisServer } from '../../test/support/redis-server.ts';
import type { Rate } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import { RedisLimit } from './limit.ts';
import { adds, bulkAdds, gets, ranges } from './ours.ts';
import { pythonPeer, waiterPeer, wakeUps } from './peers.ts';

const rounds = 5;
const inFlight = 64;

type Round = Record<'ours' | 'aio' | 'sync' | 'limit', Rate | undefined>;

/** One loopback redis-server, and in turn: we, Python with 64 tasks, Python one after the other, redis-benchmark. */
export async function onRedis(python: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const server = stack.adopt(await RedisServer.start(), (started) => started.stop());
  const state = stack.use(await openTelescopeState(server.url));
  const peer = stack.adopt(pythonPeer(python, `127.0.0.1:${server.port}`), (started) => started.end());
  const waiter = stack.adopt(waiterPeer(server.url), (started) => started.end());
  const limit = await RedisLimit.prepare(server.port);
  await bulkAdds(state, 'range', 10_000, 10_000);
  await bulkAdds(state, 'latest', 1_000, 1_000);
  const bare = async (perSecond: Promise<number>): Promise<Rate> => ({
    perSecond: await perSecond,
    cpuMicroseconds: Number.NaN,
  });

  const measured = { add: [] as Round[], get: [] as Round[], range: [] as Round[], bulk: [] as Round[] };
  const wakes = { ours: [] as number[], python: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    await adds(state, 'warm', 2_000, inFlight);
    measured.add.push({
      ours: await adds(state, 'add', 40_000, inFlight),
      aio: await peer.measure('add_aio', 'add_aio', 8_000, inFlight),
      sync: await peer.measure('add_sync', 'add_sync', 5_000),
      limit: await bare(limit.adds('add_limit', 100_000)),
    });
    measured.get.push({
      ours: await gets(state, 'latest', 40_000, inFlight),
      aio: await peer.measure('get_aio', 'latest', 8_000, inFlight),
      sync: await peer.measure('get_sync', 'latest', 5_000),
      limit: await bare(limit.entries('latest', 100_000)),
    });
    measured.range.push({
      ours: await ranges(state, 'range', 10),
      aio: undefined,
      sync: await peer.measure('range_sync', 'range', 5),
      limit: undefined,
    });
    measured.bulk.push({
      ours: await bulkAdds(state, 'bulk', 200_000, 10_000),
      aio: undefined,
      sync: undefined,
      limit: undefined,
    });
    const add = (key: string) => (value: readonly [number, bigint]) => state.add(key, value);
    wakes.ours.push(...(await wakeUps(waiter, `wake ours ${round}`, 30, add(`wake ours ${round}`))));
    wakes.python.push(...(await wakeUps(peer, `wake python ${round}`, 30, add(`wake python ${round}`))));
  }

  console.log(
    `\nOn a loopback Redis, ${rounds} rounds, medians per second (CPU of the client per operation in µs)\n`,
  );
  printTable(
    [
      '',
      'ours',
      'Python aio, 64',
      'Python sync',
      'redis-benchmark',
      '× aio',
      '× sync',
      '× limit',
      'to reach',
    ],
    [
      row(`add, ${inFlight} in flight`, measured.add, '4, 3, 0.5'),
      row(`get latest, ${inFlight} in flight`, measured.get, '4, 3, 0.5'),
      row('getRange of 10 000 samples', measured.range, '3 × sync'),
      row('addMany, 10 000 at once, samples', measured.bulk, '500 000'),
    ],
  );
  const [ours, theirs] = [median(wakes.ours), median(wakes.python)];
  console.log(
    `\nwake-up of waitKey in another process: ours ${figure(ours)} ms, Python ${figure(theirs)} ms, ratio ${figure(ours / theirs)} (to reach 0.5)`,
  );
}

function row(name: string, rounds: readonly Round[], target: string): string[] {
  const rate = (who: keyof Round) => median(rounds.flatMap((round) => round[who]?.perSecond ?? []));
  const cpu = (who: keyof Round) => median(rounds.flatMap((round) => round[who]?.cpuMicroseconds ?? []));
  const cell = (who: keyof Round) => {
    const cpuText = figure(cpu(who));
    return `${figure(rate(who))}${cpuText === '' ? '' : ` (${cpuText})`}`;
  };
  const ratio = (who: keyof Round) => figure(rate('ours') / rate(who));
  return [
    name,
    cell('ours'),
    cell('aio'),
    cell('sync'),
    cell('limit'),
    ratio('aio'),
    ratio('sync'),
    ratio('limit'),
    target,
  ];
}
