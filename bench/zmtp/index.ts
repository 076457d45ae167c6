/**
 * `npm run bench -- zmtp`: our ZeroMQ wire beside the `zeromq` package and pyzmq, and beside a bare socket that moves the
 * same bytes. Sender and receiver are processes of their own; every figure is the median of rounds in which all take
 * turns, and a ratio is that of the medians.
 */
import { pythonWithPeers } from '../../scripts/python.ts';
import { figure, median, printTable } from '../table.ts';
import { type Case, cases, type Kind, kinds } from './cases.ts';
import { Line, type Run } from './line.ts';

const rounds = 5;
const warmUpMessages = 200;
const secondsPerRun = 0.7;

export async function run(): Promise<void> {
  const python = await pythonWithPeers();
  const measured = new Map<Case, Record<Kind, Run[]>>();
  const lines = kinds.map((kind) => new Line(kind, python));
  try {
    for (const one of cases) measured.set(one, await measure(one, lines));
  } finally {
    for (const line of lines) line.end();
  }
  print(measured);
}

async function measure(one: Case, lines: readonly Line[]): Promise<Record<Kind, Run[]>> {
  const runs: Record<Kind, Run[]> = { alidade: [], zeromq: [], pyzmq: [], socket: [] };
  const counts = new Map<Line, number>();
  for (const line of lines) {
    // Twice: the first run is the compiler's.
    await line.run(one, warmUpMessages);
    const { perSecond } = await line.run(one, warmUpMessages * 5);
    counts.set(line, Math.max(warmUpMessages, Math.round(perSecond * secondsPerRun)));
  }
  for (let round = 0; round < rounds; round++) {
    for (const line of lines) runs[line.kind].push(await line.run(one, counts.get(line) ?? warmUpMessages));
  }
  return runs;
}

function print(measured: ReadonlyMap<Case, Record<Kind, readonly Run[]>>): void {
  console.log(
    `\nMessages per second over loopback tcp, ${rounds} rounds, medians (CPU of the sender + of the receiver per message, µs)\n`,
  );
  const middle = (runs: readonly Run[], of: (run: Run) => number) => median(runs.map(of));
  printTable(
    ['', 'ours', 'zeromq', 'pyzmq', 'bare socket', '× zeromq', '× pyzmq', '× socket', 'to reach'],
    [...measured].map(([{ name, toReach }, runs]) => {
      const rate = (kind: Kind) => middle(runs[kind], (run) => run.perSecond);
      const cell = (kind: Kind) => {
        const sender = figure(middle(runs[kind], (run) => run.senderCpuMicroseconds));
        const receiver = figure(middle(runs[kind], (run) => run.receiverCpuMicroseconds));
        return `${figure(rate(kind))} (${sender} + ${receiver})`;
      };
      const ratio = (kind: Kind) => figure(rate('alidade') / rate(kind));
      return [name, ...kinds.map(cell), ratio('zeromq'), ratio('pyzmq'), ratio('socket'), toReach];
    }),
  );
}
