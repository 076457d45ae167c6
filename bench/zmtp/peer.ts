/**
 * `peer.ts KIND`: a process that sends or receives, as it is told on standard input; peer.py is the same for pyzmq.
 *
 * `bind PATTERN SIZES` answers with the endpoint; `send COUNT` sends, and `finish` answers with the CPU time since then
 * and closes. `receive PATTERN SIZES COUNT ENDPOINT` answers, when COUNT messages have come, with the time and the CPU
 * time since the first of them.
 */
import { createInterface } from 'node:readline';
import type { Kind, Pattern } from './cases.ts';
import type { Bind, Receive, Sender } from './transport.ts';

const transports: Readonly<Record<string, () => Promise<{ bind: Bind; receive: Receive }>>> = {
  alidade: () => import('./alidade.ts'),
  zeromq: () => import('./zeromq.ts'),
  socket: () => import('./socket.ts'),
} satisfies Partial<Record<Kind, unknown>>;

const load = transports[process.argv[2] ?? ''];
if (load === undefined) throw new Error(`peer.ts: '${process.argv[2]}' is no kind`);
const { bind, receive } = await load();

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const cpuSince = (start: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(start);
  return { cpuMicroseconds: user + system };
};

async function receiveAll(
  pattern: Pattern,
  sizesBytes: readonly number[],
  count: number,
  endpoint: string,
): Promise<void> {
  let start = 0;
  let since = process.cpuUsage();
  await receive({
    pattern,
    sizesBytes,
    count,
    endpoint,
    onFirst: () => {
      start = performance.now();
      since = process.cpuUsage();
    },
  });
  answer({ seconds: (performance.now() - start) / 1000, ...cpuSince(since) });
}

type Request =
  | { measure: 'bind'; args: [Pattern, number[]] }
  | { measure: 'send'; args: [number] }
  | { measure: 'finish'; args: [] }
  | { measure: 'receive'; args: [Pattern, number[], number, string] };

let sender: Sender | undefined;
let cpu = process.cpuUsage();
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line) as Request;
  if (request.measure === 'receive') await receiveAll(...request.args);
  else if (request.measure === 'bind') {
    const [pattern, sizesBytes] = request.args;
    sender = await bind({ pattern, frames: sizesBytes.map((size) => Buffer.alloc(size, 'x')) });
    answer({ endpoint: sender.endpoint });
  } else if (request.measure === 'send') {
    cpu = process.cpuUsage();
    await sender?.send(...request.args);
  } else {
    answer(cpuSince(cpu));
    await sender?.close();
  }
}
