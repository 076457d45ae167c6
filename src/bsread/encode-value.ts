import {
  type ChannelType,
  type Compression,
  type Encoding,
  type ItemArray,
  itemBytesOf,
} from './channel-type.ts';
import { compress } from './compression/index.ts';
import { arrayOf, isHostLittle, scalarBytes, swapItems } from './items.ts';
import { cannotSend, type PlainValue } from './sent-value.ts';

/** How the values of a channel are sent. */
export interface SentForm {
  readonly name: string;
  readonly type: ChannelType;
  readonly encoding: Encoding;
  readonly compression: Compression;
}

/** The data frame of a value: bytes of its own, none where it has no items. @throws ALI_ENCODE */
export function encodeValue(form: SentForm, value: PlainValue): Uint8Array {
  const { type, encoding, compression } = form;
  const bytes = plainBytes(form, value);
  if (compression === 'none' || bytes.length === 0) return bytes;
  return compress(bytes, { compression, elementBytes: itemBytesOf[type], byteOrder: encoding });
}

const utf8 = new TextEncoder();

function plainBytes({ name, type, encoding }: SentForm, { items, type: ownType }: PlainValue): Uint8Array {
  if (type === 'string' || typeof items === 'string') {
    if (type === 'string' && typeof items === 'string') return utf8.encode(items);
    throw cannotSend(name, `a ${ownType} is not sent as ${type}`);
  }
  const isBig = encoding === 'big';
  if (typeof items !== 'object') {
    const bytes = scalarBytes(type, items, isBig);
    if (bytes === undefined) throw misfit(name, type, items);
    return bytes;
  }
  const isOfType =
    ArrayBuffer.isView(items) && (ownType === type || (type === 'bool' && ownType === 'uint8'));
  const array = isOfType ? items : arrayOf(type, items);
  if ('misfit' in array) throw misfit(name, type, array.misfit);
  // A copy: large frames are read late on their way to the socket, when the caller may have filled the array anew.
  const bytes = isOfType ? new Uint8Array(viewOf(array)) : viewOf(array);
  if (isBig === isHostLittle) swapItems(bytes, itemBytesOf[type]);
  return bytes;
}

function viewOf(items: ItemArray): Uint8Array {
  return new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
}

function misfit(name: string, type: ChannelType, value: number | bigint | boolean): Error {
  return cannotSend(name, `the value ${value} is no ${type}, or out of its range`);
}
