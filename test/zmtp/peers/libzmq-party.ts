import { Context, Publisher, Pull, Push, Subscriber } from 'zeromq';
import type { Party, PartyOptions, Role } from './party.ts';

/** One context for all sockets of the process: it has a thread that moves the bytes. */
const context = new Context({ blocky: false });

/** A socket of libzmq, by the `zeromq` package. */
export function openLibzmqParty(role: Role, options: PartyOptions): Party {
  const { highWaterMark = 1000, heartbeatIntervalMs = 0, reconnectMs = 10, socketBufferBytes } = options;
  const common = {
    context,
    linger: 0,
    heartbeatInterval: heartbeatIntervalMs,
    heartbeatTimeout: options.heartbeatTimeoutMs ?? heartbeatIntervalMs,
    reconnectInterval: reconnectMs,
  };
  const writing = {
    ...common,
    sendHighWaterMark: highWaterMark,
    ...(socketBufferBytes === undefined ? {} : { sendBufferSize: socketBufferBytes }),
  };
  const reading = {
    ...common,
    receiveHighWaterMark: highWaterMark,
    ...(socketBufferBytes === undefined ? {} : { receiveBufferSize: socketBufferBytes }),
  };
  switch (role) {
    case 'push':
      return partyOf(new Push(writing));
    case 'pull':
      return partyOf(new Pull(reading));
    case 'pub':
      return partyOf(new Publisher(writing));
    case 'sub':
      return partyOf(new Subscriber(reading));
  }
}

function partyOf(socket: Push | Pull | Publisher | Subscriber): Party {
  const subscriber = () => {
    if (socket instanceof Subscriber) return socket;
    throw new Error('only a subscriber subscribes');
  };
  const bound: string[] = [];
  const party: Party = {
    async bind(endpoint) {
      await socket.bind(endpoint);
      const exact = socket.lastEndpoint ?? endpoint;
      bound.push(exact);
      return exact;
    },
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
      await socket.send([...frames]);
    },
    async receive() {
      if (!('receive' in socket)) throw new Error('this socket does not receive');
      return await socket.receive();
    },
    peerReady: () =>
      new Promise((resolve) => {
        const onHandshake = () => {
          socket.events.off('handshake', onHandshake);
          resolve();
        };
        socket.events.on('handshake', onHandshake);
      }),
    async close(lingerMs = 0) {
      if (socket.closed) return;
      socket.linger = lingerMs;
      // Without this the port may still be taken when the next one binds it: closing is done by the other thread.
      if (lingerMs === 0) for (const endpoint of bound) await socket.unbind(endpoint);
      socket.close();
    },
    [Symbol.asyncDispose]: () => party.close(),
  };
  return party;
}
