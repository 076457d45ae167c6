import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher, Pull, Push, Subscriber } from 'zeromq';
import { type Receive, type Send, subscribedWithinMs } from './transport.ts';

/** A publisher without a mark: it would drop what is to be counted. */
const unbounded = 0;

export const receive: Receive = async ({ pattern, count, onEndpoint, onFirst }) => {
  const socket = pattern === 'push-pull' ? new Pull() : new Subscriber({ receiveHighWaterMark: unbounded });
  if (socket instanceof Subscriber) socket.subscribe('');
  await socket.bind('tcp://127.0.0.1:*');
  onEndpoint(socket.lastEndpoint ?? '');
  let left = count;
  for await (const _frames of socket) {
    if (left === count) onFirst();
    left -= 1;
    if (left === 0) break;
  }
  socket.close();
};

export const send: Send = async ({ pattern, frames, endpoint }) => {
  const socket = pattern === 'push-pull' ? new Push() : new Publisher({ sendHighWaterMark: unbounded });
  socket.connect(endpoint);
  if (pattern === 'pub-sub') await sleep(subscribedWithinMs);
  const message = [...frames];
  return {
    async send(count) {
      for (let i = 0; i < count; i++) await socket.send(message);
    },
    close: async () => socket.close(),
  };
};
