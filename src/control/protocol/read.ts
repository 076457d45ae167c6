import type { Delivery } from '../../bus/index.ts';
import type { Dialect } from '../message.ts';
import { replyCodes } from '../reply-code.ts';
import { readBody } from './body.ts';
import { isHeaderMessage, readHeaders } from './header.ts';
import type { Incoming, Unreadable } from './incoming.ts';

export interface ReadOptions {
  /** The generation of whoever reads: a message of v1 or v2 that does not say which it is, is taken for this one. */
  readonly wire: Dialect;
  /** False when chunks of the message did not come. */
  readonly isWhole?: boolean | undefined;
}

/** Reads a message of any generation. Never throws, whatever came. */
export function readMessage(delivery: Delivery, { wire, isWhole }: ReadOptions): Incoming {
  if (isHeaderMessage(delivery)) return readHeaders(delivery, isWhole);
  // Where only v3 is spoken, what is unmarked is v1: v2 marks its messages, unless they were made by hand.
  return readBody(delivery, wire === 'v3' ? 'v1' : wire);
}

/** A message of v3 whose pieces make no sense, to be answered like one that cannot be read. */
export function refusedChunk({ properties }: Delivery, reason: string): Unreadable {
  return {
    kind: 'unreadable',
    reason,
    envelope: { dialect: 'v3', replyTo: properties.replyTo, properties },
    outcome: {
      code: replyCodes.service_error_decoding_fail,
      message: 'Request message was not valid',
      payload: { error: reason },
    },
  };
}
