import {
  type MonitorEvent,
  PubSocket,
  PullSocket,
  PushSocket,
  type SocketOptions,
  SubSocket,
} from '../../../src/zmtp/index.ts';
import type { Party, PartyOptions, Role } from './party.ts';

type AnySocket = PushSocket | PullSocket | PubSocket | SubSocket;

export function openAlidadeParty(role: Role, options: PartyOptions): Party {
  return partyOf(socketOf(role, settingsOf(options)));
}

/** A socket of ours behind the interface that it shares with libzmq's. */
export function partyOf(socket: AnySocket): Party {
  const messages = 'receive' in socket ? socket[Symbol.asyncIterator]() : undefined;
  const subscriber = () => {
    if (socket instanceof SubSocket) return socket;
    throw new Error('only a subscriber subscribes');
  };
  const party: Party = {
    bind: (endpoint) => socket.bind(endpoint),
    async connect(endpoint) {
      socket.connect(endpoint);
    },
    async subscribe(prefix) {
      subscriber().subscribe(prefix);
    },
    async unsubscribe(prefix) {
      subscriber().unsubscribe(prefix);
    },
    async send(frames) {
      if (!('send' in socket)) throw new Error('this socket does not send');
      await socket.send(frames);
    },
    async receive() {
      const next = await messages?.next();
      if (next === undefined || next.done === true) throw new Error('there is nothing to receive any more');
      return next.value.map((frame) => Buffer.from(frame));
    },
    async peerReady() {
      await nextEvent(socket, 'connected');
    },
    close: (lingerMs = 0) => socket.close({ lingerMs }),
    [Symbol.asyncDispose]: () => party.close(),
  };
  return party;
}

function settingsOf(options: PartyOptions): SocketOptions {
  const { highWaterMark, heartbeatIntervalMs, heartbeatTimeoutMs, reconnectMs = 10 } = options;
  const none = Number.MAX_SAFE_INTEGER;
  const marks =
    highWaterMark === 0
      ? {
          sendHighWaterMessages: none,
          sendHighWaterBytes: none,
          receiveHighWaterMessages: none,
          receiveHighWaterBytes: none,
        }
      : { sendHighWaterMessages: highWaterMark, receiveHighWaterMessages: highWaterMark };
  return {
    ...marks,
    heartbeatMs: heartbeatIntervalMs,
    heartbeatTimeoutMs,
    reconnectMs,
    reconnectMaxMs: reconnectMs,
  };
}

function socketOf(role: Role, options: SocketOptions): AnySocket {
  switch (role) {
    case 'push':
      return new PushSocket(options);
    case 'pull':
      return new PullSocket(options);
    case 'pub':
      return new PubSocket(options);
    case 'sub':
      return new SubSocket(options);
  }
}

/** Resolves with the next event of this kind. */
export function nextEvent<Name extends MonitorEvent['event']>(
  socket: Pick<AnySocket, 'monitor'>,
  name: Name,
): Promise<Extract<MonitorEvent, { event: Name }>> {
  return new Promise((resolve) => {
    const stop = socket.monitor((event) => {
      if (event.event !== name) return;
      stop();
      resolve(event as Extract<MonitorEvent, { event: Name }>);
    });
  });
}
