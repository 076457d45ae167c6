/**
 * `npm run bench -- bsread-buffer [MINUTES]`: how many messages of 100 scalars pass the ring buffer, beside how many the
 * bare `zeromq` package moves from a sender to a receiver; then 2 000 scalars at 100 Hz through it for MINUTES (10): what
 * was lost, the memory, the CPU time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageEncoder } from '../../src/bsread/index.ts';
import { nodePeer, type Peer } from '../peer.ts';
import { judgeFlat, rssMbOf } from '../rss.ts';
import { figure, median, printTable } from '../table.ts';
import { Line } from '../zmtp/line.ts';

const rounds = 5;
const messages = 20_000;
const scalars = 100;
const steadyScalars = 2000;
const rateHz = 100;
const rows = 20;

interface BufferCounts {
  readonly bufferedPulses: number;
  readonly sentMessages: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly cpuMicroseconds: number;
}

export async function run([minutesText = '10']: readonly string[]): Promise<void> {
  const minutes = Number(minutesText);
  if (!(minutes >= 0)) throw new Error(`'${minutesText}' is no number of minutes`);
  await compare();
  if (minutes > 0) await stay(minutes * 60);
}

/** A source, a buffer and a consumer, each a process. */
async function chain(
  channels: number,
  length: number,
): Promise<{ [name in 'source' | 'buffer' | 'consumer']: Peer }> {
  const program = new URL('./buffer-peer.ts', import.meta.url);
  const endpointOf = async (peer: Peer) => (await peer.answer<{ endpoint: string }>()).endpoint;
  const source = nodePeer(program, 'source', String(channels));
  const buffer = nodePeer(program, 'buffer', String(length), await endpointOf(source));
  const consumer = nodePeer(program, 'consumer', await endpointOf(buffer));
  await endpointOf(consumer);
  await sleep(300);
  return { source, buffer, consumer };
}

async function compare(): Promise<void> {
  const bare = new Line('zeromq', '');
  // Long enough for all that the source can send before the consumer has taken it: what passes is to be measured.
  const { source, buffer, consumer } = await chain(scalars, messages);
  const counts = async () => {
    buffer.ask('counts');
    return buffer.answer<BufferCounts>();
  };
  const sizesBytes = frameSizes();
  const [ours, theirs]: { perSecond: number; cpu: number }[][] = [[], []];
  try {
    for (let round = -1; round < rounds; round++) {
      const before = await counts();
      consumer.ask('await', messages);
      source.ask('send', messages);
      await source.answer();
      const { seconds } = await consumer.answer<{ seconds: number }>();
      const cpu = ((await counts()).cpuMicroseconds - before.cpuMicroseconds) / messages;
      const other = await bare.run(
        { name: '', pattern: 'push-pull', sizesBytes, toReach: '' },
        Math.round(messages / 3),
      );
      // The first round is the compiler's.
      if (round < 0) continue;
      ours?.push({ perSecond: messages / seconds, cpu });
      theirs?.push({
        perSecond: other.perSecond,
        cpu: other.senderCpuMicroseconds + other.receiverCpuMicroseconds,
      });
    }
    const lost = Object.values((await counts()).dropped).reduce((sum, count) => sum + count, 0);
    const middle = (runs: typeof ours, what: 'perSecond' | 'cpu') =>
      median((runs ?? []).map((one) => one[what]));
    const [passed, bareRate] = [middle(ours, 'perSecond'), middle(theirs, 'perSecond')];
    console.log(
      `\nMessages of ${scalars} scalars over loopback tcp, ${rounds} rounds, medians; ${lost} lost\n`,
    );
    printTable(
      ['', 'messages/s', 'CPU per message, µs', '× zeromq', 'to reach'],
      [
        ['through the buffer', figure(passed), figure(middle(ours, 'cpu')), figure(passed / bareRate), '3'],
        ['zeromq, without one', figure(bareRate), figure(middle(theirs, 'cpu')), '1', ''],
      ],
    );
  } finally {
    for (const peer of [source, buffer, consumer]) peer.end();
    bare.end();
  }
}

/** Of the frames of such a message. */
function frameSizes(): number[] {
  const names = Array.from({ length: scalars }, (_, i) => `BENCH:SCALAR-${i + 1}`);
  const encoder = new MessageEncoder({ channels: names.map((name) => ({ name, type: 'float64' })) });
  const values = Object.fromEntries(names.map((name, i) => [name, i]));
  return encoder.encode(values, { pulseId: 1n, timestampNs: 1n }).map(({ length }) => length);
}

async function stay(seconds: number): Promise<void> {
  const { source, buffer, consumer } = await chain(steadyScalars, 100);
  try {
    console.log(`\n${steadyScalars} scalars at ${rateHz} Hz through the buffer, for ${seconds} s\n`);
    console.log('   time    buffer      sent  received   lost   CPU');
    source.ask('steady', rateHz);
    const marksMb: number[] = [];
    const everySeconds = Math.max(1, seconds / rows);
    let before: BufferCounts | undefined;
    for (let second = everySeconds; second <= seconds; second += everySeconds) {
      await sleep(everySeconds * 1000);
      for (const peer of [source, buffer, consumer]) peer.ask('counts');
      const [{ sent }, now, { received }] = await Promise.all([
        source.answer<{ sent: number }>(),
        buffer.answer<BufferCounts>(),
        consumer.answer<{ received: number }>(),
      ]);
      marksMb.push(rssMbOf(buffer.pid));
      const lost = Object.values(now.dropped).reduce((sum, count) => sum + count, 0);
      const cpu = (now.cpuMicroseconds - (before?.cpuMicroseconds ?? 0)) / everySeconds / 1e4;
      before = now;
      const memory = `${marksMb.at(-1)?.toFixed(1)} MB`;
      const columns = [`${Math.round(second)} s`, memory, sent, received, lost, `${cpu.toFixed(1)} %`];
      console.log(columns.map((cell, i) => String(cell).padStart([7, 10, 10, 10, 7, 8][i] ?? 0)).join(''));
    }
    judgeFlat(marksMb, ' of the buffer');
  } finally {
    for (const peer of [source, buffer, consumer]) peer.end();
  }
}
