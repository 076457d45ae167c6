/**
 * `npm run bench -- recording [FOLDER]`: from the wire to the closed file, against h5py doing what the reference's writer
 * does (without a wire), and a plain write of the same bytes that is synced as often. Medians of rounds in which all take
 * turns; the sender is another process of the same machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needForeign } from '../../scripts/debian.ts';
import { debianPython } from '../../test/support/require-server.ts';
import { nodePeer, Peer } from '../peer.ts';
import { figure, median, printTable } from '../table.ts';
import { type Case, type CaseName, cases } from './cases.ts';
import type { Cost } from './writer.ts';

const rounds = 3;

export async function run([parent = tmpdir()]: readonly string[]): Promise<void> {
  await needForeign('h5py and h5dump');
  const folder = mkdtempSync(join(parent, 'alidade-bench-'));
  const writer = new URL('./writer.ts', import.meta.url);
  const ours = nodePeer(writer, 'ours', folder);
  const plain = nodePeer(writer, 'plain', folder);
  const theirs = new Peer(debianPython, [new URL('./peer.py', import.meta.url).pathname, folder]);
  const ask = async (peer: Peer, work: unknown) => {
    peer.ask('record', work);
    return peer.answer<Cost>();
  };
  try {
    const rows: string[][] = [];
    for (const name of Object.keys(cases) as CaseName[]) {
      const work: Case = cases[name];
      const costs: Record<'ours' | 'plain' | 'theirs', Cost[]> = { ours: [], plain: [], theirs: [] };
      const isPaced = work.theirs === 0;
      for (let round = 0; round < (isPaced ? 1 : rounds); round++) {
        costs.ours.push(await ask(ours, name));
        if (isPaced) continue;
        costs.plain.push(await ask(plain, name));
        costs.theirs.push(await ask(theirs, work));
      }
      const rate = (of: readonly Cost[]) => median(of.map(({ messages, seconds }) => messages / seconds));
      const cpuMs = (of: readonly Cost[]) =>
        median(of.map(({ messages, cpuSeconds }) => (1000 * cpuSeconds) / messages));
      const cpuShare = median(costs.ours.map(({ cpuSeconds, seconds }) => cpuSeconds / seconds));
      rows.push([
        work.name,
        ...[costs.ours, costs.theirs, costs.plain].map((of) => figure(rate(of))),
        figure(rate(costs.ours) / rate(costs.theirs)),
        figure(rate(costs.ours) / rate(costs.plain)),
        figure(cpuMs(costs.ours)),
        figure(cpuMs(costs.theirs)),
        figure(cpuMs(costs.theirs) / cpuMs(costs.ours)),
        figure(cpuShare),
        work.target,
      ]);
    }
    console.log(
      `\nRecordings in ${parent}: messages/s, medians of ${rounds} rounds; CPU in ms a message, and as part of one core\n`,
    );
    const titles = [
      '',
      'ours',
      'h5py',
      'plain write',
      '× h5py',
      '× plain',
      'CPU ms',
      'h5py',
      '×',
      'CPU',
      'to reach',
    ];
    printTable(titles, rows);
  } finally {
    for (const peer of [ours, plain, theirs]) peer.end();
    rmSync(folder, { recursive: true });
  }
}
