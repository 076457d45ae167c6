/**
 * `npm run bench -- bsread-buffer-memory`: the memory of a ring buffer that is bound to 128 MB, has no consumer and gets
 * 400 MB, in messages of several sizes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Sender } from '../../src/bsread/index.ts';
import { nodePeer } from '../peer.ts';
import { rssMbOf } from '../rss.ts';
import { figure, printTable } from '../table.ts';

const mebibyte = 2 ** 20;
const boundBytes = 128 * mebibyte;
const totalBytes = 400 * mebibyte;
const sizesBytes = [100, 3000, 16_300, 20_000, 100_000, 2_000_000];
/** Headers and times of a message of one channel. */
const headerBytes = 250;

export async function run(): Promise<void> {
  const rows: string[][] = [];
  for (const sizeBytes of sizesBytes) rows.push(await measure(sizeBytes));
  printTable(
    ['value, bytes', 'before, MB', 'most, MB', '× the bound above that', 'pulses in the ring'],
    rows,
  );
}

async function measure(sizeBytes: number): Promise<string[]> {
  await using sender = await Sender.open({ addresses: 'tcp://127.0.0.1:*' });
  const program = new URL('./buffer-peer.ts', import.meta.url);
  const [address = ''] = sender.endpoints;
  const buffer = nodePeer(program, 'buffer', '10000000', address, String(boundBytes));
  await buffer.answer();
  const beforeMb = rssMbOf(buffer.pid);
  let mostMb = beforeMb;
  const look = () => {
    mostMb = Math.max(mostMb, rssMbOf(buffer.pid));
  };
  const timer = setInterval(look, 20);
  try {
    const count = Math.ceil(totalBytes / (sizeBytes + headerBytes));
    const value = new Uint8Array(sizeBytes);
    for (let sent = 0; sent < count; sent++) await sender.send({ A: value });
    for (;;) {
      buffer.ask('counts');
      const { bufferedPulses, ringMessages } = await buffer.answer<Record<string, number>>();
      look();
      const above = (mostMb - beforeMb) / (boundBytes / mebibyte);
      const cells = [sizeBytes, beforeMb, mostMb, above, ringMessages ?? 0];
      if (bufferedPulses === count) return cells.map(figure);
      await sleep(20);
    }
  } finally {
    clearInterval(timer);
    buffer.end();
  }
}
