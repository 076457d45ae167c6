/**
 * `steady.ts receive`, which first answers with its endpoint, and `steady.ts send ENDPOINT`: 100 messages/s of 4 000
 * frames until standard input ends. `count` is answered with how many it were.
 */
import { createInterface } from 'node:readline';
import { PullSocket, PushSocket } from '../../src/zmtp/index.ts';

const perSecond = 100;
/** A float64 of 8 bytes and its time stamp of 16, for each of so many channels. */
const channels = 2000;

let count = 0;
const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const [role, endpoint = ''] = process.argv.slice(2);
const socket = role === 'receive' ? new PullSocket() : new PushSocket();
if (socket instanceof PullSocket) {
  answer({ endpoint: await socket.bind('tcp://127.0.0.1:*') });
  void socket.receive((batch) => {
    count += batch.length;
  });
} else {
  socket.connect(endpoint);
  void sendAll(socket);
}
for await (const _ of createInterface({ input: process.stdin })) answer({ count });
process.exit();

async function sendAll(push: PushSocket): Promise<void> {
  const start = performance.now();
  for (;;) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    while (count < due) {
      await push.send(newMessage(count));
      count += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Values of a new pulse, in one piece of memory, and a frame for each value and each time stamp. */
function newMessage(pulse: number): Uint8Array[] {
  const values = Buffer.alloc(channels * 24, pulse);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < values.length; at += 24) {
    frames.push(values.subarray(at, at + 8), values.subarray(at + 8, at + 24));
  }
  return frames;
}
