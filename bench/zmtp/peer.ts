/**
 * `peer.ts KIND`: a process that sends or receives, as it is told on standard input; peer.py is the same for pyzmq.
 *
 * `receive PATTERN SIZES COUNT` answers with the endpoint, and when COUNT messages have come with the time from the
 * first message on and the CPU time since then. `send PATTERN SIZES COUNT ENDPOINT`, and `finish` answers with the CPU
 * time since the first message.
 */
import { createInterface } from 'node:readline';
import type { Kind, Pattern } from './cases.ts';
import type { Receive, Send } from './transport.ts';

const transports: Readonly<Record<string, () => Promise<{ send: Send; receive: Receive }>>> = {
  alidade: () => import('./alidade.ts'),
  zeromq: () => import('./zeromq.ts'),
  socket: () => import('./socket.ts'),
} satisfies Partial<Record<Kind, unknown>>;

const load = transports[process.argv[2] ?? ''];
if (load === undefined) throw new Error(`peer.ts: '${process.argv[2]}' is no kind`);
const { send, receive } = await load();

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const cpuSince = (start: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(start);
  return { cpuMicroseconds: user + system };
};

async function receiveAll(pattern: Pattern, sizesBytes: readonly number[], count: number): Promise<void> {
  let start = 0;
  let cpu = process.cpuUsage();
  await receive({
    pattern,
    sizesBytes,
    count,
    onEndpoint: (endpoint) => answer({ endpoint }),
    onFirst: () => {
      start = performance.now();
      cpu = process.cpuUsage();
    },
  });
  answer({ seconds: (performance.now() - start) / 1000, ...cpuSince(cpu) });
}

type Request =
  | { measure: 'receive'; args: [Pattern, number[], number] }
  | { measure: 'send'; args: [Pattern, number[], number, string] }
  | { measure: 'finish'; args: [] };

let sending: Promise<NodeJS.CpuUsage> | undefined;
let finish: () => Promise<void> = async () => {};
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  if (request.measure === 'receive') await receiveAll(...request.args);
  else if (request.measure === 'send') {
    const [pattern, sizesBytes, count, endpoint] = request.args;
    const frames = sizesBytes.map((size) => Buffer.alloc(size, 'x'));
    sending = (async () => {
      const sender = await send({ pattern, frames, endpoint });
      finish = sender.close;
      const cpu = process.cpuUsage();
      await sender.send(count);
      return cpu;
    })();
  } else {
    const cpu = await sending;
    answer(cpuSince(cpu ?? process.cpuUsage()));
    await finish();
  }
}
