import type { Message } from './message.ts';
import { maxSubscriptionBytes } from './options.ts';
import type { PrefixSet } from './prefix-set.ts';
import { encodeCommand } from './wire/command.ts';
import { encodeFrame } from './wire/frame.ts';
import { ProtocolError } from './wire/protocol-error.ts';

/** A subscription as a peer understands it: by command in ZMTP 3.1, by a message of one frame in ZMTP 3.0. */
export function encodeSubscription(
  what: 'SUBSCRIBE' | 'CANCEL',
  prefix: string,
  asCommand: boolean,
): Uint8Array {
  const bytes = Buffer.from(prefix, 'latin1');
  if (asCommand) return encodeCommand(what, bytes);
  return encodeFrame(0, Buffer.concat([Uint8Array.of(what === 'SUBSCRIBE' ? 1 : 0), bytes]));
}

/** Bytes as a text of one character a byte. Text is taken as UTF-8. */
export function prefixText(prefix: Uint8Array | string): string {
  return startText(prefix, Number.POSITIVE_INFINITY);
}

/** The first bytes of a frame, up to `most`, as {@link prefixText} gives them. */
export function startText(frame: Uint8Array | string | undefined, most: number): string {
  if (frame === undefined || most === 0) return '';
  if (typeof frame === 'string') return Buffer.from(frame).toString('latin1').slice(0, most);
  const length = Math.min(most, frame.length);
  return Buffer.from(frame.buffer, frame.byteOffset, length).toString('latin1');
}

/** What a message of a ZMTP 3.0 subscriber asks for: 1 or 0, and the prefix. Undefined when it is no subscription. */
export function subscriptionOf([frame]: Message): { isWanted: boolean; prefix: Uint8Array } | undefined {
  const what = frame?.[0];
  if (frame === undefined || (what !== 0 && what !== 1)) return undefined;
  return { isWanted: what === 1, prefix: frame.subarray(1) };
}

/** @throws ProtocolError when the peer has too many subscriptions now */
export function changeSubscription(
  prefixes: PrefixSet,
  isWanted: boolean,
  prefix: Uint8Array,
  maxSubscriptions: number,
): void {
  if (!isWanted) {
    prefixes.remove(prefixText(prefix));
    return;
  }
  prefixes.add(prefixText(prefix));
  if (prefixes.size > maxSubscriptions || prefixes.sizeBytes > maxSubscriptionBytes) {
    throw new ProtocolError(
      'limit',
      `the peer has ${prefixes.size} subscriptions of ${prefixes.sizeBytes} bytes; the most are ${maxSubscriptions} (maxSubscriptions) and ${maxSubscriptionBytes} bytes`,
    );
  }
}
