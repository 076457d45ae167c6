/**
 * `npm run bench -- bsread`: pulses received with every value and time decoded, and pulses encoded and sent, by us and by
 * the real bsread of Python, each a process of its own. The other end is our bare socket for both. Medians of rounds in
 * which the two take turns.
 */
import { spawnSync } from 'node:child_process';
import { pythonWithPeers } from '../../scripts/python.ts';
import { nodePeer, Peer } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import { type Case, cases } from './cases.ts';

const rounds = 5;
const warmUpMessages = 20;
const secondsPerRun = 0.7;

interface Run {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

type Job = 'receive' | 'send';

export async function run(): Promise<void> {
  const python = await pythonWithPeers();
  const hasBsread = spawnSync(python, ['-c', 'import bsread']).status === 0;
  if (!hasBsread) console.log('the real bsread could not be installed: only ours is measured');
  const file = (name: string) => new URL(name, import.meta.url);
  const other = nodePeer(file('./peer.ts'));
  const ours = nodePeer(file('./peer.ts'));
  const theirs = hasBsread ? new Peer(python, ['-B', file('./peer.py').pathname]) : undefined;
  try {
    for (const job of ['receive', 'send'] as const) {
      const rows: string[][] = [];
      for (const [place, one] of cases.entries()) {
        rows.push(await row(job, place, one, other, [ours, ...(theirs === undefined ? [] : [theirs])]));
      }
      const done = job === 'receive' ? 'received and decoded' : 'encoded and sent';
      console.log(`\nMessages ${done} per second, and CPU per message in µs: ${rounds} rounds, medians\n`);
      printTable(['', 'ours', 'CPU', 'Python', 'CPU', '× Python', '× less CPU', 'to reach'], rows);
    }
  } finally {
    for (const peer of [other, ours, theirs]) peer?.end();
  }
}

async function row(
  job: Job,
  place: number,
  { name, toReach }: Case,
  other: Peer,
  peers: readonly Peer[],
): Promise<string[]> {
  const runs: Run[][] = peers.map(() => []);
  const counts: number[] = [];
  for (const peer of peers) {
    // Twice: the first run is the compiler's.
    await measure(job, place, warmUpMessages * 5, other, peer);
    const { perSecond } = await measure(job, place, warmUpMessages * 5, other, peer);
    counts.push(Math.max(warmUpMessages, Math.round(perSecond * secondsPerRun)));
  }
  for (let round = 0; round < rounds; round++) {
    for (const [i, peer] of peers.entries()) {
      runs[i]?.push(await measure(job, place, counts[i] ?? warmUpMessages, other, peer));
    }
  }
  const [ours, theirs] = runs.map((each) => ({
    rate: median(each.map(({ perSecond }) => perSecond)),
    cpu: median(each.map(({ cpuMicroseconds }) => cpuMicroseconds)),
  }));
  const cells = [name, figure(ours?.rate ?? Number.NaN), figure(ours?.cpu ?? Number.NaN)];
  if (ours === undefined || theirs === undefined) return [...cells, '', '', '', '', ''];
  return [
    ...cells,
    figure(theirs.rate),
    figure(theirs.cpu),
    figure(ours.rate / theirs.rate),
    figure(theirs.cpu / ours.cpu),
    job === 'receive' ? `${toReach}` : '',
  ];
}

async function measure(job: Job, place: number, count: number, other: Peer, peer: Peer): Promise<Run> {
  const otherJob = job === 'receive' ? 'feed' : 'take';
  other.ask('bind', place, otherJob);
  const { endpoint } = await other.answer<{ endpoint: string }>();
  other.ask(otherJob, count);
  peer.ask(job, place, count, endpoint);
  const { seconds, cpuMicroseconds } = await peer.answer<{ seconds: number; cpuMicroseconds: number }>();
  return { perSecond: count / seconds, cpuMicroseconds: cpuMicroseconds / count };
}
