import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Receive, Send } from './transport.ts';

/** The limit of the machine and of Node.js: the same bytes over one connection, in writes of whole messages. */
export const receive: Receive = async ({ sizesBytes, count, onEndpoint, onFirst }) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on tcp');
  onEndpoint(`tcp://127.0.0.1:${address.port}`);
  const [socket] = (await once(server, 'connection')) as [Socket];
  let left = count * sizesBytes.reduce((sum, size) => sum + size, 0);
  socket.once('data', onFirst);
  await new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left <= 0) resolve();
    });
  });
  socket.destroy();
  server.close();
};

/** Small messages go together in writes of this size, as whoever wants to be fast would do it. */
const writeBytes = 64 * 1024;

export const send: Send = async ({ frames, endpoint }) => {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const message = Buffer.concat(frames);
  const perWrite = Math.max(1, Math.floor(writeBytes / message.length));
  const many = Buffer.concat(Array.from({ length: perWrite }, () => message));
  return {
    async send(count) {
      for (let left = count; left > 0; left -= perWrite) {
        const bytes = left >= perWrite ? many : many.subarray(0, left * message.length);
        if (!socket.write(bytes)) await once(socket, 'drain');
      }
    },
    close: async () => {
      socket.destroy();
    },
  };
};
