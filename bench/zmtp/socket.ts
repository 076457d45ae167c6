import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Bind, Receive } from './transport.ts';

/** The limit of the machine and of Node.js: the same bytes over one connection, and nobody looks at them. */
export const receive: Receive = async ({ sizesBytes, count, endpoint, onFirst }) => {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  let left = count * sizesBytes.reduce((sum, size) => sum + size, 0);
  socket.once('data', onFirst);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left <= 0) resolve();
    });
  });
  socket.destroy();
};

/** Small messages go together in writes of this size, as whoever wants to be fast would do it. */
const writeBytes = 64 * 1024;

export const bind: Bind = async ({ frames }) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on tcp');
  const connected = once(server, 'connection') as Promise<[Socket]>;
  const message = Buffer.concat(frames);
  const perWrite = Math.max(1, Math.floor(writeBytes / message.length));
  const many = Buffer.concat(Array.from({ length: perWrite }, () => message));
  return {
    endpoint: `tcp://127.0.0.1:${address.port}`,
    async send(count) {
      const [socket] = await connected;
      for (let left = count; left > 0; left -= perWrite) {
        const bytes = left >= perWrite ? many : many.subarray(0, left * message.length);
        if (!socket.write(bytes)) await once(socket, 'drain');
      }
    },
    async close() {
      const [socket] = await connected;
      socket.destroy();
      server.close();
    },
  };
};
