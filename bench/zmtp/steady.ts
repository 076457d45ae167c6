/**
 * `steady.ts receive`, which first answers with its endpoint, and `steady.ts send ENDPOINT`: 100 messages/s of 4 000
 * frames until standard input ends. `count` is answered with how many it were.
 */
import { createInterface } from 'node:readline';
import { PullSocket, PushSocket } from '../../src/zmtp/index.ts';

const perSecond = 100;
/** A float64 and its time stamp, for each of 2 000 channels. */
const sizesBytes = Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 8 : 16));

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

/** Each message is made anew, as its values would be. */
async function sendAll(push: PushSocket): Promise<void> {
  const start = performance.now();
  for (;;) {
    const due = Math.floor(((performance.now() - start) / 1000) * perSecond);
    while (count < due) {
      await push.send(sizesBytes.map((size) => Buffer.alloc(size, count)));
      count += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
