/**
 * `buffer-peer.ts source CHANNELS`, `buffer-peer.ts buffer LENGTH SOURCE [BYTES]`, `buffer-peer.ts consumer BUFFER`: the three
 * programs of a stream that goes through the ring buffer. Each begins with its endpoint, and answers requests on standard
 * input: `send COUNT` and `steady HZ` of a source, `counts` of each.
 */
import { createInterface } from 'node:readline';
import { MessageEncoder, RingBuffer } from '../../src/bsread/index.ts';
import { openLog } from '../../src/shared/log.ts';
import { PullSocket, PushSocket } from '../../src/zmtp/index.ts';

const [role, first = '', second = '', third = String(2 ** 31)] = process.argv.slice(2);
const anyPort = 'tcp://127.0.0.1:*';
const answer = (value: object) => process.stdout.write(`${JSON.stringify(value)}\n`);
const cpuMicroseconds = () => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

const run = { source, buffer, consumer }[role as 'source'];
const handle = await run();
for await (const line of createInterface({ input: process.stdin })) {
  const { measure, args } = JSON.parse(line) as { measure: string; args: number[] };
  handle(measure, args[0] ?? 0);
}
process.exit();

/** Sends new values with each pulse, as ready as they can be: it is the buffer that is measured. */
async function source(): Promise<(measure: string, count: number) => void> {
  const push = new PushSocket({ sendHighWaterMessages: 1000 });
  const names = Array.from({ length: Number(first) }, (_, i) => `BENCH:SCALAR-${i + 1}`);
  const encoder = new MessageEncoder({ channels: names.map((name) => ({ name, type: 'float64' })) });
  let sent = 0;
  const message = () => {
    const values = Object.fromEntries(names.map((name, i) => [name, sent + i]));
    const timestampNs = BigInt(Date.now()) * 1_000_000n;
    return encoder.encode(values, { pulseId: BigInt(sent++), timestampNs });
  };
  const send = async (count: number) => {
    const ready = Array.from({ length: count }, message);
    answer({ ready: count });
    for (const frames of ready) await push.send(frames);
  };
  const steady = async (hz: number) => {
    const [startMs, before] = [performance.now(), sent];
    for (;;) {
      const due = Math.floor(((performance.now() - startMs) / 1000) * hz);
      while (sent - before < due) await push.send(message());
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  answer({ endpoint: await push.bind(anyPort) });
  return (measure, count) => {
    if (measure === 'send') void send(count);
    else if (measure === 'steady') void steady(count);
    else answer({ sent, cpuMicroseconds: cpuMicroseconds() });
  };
}

async function buffer(): Promise<() => void> {
  const log = await openLog({ name: 'buffer', level: 'warning' });
  const ring = await RingBuffer.open({
    inputs: [second],
    address: anyPort,
    maxMessages: Number(first),
    maxBytes: Number(third),
    log,
  });
  answer({ endpoint: ring.address });
  return () => {
    const { bufferedPulses, sentMessages, dropped, ring: held } = ring.status();
    answer({
      ringMessages: held.messages,
      bufferedPulses,
      sentMessages,
      dropped,
      cpuMicroseconds: cpuMicroseconds(),
    });
  };
}

async function consumer(): Promise<(measure: string, count: number) => void> {
  const pull = new PullSocket();
  let [received, startMs, endMs] = [0, 0, 0];
  let [awaited, cpuStart] = [Number.POSITIVE_INFINITY, 0];
  void pull.receive((batch) => {
    if (startMs === 0) [startMs, cpuStart] = [performance.now(), cpuMicroseconds()];
    received += batch.length;
    endMs = performance.now();
    if (received < awaited) return;
    answer({ seconds: (endMs - startMs) / 1000, cpuMicroseconds: cpuMicroseconds() - cpuStart });
    [received, startMs, awaited] = [0, 0, Number.POSITIVE_INFINITY];
  });
  pull.connect(first);
  answer({ endpoint: first });
  return (measure, count) => {
    if (measure === 'await') awaited = count;
    else answer({ received, cpuMicroseconds: cpuMicroseconds() });
  };
}
