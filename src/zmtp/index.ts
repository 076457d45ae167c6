/**
 * ZeroMQ's wire (ZMTP 3.1 and 3.0, mechanism NULL) for PUSH, PULL, PUB and SUB over tcp:// and ipc://. README.md in this
 * folder tells how it works.
 */
export { type Feed, FeedSocket } from './feed-socket.ts';
export type { Frame, Frames, Message } from './message.ts';
export type { MonitorEvent, MonitorListener, PeerName, Refusal } from './monitor.ts';
export { type SocketOptions, waitingTime } from './options.ts';
export { type PublishResult, PubSocket } from './pub-socket.ts';
export { PullSocket } from './pull-socket.ts';
export { type PushOptions, type PushResult, PushSocket, type SendOptions } from './push-socket.ts';
export type { BatchCallback, ReceiveOptions } from './reader.ts';
export type { Counts, PeerStatistics, SocketStatistics } from './statistics.ts';
export { SubSocket } from './sub-socket.ts';
export type { EncodedMessage } from './wire/encoder.ts';
export type { Violation } from './wire/protocol-error.ts';
