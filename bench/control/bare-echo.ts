/**
 * The limit on one machine: two processes and a unix socket, over which a message of dripline's size goes there and back
 * and is not even looked at. One role a process, as peer.ts has them; the argument is the path of the socket.
 */
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { answer, type Timed, timed } from './timing.ts';

const path = process.argv[2] ?? '';
const messageBytes = 512;
const message = Buffer.alloc(messageBytes, 1);

const measurements: Readonly<Record<string, (...args: readonly number[]) => Promise<object>>> = {
  serve() {
    const server = createServer((socket) => {
      socket.on('data', (bytes) => socket.write(bytes));
      socket.on('error', () => socket.destroy());
    });
    return new Promise((resolve) => server.listen(path, () => resolve({})));
  },

  async requests(count = 1, inFlight = 1): Promise<Timed> {
    const socket = connect(path);
    const waiting: (() => void)[] = [];
    let receivedBytes = 0;
    socket.on('data', (bytes: Buffer) => {
      receivedBytes += bytes.length;
      for (; receivedBytes >= messageBytes; receivedBytes -= messageBytes) waiting.shift()?.();
    });
    const result = await timed(count, inFlight, () => {
      socket.write(message);
      return new Promise<void>((resolve) => waiting.push(resolve));
    });
    socket.destroy();
    return result;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { measure, args } = JSON.parse(line) as { measure: string; args: readonly number[] };
  answer((await measurements[measure]?.(...args)) ?? {});
}
process.exit(0);
