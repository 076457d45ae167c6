import type { Duplex } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import { AlidadeError } from '../../shared/errors.ts';

/** All that is used of amqplib beside what it promises. Its version is exact in package.json for that reason. */
export interface Inside {
  readonly stream: Duplex;
  /** What was read and is no whole frame yet. */
  rest: Buffer;
  readonly frameMax: number;
  /** Takes the next frame from `rest`; reads more where that is none, and calls itself again. */
  recvFrame(): unknown;
  sendBytes(bytes: Uint8Array): void;
}

/** @throws ALI_INTERNAL when this amqplib has another inside */
export function insideOf(model: ChannelModel): Inside {
  const inside = model.connection as unknown as Partial<Inside> | undefined;
  const isKnown =
    typeof inside?.stream?.cork === 'function' &&
    Buffer.isBuffer(inside.rest) &&
    typeof inside.frameMax === 'number' &&
    typeof inside.recvFrame === 'function' &&
    typeof inside.sendBytes === 'function';
  if (!isKnown) throw otherAmqplib();
  return inside as Inside;
}

/** The number of a channel on the wire. @throws ALI_INTERNAL when this amqplib has another inside */
export function numberOf(channel: Channel): number {
  const { ch } = channel as unknown as { readonly ch?: unknown };
  if (typeof ch !== 'number') throw otherAmqplib();
  return ch;
}

function otherAmqplib(): AlidadeError {
  return new AlidadeError(
    'ALI_INTERNAL',
    "the amqplib that is installed is not the version that this program was made with (its package.json names it); install Alidade anew, without an 'overrides' for amqplib",
  );
}
