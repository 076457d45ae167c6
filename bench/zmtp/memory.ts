/**
 * `npm run bench -- zmtp-memory [MINUTES]`: whether the memory of a sender and of a receiver stays flat (10 minutes) at
 * 100 messages/s of 4 000 frames, which is a large instrument's stream of scalars.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { nodePeer } from '../peer.ts';
import { judgeFlat, rssMbOf } from '../rss.ts';

const rows = 20;

export async function run([minutesText = '10']: readonly string[]): Promise<void> {
  const minutes = Number(minutesText);
  if (!(minutes > 0)) throw new Error(`'${minutesText}' is no number of minutes`);
  const seconds = minutes * 60;
  const program = new URL('./steady.ts', import.meta.url);
  const receiver = nodePeer(program, 'receive');
  const { endpoint } = await receiver.answer<{ endpoint: string }>();
  const sender = nodePeer(program, 'send', endpoint);
  try {
    console.log(`100 messages/s of 4 000 frames, for ${seconds} s\n`);
    console.log('   time    sender  receiver       sent   received');
    const marksMb = { sender: [] as number[], receiver: [] as number[] };
    const everySeconds = Math.max(1, seconds / (rows * 3));
    for (let second = everySeconds, row = 1; second <= seconds; second += everySeconds, row++) {
      await sleep(everySeconds * 1000);
      marksMb.sender.push(rssMbOf(sender.pid));
      marksMb.receiver.push(rssMbOf(receiver.pid));
      if (row % 3 !== 0) continue;
      sender.ask('count');
      const sent = await sender.answer<{ count: number }>();
      receiver.ask('count');
      const received = await receiver.answer<{ count: number }>();
      const mb = (marks: readonly number[]) => `${marks.at(-1)?.toFixed(1)} MB`;
      const columns = [
        `${Math.round(second)} s`,
        mb(marksMb.sender),
        mb(marksMb.receiver),
        sent.count,
        received.count,
      ];
      console.log(columns.map((cell, i) => String(cell).padStart([7, 10, 10, 11, 11][i] ?? 0)).join(''));
    }
    judgeFlat(marksMb.sender, ' of the sender');
    judgeFlat(marksMb.receiver, ' of the receiver');
  } finally {
    sender.end();
    receiver.end();
  }
}
