/** What asks and listens, without all that serves: a command that asks one thing starts with this alone. */
export { type Client, openClient } from '../client.ts';
export { type Dialect, dialects, type Operation, type Reply } from '../message.ts';
export { type Monitored, openMonitor } from '../monitor.ts';
export { isErrorCode } from '../reply-code.ts';
