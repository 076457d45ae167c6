import type { PulseMessage } from '../bsread/index.ts';

/** Where a recording starts or stops: at a pulse, or at a time of the stream (nanoseconds of Unix time). Both inclusive. */
export type Bound = { readonly pulseId: bigint } | { readonly timeNs: bigint };

/** Whether a message comes before a start. One without a time is not before any time. */
export function isBefore(message: PulseMessage, start: Bound): boolean {
  if ('pulseId' in start) return message.pulseId < start.pulseId;
  return message.globalTimestampNs !== undefined && message.globalTimestampNs < start.timeNs;
}

/** Whether a message comes after a stop. One without a time is not after any time. */
export function isAfter(message: PulseMessage, stop: Bound): boolean {
  if ('pulseId' in stop) return message.pulseId > stop.pulseId;
  return message.globalTimestampNs !== undefined && message.globalTimestampNs > stop.timeNs;
}

/** Whether a message is the last one that a stop allows, so that no other needs to come. */
export function isLast(message: PulseMessage, stop: Bound): boolean {
  if ('pulseId' in stop) return message.pulseId === stop.pulseId;
  return message.globalTimestampNs === stop.timeNs;
}
