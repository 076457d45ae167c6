/**
 * A process that sends or receives pulses, as it is told on standard input; peer.py does it with the real bsread.
 *
 * `bind CASE` answers with the endpoint of a socket that only moves frames. `feed COUNT` sends messages made before;
 * `take COUNT` takes and drops them. `receive CASE COUNT ENDPOINT` decodes every value and time of COUNT messages, and
 * `send CASE COUNT ENDPOINT` encodes and sends them; both answer with the time and the CPU time.
 */
import { createInterface } from 'node:readline';
import { MessageEncoder, Sender, Source } from '../../src/bsread/index.ts';
import { PullSocket, PushSocket } from '../../src/zmtp/index.ts';
import { cases } from './cases.ts';

const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Time and CPU time from now on. */
function stopwatch(): () => { seconds: number; cpuMicroseconds: number } {
  const start = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - start) / 1000, cpuMicroseconds: user + system };
  };
}

const nowNs = () => BigInt(Date.now()) * 1_000_000n;
const anywhere = 'tcp://127.0.0.1:*';
const preparedMessages = 20;

let socket: PushSocket | PullSocket | undefined;
let prepared: Uint8Array[][] = [];

const doing = {
  async bind(place: number, kind: 'feed' | 'take') {
    const { options, values } = cases[place] as (typeof cases)[number];
    if (kind === 'take') {
      socket = new PullSocket();
    } else {
      socket = new PushSocket({ sendHighWaterMessages: 100 });
      const encoder = new MessageEncoder(options);
      const sent = values();
      prepared = Array.from({ length: preparedMessages }, (_, i) =>
        encoder.encode(sent, { pulseId: BigInt(i), timestampNs: nowNs() }),
      );
    }
    answer({ endpoint: await socket.bind(anywhere) });
  },

  async feed(count: number) {
    const push = socket as PushSocket;
    for (let i = 0; i < count; i++) await push.send(prepared[i % preparedMessages] ?? []);
    await push.close();
  },

  async take(count: number) {
    let left = count;
    const pull = socket as PullSocket;
    await pull.receive((batch) => {
      left -= batch.length;
      if (left <= 0) void pull.close();
    });
  },

  async receive(_place: number, count: number, endpoint: string) {
    await using source = await Source.open({ addresses: endpoint });
    let left = count;
    let elapsed = stopwatch();
    await source.forEachBatch((batch) => {
      if (left === count) elapsed = stopwatch();
      for (const message of batch) {
        for (const channel of message.channels) {
          if (channel.value() === undefined || channel.timestampNs === undefined)
            throw new Error(channel.fault);
        }
        // Python frees its arrays here too: nobody refers to them any more.
        message.release();
      }
      left -= batch.length;
      if (left <= 0) {
        answer(elapsed());
        void source.close();
      }
    });
  },

  async send(place: number, count: number, endpoint: string) {
    const { options, values } = cases[place] as (typeof cases)[number];
    const sender = await Sender.open({ ...options, addresses: endpoint, mode: 'connect' });
    const sent = values();
    await sender.send(sent);
    const elapsed = stopwatch();
    for (let i = 1; i < count; i++) await sender.send(sent);
    await sender.close({ lingerMs: 10_000 });
    answer(elapsed());
  },
};

type Request = { [Name in keyof typeof doing]: { measure: Name; args: Parameters<(typeof doing)[Name]> } };

for await (const line of createInterface({ input: process.stdin })) {
  const { measure, args } = JSON.parse(line) as Request[keyof Request];
  await (doing[measure] as (...args: readonly unknown[]) => Promise<void>)(...args);
}
