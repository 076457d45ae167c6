import { normalize, type Settings, type SocketOptions } from './options.ts';
import { Reader } from './reader.ts';
import { ReceivingSocket } from './receiving-socket.ts';
import type { SocketPattern } from './socket.ts';

/**
 * Receives what PUSH sockets send it.
 *
 * @example
 * await using pull = new PullSocket();
 * pull.connect('tcp://127.0.0.1:9999');
 * for await (const frames of pull) console.log(frames.length);
 */
export class PullSocket extends ReceivingSocket {
  /** @throws ALI_USAGE when an option is not a whole number in its range */
  constructor(options: SocketOptions = {}) {
    const settings = normalize(options);
    const reader = new Reader(settings);
    super(settings, pull(settings, reader), reader);
  }
}

function pull(settings: Settings, reader: Reader): SocketPattern {
  return {
    type: 'PULL',
    peerTypes: ['PUSH'],
    limits: settings,
    get leftCount() {
      return reader.leftCount;
    },
    hasUnsent: false,
    onReady() {},
    onMessage: (peer, message, sizeBytes) => reader.push(peer, message, sizeBytes),
    onRead: () => reader.deliver(),
    onCommand() {},
    onWritten() {},
    onGone: (peer) => reader.forget(peer),
    onClosing: () => reader.close(),
    onClosed: () => 0,
  };
}
