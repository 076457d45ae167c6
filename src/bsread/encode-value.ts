import type { ChannelType, Compression, Encoding, ItemArray } from './channel-type.ts';
import { itemBytesOf } from './channel-type.ts';
import { compress } from './compression/index.ts';
import { isHostLittle, makers, swapItems } from './items.ts';
import { cannotSend, type PlainValue } from './sent-value.ts';

/** How the values of a channel are sent. */
export interface SentForm {
  readonly name: string;
  readonly type: ChannelType;
  readonly encoding: Encoding;
  readonly compression: Compression;
}

/** The data frame of a value: bytes of its own, empty where it has no items. @throws ALI_ENCODE */
export function encodeValue({ name, type, encoding, compression }: SentForm, value: PlainValue): Uint8Array {
  const bytes = bytesOf(name, type, value);
  const itemBytes = itemBytesOf[type];
  if ((encoding === 'big') === isHostLittle && itemBytes > 1) swapItems(bytes, itemBytes);
  if (compression === 'none' || bytes.length === 0) return bytes;
  return compress(bytes, { compression, elementBytes: itemBytes, byteOrder: encoding });
}

const utf8 = new TextEncoder();

function bytesOf(place: string, type: ChannelType, { items, type: ownType }: PlainValue): Uint8Array {
  if (type === 'string' || typeof items === 'string') {
    if (type === 'string' && typeof items === 'string') return utf8.encode(items);
    throw cannotSend(place, `a ${ownType} is not sent as ${type}`);
  }
  if (typeof items !== 'object') return view(itemArray(place, type, [items]));
  if (!ArrayBuffer.isView(items)) return view(itemArray(place, type, items));
  // Large frames are not copied on the way to the socket, and the caller may fill the array anew for the next pulse.
  if (ownType === type) return new Uint8Array(view(items));
  if (type === 'bool' && ownType === 'uint8') return new Uint8Array(view(items));
  return view(itemArray(place, type, [...items]));
}

function view(items: ItemArray): Uint8Array {
  return new Uint8Array(items.buffer, items.byteOffset, items.byteLength);
}

function itemArray(
  place: string,
  type: Exclude<ChannelType, 'string'>,
  values: readonly (number | bigint | boolean)[],
): ItemArray {
  const maker = makers[type];
  const array = new maker(new ArrayBuffer(values.length * maker.BYTES_PER_ELEMENT), 0, values.length);
  values.forEach((value, i) => {
    const item = itemOf(type, value, array instanceof BigInt64Array || array instanceof BigUint64Array);
    if (item === undefined) throw cannotSend(place, `${value} is no ${type}`);
    (array as { [at: number]: number | bigint })[i] = item;
    if (!type.startsWith('float') && array[i] !== item)
      throw cannotSend(place, `${value} is out of the range of ${type}`);
  });
  return array;
}

/** The value as an item of the type, where it is none of another kind. */
function itemOf(
  type: ChannelType,
  value: number | bigint | boolean,
  isBig: boolean,
): number | bigint | undefined {
  if (typeof value === 'boolean') return type === 'bool' ? Number(value) : undefined;
  if (type === 'bool') return undefined;
  if (isBig) return typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return Number(value);
}
