import { PubSocket, PullSocket, PushSocket, SubSocket } from '../../src/zmtp/index.ts';
import type { Bind, Receive } from './transport.ts';

/** A publisher without a mark: it would drop what is to be counted. */
const unbounded = {
  sendHighWaterMessages: Number.MAX_SAFE_INTEGER,
  sendHighWaterBytes: Number.MAX_SAFE_INTEGER,
};

export const receive: Receive = async ({ pattern, count, endpoint, onFirst }) => {
  await using socket = pattern === 'push-pull' ? new PullSocket() : new SubSocket();
  if (socket instanceof SubSocket) socket.subscribe('');
  socket.connect(endpoint);
  let left = count;
  const enough = new AbortController();
  await socket
    .receive(
      (batch) => {
        if (left === count) onFirst();
        left -= batch.length;
        if (left <= 0) enough.abort();
      },
      { signal: enough.signal },
    )
    .catch((error: unknown) => {
      if (left > 0) throw error;
    });
};

export const bind: Bind = async ({ pattern, frames }) => {
  const socket = pattern === 'push-pull' ? new PushSocket() : new PubSocket(unbounded);
  return {
    endpoint: await socket.bind('tcp://127.0.0.1:*'),
    async send(count) {
      for (let i = 0; i < count; i++) await socket.send(frames);
    },
    close: () => socket.close(),
  };
};
