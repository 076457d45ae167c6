/**
 * `npm run bench -- hdf5 [FOLDER]`: our HDF5 writer, h5py, and a plain write of the same bytes that is synced as often.
 * Each figure is the median of rounds in which all take turns.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needForeign } from '../../scripts/debian.ts';
import { debianPython } from '../../test/support/require-server.ts';
import { Peer } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import type { Cost, Work } from './work.ts';

const rounds = 5;

interface Measured {
  readonly name: string;
  readonly target: string;
  readonly work: Work;
  /** h5py gets less of what takes it long. */
  readonly theirs: Work;
  /** What a figure counts, in one of the work's `count`. */
  readonly unit: string;
}

const chunks: Work = { kind: 'chunks', count: 512, syncEvery: 128 };
const blocks: Work = { kind: 'blocks', count: 20_000_000, syncEvery: 5_000_000 };

const measures: readonly Measured[] = [
  { name: 'ready-made chunks of 1 MiB', target: '0.9 × plain', unit: 'MiB/s', work: chunks, theirs: chunks },
  {
    name: '100 float64 datasets, row by row',
    target: '100 000/s',
    unit: 'samples/s',
    work: { kind: 'rows', count: 2_000_000, syncEvery: 500_000 },
    theirs: { kind: 'rows', count: 20_000, syncEvery: 5_000 },
  },
  {
    name: '100 float64 datasets, blocks of 100',
    target: '10 000 000/s',
    unit: 'samples/s',
    work: blocks,
    theirs: { ...blocks, count: 2_000_000, syncEvery: 500_000 },
  },
];

const names = ['ours', 'h5py', 'plain'] as const;
type Name = (typeof names)[number];

export async function run([parent = tmpdir()]: readonly string[]): Promise<void> {
  await needForeign('h5py and h5dump');
  const folder = mkdtempSync(join(parent, 'alidade-bench-'));
  const program = (who: string) => [
    '--disable-warning=ExperimentalWarning',
    new URL('./writer.ts', import.meta.url).pathname,
    who,
    folder,
  ];
  const peers: Record<Name, Peer> = {
    ours: new Peer(process.execPath, program('ours')),
    h5py: new Peer(debianPython, [new URL('./peer.py', import.meta.url).pathname, folder]),
    plain: new Peer(process.execPath, program('plain')),
  };
  try {
    const rows: string[][] = [];
    for (const measured of measures) rows.push(await rowOf(measured, peers));
    console.log(
      `\nHDF5 files in ${parent}, ${rounds} rounds, medians; CPU as part of one core, peak memory of the process\n`,
    );
    const titles = ['', 'ours', 'h5py', 'plain write', '× h5py', '× plain', 'to reach'];
    printTable([...titles, 'CPU', 'h5py', 'plain', 'MiB', 'h5py', 'plain'], rows);
  } finally {
    for (const peer of Object.values(peers)) peer.end();
    rmSync(folder, { recursive: true });
  }
}

async function rowOf(measured: Measured, peers: Record<Name, Peer>): Promise<string[]> {
  const costs: Record<Name, Cost[]> = { ours: [], h5py: [], plain: [] };
  const workOf = (name: Name) => (name === 'h5py' ? measured.theirs : measured.work);
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      peers[name].ask('write', workOf(name));
      const cost = await peers[name].answer<Cost>();
      if (round > 0) costs[name].push(cost);
    }
  }
  const rate = (name: Name) => median(costs[name].map(({ seconds }) => workOf(name).count / seconds));
  const cpu = (name: Name) => median(costs[name].map(({ seconds, cpuSeconds }) => cpuSeconds / seconds));
  const peak = (name: Name) => Math.max(...costs[name].map(({ peakBytes }) => peakBytes)) / 2 ** 20;
  return [
    `${measured.name}, ${measured.unit}`,
    ...names.map((name) => figure(rate(name))),
    figure(rate('ours') / rate('h5py')),
    figure(rate('ours') / rate('plain')),
    measured.target,
    ...names.map((name) => figure(cpu(name))),
    ...names.map((name) => figure(peak(name))),
  ];
}
