import { Publisher, Pull, Push, Subscriber } from 'zeromq';
import type { Bind, Receive } from './transport.ts';

/** A publisher without a mark: it would drop what is to be counted. */
const unbounded = 0;

export const receive: Receive = async ({ pattern, count, endpoint, onFirst }) => {
  const socket = pattern === 'push-pull' ? new Pull() : new Subscriber({ receiveHighWaterMark: unbounded });
  if (socket instanceof Subscriber) socket.subscribe('');
  socket.connect(endpoint);
  let left = count;
  for await (const _frames of socket) {
    if (left === count) onFirst();
    left -= 1;
    if (left === 0) break;
  }
  socket.close();
};

export const bind: Bind = async ({ pattern, frames }) => {
  const socket = pattern === 'push-pull' ? new Push() : new Publisher({ sendHighWaterMark: unbounded });
  await socket.bind('tcp://127.0.0.1:*');
  const message = [...frames];
  return {
    endpoint: socket.lastEndpoint ?? '',
    async send(count) {
      for (let i = 0; i < count; i++) await socket.send(message);
    },
    async close() {
      socket.close();
    },
  };
};
